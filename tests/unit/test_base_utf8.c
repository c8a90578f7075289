/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading against two others: the definition itself (a sequence is valid when encoding
 * its value gives it back) on all sequences of up to three bytes and the borders of four,
 * and iconv. Printing by what it must never let through.
 */
#include <iconv.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <cmocka.h>

#include "pipeline/base/utf8.h"

/* Bytes beside every border that the encoding has. */
static const unsigned char borders[] = {
	0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF,
	0xE0, 0xED, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF7, 0xF8, 0xFF,
};

#define BORDERS sizeof(borders)

static uint64_t random_state = 9;

static uint64_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static size_t encode_by_definition(unsigned char out[4], uint32_t code)
{
	if (code < 0x80) {
		out[0] = (unsigned char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (unsigned char)(0xC0 + code / 64);
		out[1] = (unsigned char)(0x80 + code % 64);
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (unsigned char)(0xE0 + code / 4096);
		out[1] = (unsigned char)(0x80 + code / 64 % 64);
		out[2] = (unsigned char)(0x80 + code % 64);
		return 3;
	}
	out[0] = (unsigned char)(0xF0 + code / 262144);
	out[1] = (unsigned char)(0x80 + code / 4096 % 64);
	out[2] = (unsigned char)(0x80 + code / 64 % 64);
	out[3] = (unsigned char)(0x80 + code % 64);
	return 4;
}

static uint32_t read_by_definition(const unsigned char *bytes, size_t len, size_t *used)
{
	for (*used = 1; *used <= len && *used <= 4; ++*used) {
		uint32_t code = *used == 1 ? bytes[0] : bytes[0] & (0x7F >> *used);
		unsigned char again[4];

		for (size_t i = 1; i < *used; i++)
			code = code * 64 + bytes[i] % 64;
		if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
			continue;
		if (encode_by_definition(again, code) == *used &&
		    memcmp(again, bytes, *used) == 0)
			return code;
	}
	*used = 1;
	return UTF8_INVALID;
}

static void check_read(const unsigned char *bytes, size_t len)
{
	size_t used, expected_used;
	uint32_t code = utf8_read((struct slice){ (const char *)bytes, len }, &used);
	uint32_t expected = read_by_definition(bytes, len, &expected_used);

	if (code != expected || used != expected_used)
		fail_msg("%02x %02x %02x %02x (%zu): read %x (%zu), not %x (%zu)",
			 bytes[0], bytes[1], bytes[2], bytes[3], len, code, used,
			 expected, expected_used);
}

static void test_up_to_three_bytes(void **state)
{
	unsigned char bytes[4] = { 0 };

	(void)state;
	for (uint32_t all = 0; all < 1 << 24; all++) {
		bytes[0] = (unsigned char)(all >> 16);
		bytes[1] = (unsigned char)(all >> 8);
		bytes[2] = (unsigned char)all;
		check_read(bytes, 3);
		if (bytes[2] == 0x80)
			check_read(bytes, 2);
		if (bytes[2] == 0x80 && bytes[1] == 0x80)
			check_read(bytes, 1);
	}
}

static void test_borders_of_four_bytes(void **state)
{
	unsigned char bytes[4];

	(void)state;
	for (unsigned first_two = 0; first_two < 1 << 16; first_two++) {
		bytes[0] = (unsigned char)(first_two >> 8);
		bytes[1] = (unsigned char)first_two;
		for (size_t third = 0; third < BORDERS; third++) {
			bytes[2] = borders[third];
			for (size_t fourth = 0; fourth < BORDERS; fourth++) {
				bytes[3] = borders[fourth];
				check_read(bytes, 4);
			}
		}
	}
}

static void test_every_code_comes_back(void **state)
{
	(void)state;
	for (uint32_t code = 0; code <= 0x10FFFF; code++) {
		unsigned char expected[4];
		char bytes[4];
		size_t len, used;

		if (code == 0xD800)
			code = 0xE000;
		len = utf8_write(bytes, code);
		assert_int_equal(len, encode_by_definition(expected, code));
		assert_memory_equal(bytes, expected, len);
		assert_int_equal(utf8_read((struct slice){ bytes, len }, &used), code);
		assert_int_equal(used, len);
		/* Cut anywhere, it is no letter any more. */
		for (size_t cut = 1; cut < len; cut++)
			assert_int_equal(utf8_read((struct slice){ bytes, cut }, &used),
					 UTF8_INVALID);
	}
}

static void check_with_iconv(iconv_t converter, unsigned char bytes[4])
{
	char *in = (char *)bytes, *out;
	size_t in_left = 4, out_left = 4, used;
	uint32_t expected = UTF8_INVALID, code;

	out = (char *)&expected;
	iconv(converter, NULL, NULL, NULL, NULL);
	iconv(converter, &in, &in_left, &out, &out_left);
	code = utf8_read((struct slice){ (const char *)bytes, 4 }, &used);
	if (out_left != 0)
		expected = UTF8_INVALID;
	if (code != expected || (out_left == 0 && used != 4 - in_left))
		fail_msg("%02x %02x %02x %02x: read %x, iconv %x", bytes[0], bytes[1],
			 bytes[2], bytes[3], code, expected);
}

static void test_like_iconv(void **state)
{
	iconv_t converter = iconv_open("UCS-4LE", "UTF-8");

	(void)state;
	if (converter == (iconv_t)-1)
		skip();
	for (unsigned first_two = 0; first_two < 1 << 16; first_two++) {
		for (size_t rest = 0; rest < BORDERS; rest++) {
			unsigned char bytes[4] = {
				(unsigned char)(first_two >> 8),
				(unsigned char)first_two,
				borders[rest],
				borders[(rest * 7 + first_two) % BORDERS],
			};

			/* What is above U+10FFFF, UCS-4 has and Unicode has not. */
			if (bytes[0] < 0xF5 && !(bytes[0] == 0xF4 && bytes[1] >= 0x90))
				check_with_iconv(converter, bytes);
		}
	}
	iconv_close(converter);
}

static void test_valid(void **state)
{
	(void)state;
	assert_true(utf8_valid(SLICE_NONE));
	assert_true(utf8_valid(SLICE("a\0\xC3\xA9\xF4\x8F\xBF\xBF")));
	assert_false(utf8_valid(SLICE("a\xC3")));
	assert_false(utf8_valid(SLICE("\xC0\x80")));
	assert_false(utf8_valid(SLICE("\xED\xA0\x80")));
}

/* What is printed for text; to be freed. */
static struct slice printed(struct slice text)
{
	char *at;
	size_t len;
	FILE *out = open_memstream(&at, &len);

	assert_non_null(out);
	utf8_print_terminal(out, text);
	fclose(out);
	return (struct slice){ at, len };
}

static void check_printed(struct slice text, const char *expected)
{
	struct slice out = printed(text);

	assert_string_equal(out.at, expected);
	assert_int_equal(out.len, strlen(expected));
	free((char *)out.at);
}

static void test_printed_exactly(void **state)
{
	(void)state;
	check_printed(SLICE_NONE, "");
	check_printed(SLICE("svchost.exe"), "svchost.exe");
	check_printed(SLICE("a\0b\tc\nd\x1b[0m\x7f"), "a\\x00b\\x09c\\x0ad\\x1b[0m\\x7f");
	check_printed(SLICE("\xC2\x80\xC2\x9F\xC2\xA0"), "\\x80\\x9f\xC2\xA0");
	check_printed(SLICE("\xE2\x80\xAE"
			    "gpj.exe"),
		      "\\u{202e}gpj.exe");
	check_printed(SLICE("\xD8\x9C\xE2\x80\x8E\xE2\x81\xA9"),
		      "\\u{061c}\\u{200e}\\u{2069}");
	check_printed(SLICE("\xEF\xBB\xBF\xC2\xAD\xE2\x80\x8B\xEF\xBF\xBB\xF3\xA0\x81\x81"),
		      "\\u{feff}\\xad\\u{200b}\\u{fffb}\\u{e0041}");
	check_printed(SLICE("\xE2\x80\x8C\xE2\x80\x8D"), "\xE2\x80\x8C\xE2\x80\x8D");
	check_printed(SLICE("\xFF\xC3"), "\xEF\xBF\xBD\xEF\xBF\xBD");
	check_printed(SLICE("\xE6\x97\xA5\xF0\x9F\x98\x80"), "\xE6\x97\xA5\xF0\x9F\x98\x80");
}

/* Against the list itself, from Unicode's category Cf. */
static void test_what_steers(void **state)
{
	static const uint32_t borders_of[][2] = {
		{ 0x00, 0x1F },       { 0x7F, 0x9F },       { 0xAD, 0xAD },
		{ 0x61C, 0x61C },     { 0x180E, 0x180E },   { 0x200B, 0x200B },
		{ 0x200E, 0x200F },   { 0x2028, 0x202E },   { 0x2060, 0x206F },
		{ 0xFEFF, 0xFEFF },   { 0xFFF9, 0xFFFB },   { 0x1BCA0, 0x1BCA3 },
		{ 0x1D173, 0x1D17A }, { 0xE0000, 0xE007F }, { UINT32_MAX, UINT32_MAX },
	};
	size_t range = 0;

	(void)state;
	for (uint32_t code = 0; code <= 0x110000; code++) {
		while (code > borders_of[range][1])
			range++;
		if (utf8_steers(code) != (code >= borders_of[range][0]))
			fail_msg("U+%04X", code);
	}
	assert_false(utf8_steers(UTF8_INVALID));
}

static struct slice random_text(char out[64])
{
	size_t len = next_random() % 64;

	for (size_t i = 0; i < len; i++) {
		uint64_t random = next_random();

		out[i] = (char)(random % 2 ? borders[random / 2 % BORDERS] : random >> 20);
	}
	return (struct slice){ out, len };
}

static void check_harmless(struct slice out)
{
	size_t used;

	for (; out.len; out = slice_skip(out, used)) {
		uint32_t code = utf8_read(out, &used);

		assert_true(code >= 0x20 && code != UTF8_INVALID);
		assert_false(code >= 0x7F &&
			     code < (utf8_on_terminal() ? 0xA0 : UTF8_INVALID));
		assert_false(code >= 0x2028 && code <= 0x202E);
		assert_false(code >= 0x2060 && code <= 0x206F);
		assert_false(code == 0xFEFF || code == 0xAD || (code & ~0x7Fu) == 0xE0000);
	}
}

static void test_printed_is_harmless(void **state)
{
	char buffer[64];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct slice text = random_text(buffer), out = printed(text), again;

		check_harmless(out);
		assert_int_equal(utf8_width(text), utf8_width(out));
		again = printed(out);
		assert_true(slice_equal(again, out));
		free((char *)out.at);
		free((char *)again.at);
	}
}

