/* SPDX-License-Identifier: Apache-2.0 */
/* JSON by exact text; the escaping of random bytes against a slow writer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pipeline/base/json.h"
#include "pipeline/base/utf8.h"

static struct json json;
static char *written;
static size_t written_len;

static void start(bool pretty)
{
	FILE *out = open_memstream(&written, &written_len);

	assert_non_null(out);
	json_init(&json, out, pretty);
}

static void expect(const char *expected)
{
	fclose(json.out);
	assert_string_equal(written, expected);
	assert_int_equal(written_len, strlen(expected));
	free(written);
}

static void put_document(void)
{
	json_object_begin(&json);
	json_key(&json, "incidents");
	json_array_begin(&json);
	json_object_begin(&json);
	json_key(&json, "zombies");
	json_u64(&json, 8000);
	json_key(&json, "empty");
	json_object_begin(&json);
	json_object_end(&json);
	json_key(&json, "os");
	json_string(&json, NULL);
	json_object_end(&json);
	json_array_begin(&json);
	json_array_end(&json);
	json_bool(&json, true);
	json_bool(&json, false);
	json_array_end(&json);
	json_key(&json, "last");
	json_null(&json);
	json_object_end(&json);
	json_end(&json);
}

static void test_document(void **state)
{
	(void)state;
	start(false);
	put_document();
	expect("{\"incidents\":[{\"zombies\":8000,\"empty\":{},\"os\":null},[],true,false],"
	       "\"last\":null}\n");
	start(true);
	put_document();
	expect("{\n"
	       "  \"incidents\": [\n"
	       "    {\n"
	       "      \"zombies\": 8000,\n"
	       "      \"empty\": {},\n"
	       "      \"os\": null\n"
	       "    },\n"
	       "    [],\n"
	       "    true,\n"
	       "    false\n"
	       "  ],\n"
	       "  \"last\": null\n"
	       "}\n");
}

static void test_one_document_after_the_other(void **state)
{
	(void)state;
	start(false);
	for (uint64_t i = 1; i <= 3; i++) {
		json_array_begin(&json);
		json_u64(&json, i);
		json_u64(&json, i);
		json_array_end(&json);
		json_end(&json);
	}
	json_u64(&json, 4);
	json_end(&json);
	expect("[1,1]\n[2,2]\n[3,3]\n4\n");
}

static void test_deepest(void **state)
{
	char expected[2 * JSON_MAX_DEPTH + 2] = "";

	(void)state;
	start(false);
	for (int i = 0; i < JSON_MAX_DEPTH; i++)
		json_array_begin(&json);
	for (int i = 0; i < JSON_MAX_DEPTH; i++)
		json_array_end(&json);
	json_end(&json);
	memset(expected, '[', JSON_MAX_DEPTH);
	memset(expected + JSON_MAX_DEPTH, ']', JSON_MAX_DEPTH);
	strcat(expected, "\n");
	expect(expected);
}

static void check_text(struct slice text, const char *expected)
{
	start(false);
	json_text(&json, text);
	expect(expected);
}

static void test_escapes(void **state)
{
	(void)state;
	check_text(SLICE_NONE, "\"\"");
	check_text(SLICE("C:\\a \"b\"/c"), "\"C:\\\\a \\\"b\\\"/c\"");
	check_text(SLICE("\b\t\n\v\f\r"), "\"\\b\\t\\n\\u000b\\f\\r\"");
	check_text(SLICE("\0\x01\x1f\x7f"), "\"\\u0000\\u0001\\u001f\\u007f\"");
	check_text(SLICE("exe.\xE2\x80\xAEgpj\xE2\x80\xA8\xE2\x81\xA6"),
		   "\"exe.\\u202egpj\\u2028\\u2066\"");
	check_text(SLICE("\xC2\x9B\xC2\xA0\xC2\xAD"), "\"\\u009b\xC2\xA0\\u00ad\"");
	check_text(SLICE("\xEF\xBB\xBF\xF3\xA0\x81\x81"), "\"\\ufeff\\udb40\\udc41\"");
	check_text(SLICE("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"),
		   "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"");
	check_text(SLICE("a\xFF\xC3z\xED\xA0\x80"), "\"a\xEF\xBF\xBD\xEF\xBF\xBDz"
						    "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

static void test_keys_are_escaped(void **state)
{
	(void)state;
	start(false);
	json_object_begin(&json);
	json_key(&json, "a\"\n");
	json_string(&json, "");
	json_object_end(&json);
	expect("{\"a\\\"\\n\":\"\"}");
}

static uint64_t random_state = 13;

static uint64_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* One letter of text, as it must be written, at the end of out. */
static size_t escape_slowly(char *out, struct slice text)
{
	static const char *const short_forms[128] = {
		['"'] = "\\\"", ['\\'] = "\\\\", ['\b'] = "\\b", ['\t'] = "\\t",
		['\n'] = "\\n", ['\f'] = "\\f",  ['\r'] = "\\r",
	};
	size_t used;
	uint32_t code = utf8_read(text, &used);

	if (code == UTF8_INVALID)
		strcpy(out, "\xEF\xBF\xBD");
	else if (code < 128 && short_forms[code])
		strcpy(out, short_forms[code]);
	else if (code > 0xFFFF && utf8_steers(code))
		sprintf(out, "\\u%04x\\u%04x", 0xD800 + (code - 0x10000) / 0x400,
			0xDC00 + code % 0x400);
	else if (utf8_steers(code))
		sprintf(out, "\\u%04x", code);
	else
		sprintf(out, "%.*s", (int)used, text.at);
	return used;
}

