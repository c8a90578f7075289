/* SPDX-License-Identifier: Apache-2.0 */
/* CSV by exact bytes; and rows of random texts through a reader that knows RFC 4180 and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pipeline/base/csv.h"
#include "pipeline/base/utf8.h"

static struct csv csv;
static char *written;
static size_t written_len;

static void start(void)
{
	FILE *out = open_memstream(&written, &written_len);

	assert_non_null(out);
	csv_init(&csv, out);
}

static void expect_bytes(const char *expected, size_t len)
{
	fclose(csv.out);
	assert_int_equal(written_len, len);
	assert_memory_equal(written, expected, len);
	free(written);
}

static void expect(const char *expected)
{
	expect_bytes(expected, strlen(expected));
}

static void check_text(struct slice text, const char *expected)
{
	start();
	csv_text(&csv, text);
	expect(expected);
}

static void test_rows(void **state)
{
	(void)state;
	start();
	csv_string(&csv, "incident");
	csv_string(&csv, "zombies");
	csv_end_row(&csv);
	csv_text(&csv, SLICE("9f3c"));
	csv_u64(&csv, 8000);
	csv_end_row(&csv);
	csv_none(&csv);
	csv_none(&csv);
	csv_end_row(&csv);
	csv_string(&csv, NULL);
	csv_text(&csv, SLICE(""));
	csv_end_row(&csv);
	expect("incident,zombies\r\n9f3c,8000\r\n,\r\n,\"\"\r\n");
}

static void test_row_of_nothing_is_a_line(void **state)
{
	(void)state;
	start();
	csv_none(&csv);
	csv_end_row(&csv);
	csv_u64(&csv, 0);
	csv_end_row(&csv);
	csv_none(&csv);
	csv_end_row(&csv);
	expect("\"\"\r\n0\r\n\"\"\r\n");
}

static void test_quotes(void **state)
{
	(void)state;
	check_text(SLICE("ProcessA.exe -alpc-> ProcessB.exe"),
		   "ProcessA.exe -alpc-> ProcessB.exe");
	check_text(SLICE("a,b"), "\"a,b\"");
	check_text(SLICE("say \"no\""), "\"say \"\"no\"\"\"");
	check_text(SLICE("\""), "\"\"\"\"");
	check_text(SLICE("two\nlines"), "\"two\nlines\"");
	check_text(SLICE("two\r\nlines"), "\"two\r\nlines\"");
	check_text(SLICE("\x1b[31m"), "\"\x1b[31m\"");
	check_text(SLICE("a\tb"), "\"a\tb\"");
	check_text(SLICE(" blank"), "\" blank\"");
	check_text(SLICE("blank "), "\"blank \"");
	check_text(SLICE("\xE2\x80\xAE turned"), "\"\xE2\x80\xAE turned\"");
	check_text(SLICE("=1+2"), "=1+2");
	check_text(SLICE(""), "\"\"");
	start();
	csv_text(&csv, (struct slice){ "a\0b", 3 });
	expect_bytes("\"a\0b\"", 5);
}

static void test_utf8(void **state)
{
	(void)state;
	check_text(SLICE("Pr\xC3\xBC"
			 "fer.exe"),
		   "Pr\xC3\xBC"
		   "fer.exe");
	check_text(SLICE("\xFF.exe"), "\xEF\xBF\xBD.exe");
	check_text(SLICE("cut \xE2\x80"), "cut \xEF\xBF\xBD\xEF\xBF\xBD");
}

static void test_numbers(void **state)
{
	(void)state;
	start();
	csv_u64(&csv, UINT64_MAX);
	csv_decimal(&csv, 222000, 3);
	csv_decimal(&csv, -5, 3);
	csv_hex(&csv, 0x8a1b2c3du, 8);
	csv_hex(&csv, 0xab, 16);
	csv_hex(&csv, 0x123456789u, 8);
	csv_end_row(&csv);
	expect("18446744073709551615,222.0,-0.005,"
	       "8a1b2c3d,00000000000000ab,123456789\r\n");
}

/* ---- random texts ---- */

static uint64_t seed = 88172645463325252u;

static uint64_t next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static size_t random_text(char *out, size_t size)
{
	static const char letters[] = "ab,\"\r\n \xC3\xBC\x1b\xE2\x80\xAE";
	size_t len = next_random() % size;

	for (size_t i = 0; i < len; i++)
		out[i] = letters[next_random() % (sizeof(letters) - 1)];
	return len;
}

/* What is read back of a text: itself, but for its invalid bytes. */
static size_t repaired(char *out, struct slice text)
{
	size_t len = 0, used;

	for (; text.len; text = slice_skip(text, used))
		if (utf8_read(text, &used) == UTF8_INVALID)
			len += utf8_write(out + len, 0xFFFD);
		else
			for (size_t i = 0; i < used; i++)
				out[len++] = text.at[i];
	return len;
}

/* One field by the grammar of RFC 4180; *at is on the comma or CR behind it afterwards. */
static size_t read_field(char *out, size_t *at)
{
	bool quoted = written[*at] == '"';
	size_t len = 0;

	*at += quoted;
	while (true) {
		char c = written[*at];

		assert_true(*at < written_len);
		if (quoted && c == '"' && written[*at + 1] != '"')
			break;
		if (quoted && c == '"')
			++*at;
		if (!quoted && (c == ',' || c == '\r'))
			break;
		assert_true(quoted || (c != '"' && c != '\n'));
		out[len++] = written[(*at)++];
	}
	*at += quoted;
	return len;
}

static void test_random_texts_come_back(void **state)
{
	char texts[4][24], field[100], expected[100];
	size_t lens[4];

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t at = 0;

		start();
		for (int i = 0; i < 4; i++) {
			lens[i] = random_text(texts[i], sizeof(texts[i]));
			csv_text(&csv, (struct slice){ texts[i], lens[i] });
		}
		csv_end_row(&csv);
		fclose(csv.out);
		for (int i = 0; i < 4; i++) {
			size_t len = read_field(field, &at);
			size_t want = repaired(expected, (struct slice){ texts[i], lens[i] });

			assert_int_equal(len, want);
			assert_memory_equal(field, expected, len);
			assert_int_equal(written[at++], i < 3 ? ',' : '\r');
		}
		assert_int_equal(written[at++], '\n');
		assert_int_equal(at, written_len);
		free(written);
	}
}

static void test_write_errors_stay_in_the_file(void **state)
{
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	setvbuf(full, NULL, _IONBF, 0);
	csv_init(&csv, full);
	csv_text(&csv, SLICE("text"));
	csv_end_row(&csv);
	assert_true(ferror(full));
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_row_of_nothing_is_a_line),
		cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_random_texts_come_back),
		cmocka_unit_test(test_write_errors_stay_in_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