/* A locale as ssh hands it on, whether this machine has it or not. */
static void follow(const char *all, const char *ctype, const char *lang)
{
	setenv("LC_ALL", all, 1);
	setenv("LC_CTYPE", ctype, 1);
	setenv("LANG", lang, 1);
	utf8_follow_locale();
}

static void test_locale_of_the_terminal(void **state)
{
	(void)state;
	follow("C.UTF-8", "C", "C");
	assert_true(utf8_on_terminal());
	follow("C", "C.UTF-8", "C.UTF-8");
	assert_false(utf8_on_terminal());
	follow("", "C.UTF-8", "C");
	assert_true(utf8_on_terminal());
	follow("", "", "");
	assert_false(utf8_on_terminal());
	/* These no machine has. */
	follow("", "", "xx_YY.UTF-8");
	assert_true(utf8_on_terminal());
	follow("xx_YY.utf8@euro", "C", "C");
	assert_true(utf8_on_terminal());
	follow("xx_YY.ISO-8859-1", "", "xx_YY.UTF-8");
	assert_false(utf8_on_terminal());
	follow("xx_YY", "", "");
	assert_false(utf8_on_terminal());
	follow("C.UTF-8", "", "");
}

static void test_terminals_without_utf8(void **state)
{
	(void)state;
	follow("C", "", "");
	/* U+06DB ends in a byte that is CSI to a terminal of Latin-1. */
	check_printed(SLICE("a\xDB\x9B"
			    "2J"),
		      "a\\u{06db}2J");
	check_printed(SLICE("\xC3\xA9\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF"),
		      "\\xe9\\u{1f600}\\u{10ffff}");
	check_printed(SLICE("\xFF\x1b"), "?\\x1b");
	assert_int_equal(utf8_width(SLICE("\xC3\xA9\xF4\x8F\xBF\xBF")), 14);
	test_printed_is_harmless(state);
	follow("C.UTF-8", "", "");
}

