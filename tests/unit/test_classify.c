/* SPDX-License-Identifier: Apache-2.0 */
/* What first bytes are taken for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/classify.h"

static void check(struct slice first, enum content content, enum encoding encoding)
{
	enum encoding found;

	assert_int_equal(classify_content(first, &found), content);
	if (content == CONTENT_TEXT)
		assert_int_equal(found, encoding);
}

static void test_empty(void **state)
{
	(void)state;
	check(SLICE(""), CONTENT_EMPTY, ENCODING_UTF8);
	check(SLICE_NONE, CONTENT_EMPTY, ENCODING_UTF8);
}

static void test_dumps(void **state)
{
	(void)state;
	check(SLICE("PAGEDUMP\x0f\0\0\0"), CONTENT_DUMP, ENCODING_UTF8);
	check(SLICE("PAGEDU64\x0f\0\0\0"), CONTENT_DUMP, ENCODING_UTF8);
	check(SLICE("MDMP\x93\xa7\0\0\x0d\0\0\0"), CONTENT_DUMP, ENCODING_UTF8);
	check(SLICE("MDMP"), CONTENT_DUMP, ENCODING_UTF8);
	check(SLICE("MDMP is what a minidump begins with"), CONTENT_TEXT, ENCODING_UTF8);
	check(SLICE(" PAGEDUMP"), CONTENT_TEXT, ENCODING_UTF8);
}

static void test_eight_bit_text(void **state)
{
	(void)state;
	check(SLICE("0: kd> !process 0 3f\r\n"), CONTENT_TEXT, ENCODING_UTF8);
	check(SLICE("\xef\xbb\xbf"
		    "0: kd> vertarget\r\n"),
	      CONTENT_TEXT, ENCODING_UTF8);
	check(SLICE("gr\xc3\xbc\xc3\x9f\n"), CONTENT_TEXT, ENCODING_UTF8);
	check(SLICE("gr\xfc\xdf aus der cp1252\n"), CONTENT_TEXT, ENCODING_UTF8);
	check(SLICE("\x1b[31mred\x1b[0m\tand \b\f\n"), CONTENT_TEXT, ENCODING_UTF8);
	check(SLICE("x"), CONTENT_TEXT, ENCODING_UTF8);
	check(SLICE("a log cut by a power failure\r\n\0\0\0\0\0\0\0\0\0\0"), CONTENT_TEXT,
	      ENCODING_UTF8);
}

static void test_binary(void **state)
{
	char bytes[4096];
	uint32_t seed = 3;

	(void)state;
	check(SLICE("\0\0\0\0\0\0\0\0"), CONTENT_BINARY, ENCODING_UTF8);
	check(SLICE("MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0"), CONTENT_BINARY, ENCODING_UTF8);
	check(SLICE("\x7f"
		    "ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\x3e\0"),
	      CONTENT_BINARY, ENCODING_UTF8);
	check(SLICE("text\0text\0and\0more\0text"), CONTENT_BINARY, ENCODING_UTF8);
	check(SLICE("text\0\0\0\0\0\0 behind a lost cluster"), CONTENT_TEXT, ENCODING_UTF8);
	check(SLICE("\1\2\3\4text of some length"), CONTENT_BINARY, ENCODING_UTF8);
	check(SLICE("\xff\xfe\0\0A\0\0\0B\0\0\0"), CONTENT_BINARY, ENCODING_UTF8); /* UTF-32 */
	for (size_t i = 0; i < sizeof(bytes); i++) {
		seed = seed * 1664525 + 1013904223;
		bytes[i] = (char)(seed >> 24);
	}
	check((struct slice){ bytes, sizeof(bytes) }, CONTENT_BINARY, ENCODING_UTF8);
}

static void test_marked_utf16(void **state)
{
	(void)state;
	check(SLICE("\xff\xfe"
		    "0\0:\0 \0k\0d\0"),
	      CONTENT_TEXT, ENCODING_UTF16LE);
	check(SLICE("\xfe\xff\0"
		    "0\0:\0 \0k\0d"),
	      CONTENT_TEXT, ENCODING_UTF16BE);
	check(SLICE("\xff\xfe"), CONTENT_TEXT, ENCODING_UTF16LE);
	check(SLICE("\xff\xfe\x16\x04\x40\x04\x3e\x04"), CONTENT_TEXT, ENCODING_UTF16LE);
	check(SLICE("\xff\xfe"
		    "0\0:"),
	      CONTENT_TEXT, ENCODING_UTF16LE);
}

static void test_unmarked_utf16(void **state)
{
	(void)state;
	check(SLICE("0\0:\0 \0k\0d\0>\0\r\0\n\0"), CONTENT_TEXT, ENCODING_UTF16LE);
	check(SLICE("\0"
		    "0\0:\0 \0k\0d\0>\0\r\0\n"),
	      CONTENT_TEXT, ENCODING_UTF16BE);
	check(SLICE("0\0:\0 \0k\0d\0>\0\r\0\n"), CONTENT_TEXT, ENCODING_UTF16LE);
	/* One other character in eleven is no matter. */
	check(SLICE("P\0R\0O\0C\0E\0S\0S\0 \0\x16\x04 \0f\0"), CONTENT_TEXT, ENCODING_UTF16LE);
	check(SLICE("A\0\0\0B\0\0\0C\0\0\0"), CONTENT_BINARY, ENCODING_UTF8);
}

static bool is_allowed(unsigned byte)
{
	return strchr("\t\n\r\f\v\b\x1b", (int)byte) || (byte >= 0x20 && byte != 0x7f);
}

/* So many of a byte among letters, wherever they stand: one control byte in 32 may be, NUL bytes in two places may not. */
static void test_bytes_are_counted(void **state)
{
	(void)state;
	for (unsigned byte = 0; byte < 256; byte++)
		for (unsigned count = 0; count <= 12; count++)
			for (size_t len = 320; len < 336; len++) {
				bool few = byte ? count <= 10 : count <= 1;
				char text[336];

				memset(text, 'x', len);
				for (unsigned i = 0; i < count; i++)
					text[len * i / 12 + (i * 5 + byte) % 8] = (char)byte;
				check((struct slice){ text, len },
				      few || (byte && is_allowed(byte)) ? CONTENT_TEXT
									: CONTENT_BINARY,
				      ENCODING_UTF8);
			}
}

static void test_names_of_encodings(void **state)
{
	(void)state;
	assert_string_equal(encoding_text(ENCODING_UTF8), "utf-8");
	assert_string_equal(encoding_text(ENCODING_UTF16LE), "utf-16le");
	assert_string_equal(encoding_text(ENCODING_UTF16BE), "utf-16be");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_dumps),
		cmocka_unit_test(test_eight_bit_text),
		cmocka_unit_test(test_binary),
		cmocka_unit_test(test_marked_utf16),
		cmocka_unit_test(test_unmarked_utf16),
		cmocka_unit_test(test_bytes_are_counted),
		cmocka_unit_test(test_names_of_encodings),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