static void test_random_bytes(void **state)
{
	char bytes[100], expected[1000];

	(void)state;
	for (int i = 0; i < 50000; i++) {
		struct slice text = { bytes, next_random() % sizeof(bytes) };

		for (size_t at = 0; at < text.len; at++)
			bytes[at] = (char)(next_random() % 3 ? ' ' + next_random() % 96
							     : next_random());
		strcpy(expected, "\"");
		for (size_t at = 0; at < text.len;)
			at += escape_slowly(expected + strlen(expected), slice_skip(text, at));
		strcat(expected, "\"");
		check_text(text, expected);
	}
}

static void test_numbers(void **state)
{
	(void)state;
	start(false);
	json_array_begin(&json);
	json_u64(&json, 0);
	json_u64(&json, UINT64_MAX);
	json_i64(&json, INT64_MIN);
	json_i64(&json, INT64_MAX);
	json_i64(&json, -1);
	json_i64(&json, 0);
	json_array_end(&json);
	expect("[0,18446744073709551615,-9223372036854775808,9223372036854775807,-1,0]");
	for (int i = 0; i < 5000; i++) {
		uint64_t value = next_random() >> next_random() % 64;
		char expected[40];

		start(false);
		json_u64(&json, value);
		sprintf(expected, "%llu", (unsigned long long)value);
		expect(expected);
		start(false);
		json_i64(&json, (int64_t)value);
		sprintf(expected, "%lld", (long long)value);
		expect(expected);
	}
}

static void check_decimal(int64_t value, unsigned digits, const char *expected)
{
	start(false);
	json_decimal(&json, value, digits);
	expect(expected);
}

static void test_decimals(void **state)
{
	(void)state;
	check_decimal(222000, 3, "222.0");
	check_decimal(222100, 3, "222.1");
	check_decimal(222010, 3, "222.01");
	check_decimal(222137, 3, "222.137");
	check_decimal(5, 3, "0.005");
	check_decimal(50, 3, "0.05");
	check_decimal(137, 3, "0.137");
	check_decimal(100, 3, "0.1");
	check_decimal(0, 3, "0.0");
	check_decimal(0, 0, "0.0");
	check_decimal(7, 0, "7.0");
	check_decimal(70, 0, "70.0");
	check_decimal(-5, 3, "-0.005");
	check_decimal(-222000, 3, "-222.0");
	check_decimal(INT64_MIN, 3, "-9223372036854775.808");
	check_decimal(INT64_MAX, 0, "9223372036854775807.0");
	check_decimal(INT64_MAX, 19, "0.9223372036854775807");
	check_decimal(12, 25, "0.0000000000000000000000012");
}

static void test_decimals_like_printf(void **state)
{
	(void)state;
	for (int i = 0; i < 5000; i++) {
		int64_t value = (int64_t)(next_random() >> (1 + next_random() % 63));
		char expected[60];
		size_t len;

		sprintf(expected, "%lld.%06lld", (long long)value / 1000000,
			(long long)value % 1000000);
		for (len = strlen(expected);
		     expected[len - 1] == '0' && expected[len - 2] != '.'; len--)
			expected[len - 1] = '\0';
		check_decimal(value, 6, expected);
	}
}

static void test_hex(void **state)
{
	(void)state;
	start(false);
	json_array_begin(&json);
	json_hex(&json, 0xfffffa8001234560u, 16);
	json_hex(&json, 0x8a1b2c3du, 8);
	json_hex(&json, 0, 8);
	json_hex(&json, 0xab, 16);
	json_hex(&json, 0x123456789u, 8); /* rather longer than wrong */
	json_hex(&json, UINT64_MAX, 8);
	json_array_end(&json);
	expect("[\"fffffa8001234560\",\"8a1b2c3d\",\"00000000\",\"00000000000000ab\","
	       "\"123456789\",\"ffffffffffffffff\"]");
}

static void test_write_errors_stay_in_the_file(void **state)
{
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	if (!full)
		skip();
	json_init(&json, full, false);
	json_array_begin(&json);
	for (uint64_t i = 0; i < 10000; i++)
		json_u64(&json, i);
	json_array_end(&json);
	assert_true(ferror(full));
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_document),
		cmocka_unit_test(test_one_document_after_the_other),
		cmocka_unit_test(test_deepest),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_keys_are_escaped),
		cmocka_unit_test(test_random_bytes),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_decimals),
		cmocka_unit_test(test_decimals_like_printf),
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_write_errors_stay_in_the_file),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