static void test_width(void **state)
{
	(void)state;
	assert_int_equal(utf8_width(SLICE_NONE), 0);
	assert_int_equal(utf8_width(SLICE("lsass.exe")), 9);
	assert_int_equal(utf8_width(SLICE("\x1b")), 4);
	assert_int_equal(utf8_width(SLICE("\xE2\x80\xAE")), 8);
	assert_int_equal(utf8_width(SLICE("\xF3\xA0\x81\x81")), 9);
	assert_int_equal(utf8_width(SLICE("\xFF")), 1);
	assert_int_equal(utf8_width(SLICE("\xE6\x97\xA5\xE6\x9C\xAC")), 4);
	assert_int_equal(utf8_width(SLICE("e\xCC\x81")), 1);
}

static void check_widths(uint32_t first, uint32_t last)
{
	for (uint32_t code = first; code <= last; code++) {
		char bytes[4];
		struct slice text = { bytes, utf8_write(bytes, code) };

		if (wcwidth((wchar_t)code) >= 0)
			assert_int_equal(utf8_width(text), wcwidth((wchar_t)code));
	}
}

static void test_widths_like_wcwidth(void **state)
{
	(void)state;
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		skip();
	check_widths(0x20, 0x7E);
	check_widths(0xA0, 0xAC);
	check_widths(0xAE, 0x5FF);    /* Latin, Greek, Cyrillic, Hebrew */
	check_widths(0x3041, 0x318E); /* kana, bopomofo, Hangul */
	check_widths(0x4E00, 0x9FFF);
	check_widths(0xAC00, 0xD7A3);
	check_widths(0xFF01, 0xFFE6);
	check_widths(0x1F600, 0x1F64F);
	check_widths(0x20000, 0x2FFFD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_up_to_three_bytes),
		cmocka_unit_test(test_borders_of_four_bytes),
		cmocka_unit_test(test_every_code_comes_back),
		cmocka_unit_test(test_like_iconv),
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_printed_exactly),
		cmocka_unit_test(test_what_steers),
		cmocka_unit_test(test_printed_is_harmless),
		cmocka_unit_test(test_locale_of_the_terminal),
		cmocka_unit_test(test_terminals_without_utf8),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_widths_like_wcwidth),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
