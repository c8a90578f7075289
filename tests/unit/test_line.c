/* SPDX-License-Identifier: Apache-2.0 */
/* Typography of mails and web pages taken back, and bytes of cp1252 (formats.md section 1, rules 2 and 3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "pipeline/base/mem.h"
#include "pipeline/base/utf8.h"
#include "stages/line.h"

static void test_plain_lines(void **state)
{
	static const struct {
		const char *text, *plain;
		bool other;
	} cases[] = {
		{ "Limit 0\xc3\x97"
		  "1",
		  "Limit 0x1", false },
		{ "KiSwapThread+0\xc3\x97"
		  "7f",
		  "KiSwapThread+0x7f", false },
		{ "3 \xc3\x97 4", "3 \xc3\x97 4", false },
		{ "\xc3\x97", "\xc3\x97", false },
		{ "Cid:\xc2\xa0"
		  "0bbc\xe2\x80\xaf.",
		  "Cid: 0bbc .", false },
		{ "\xef\xbb\xbfkd>", " kd>", false },
		/* quotes and dashes of names stay; the quote between digits was a backtick */
		{ "\xe2\x80\x98q\xe2\x80\x99 \xe2\x80\x93",
		  "\xe2\x80\x98q\xe2\x80\x99 \xe2\x80\x93", false },
		{ "fffffa60\xe2\x80\x98"
		  "0e8d56b0",
		  "fffffa60`0e8d56b0", false },
		{ "\xe2\x80\xa6", "\xe2\x80\xa6", false },
		{ "\xd0\x96.exe", "\xd0\x96.exe", false },
		/* no UTF-8: bytes of cp1252 */
		{ "Limit 0\xd7"
		  "1",
		  "Limit 0x1", true },
		{ "fffffa60\x91"
		  "0e8d56b0\xa0.",
		  "fffffa60`0e8d56b0 .", true },
		{ "B\xfcro.exe", "B\xc3\xbcro.exe", true },
		{ "\x80\x85", "\xe2\x82\xac\xe2\x80\xa6", true },
		{ "\x81\x8d", "\xef\xbf\xbd\xef\xbf\xbd", true },
		{ "\xc3\xbc \xff", "\xc3\xbc ", false }, /* a name cut inside a letter */
		{ "\xed\xa0\x80", "\xc3\xad \xe2\x82\xac", true }, /* a surrogate is no UTF-8 */
	};
	char out[LINE_PLAIN_MAX(64)];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool other = false;
		struct slice got = line_make_plain(slice_from(cases[i].text), out, &other);

		if (!slice_equal(got, slice_from(cases[i].plain)))
			fail_msg("case %zu: '%.*s'", i, SLICE_ARG(got));
		assert_int_equal(other, cases[i].other);
	}
}

static void test_other_is_never_taken_back(void **state)
{
	char out[LINE_PLAIN_MAX(8)];
	bool other = true;

	(void)state;
	line_make_plain(SLICE("\xc2\xa0"), out, &other);
	assert_true(other);
}

static void test_high_bytes_are_seen_anywhere(void **state)
{
	char text[40];

	(void)state;
	memset(text, 'a', sizeof(text));
	for (size_t len = 0; len <= sizeof(text); len++) {
		assert_false(line_has_high_bytes((struct slice){ text, len }));
		for (size_t i = 0; i < len; i++) {
			text[i] = (char)0x80;
			assert_true(line_has_high_bytes((struct slice){ text, len }));
			text[i] = 'a';
		}
	}
}

/* The promised room is enough for any bytes, and what comes out is UTF-8. */
static void test_room_is_enough(void **state)
{
	uint64_t seed = 88172645463325252u;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t len = (size_t)round % 24;
		char *line = mem_alloc(len + 1), *out = mem_alloc(LINE_PLAIN_MAX(len) + 1);
		bool other = false;
		struct slice got;

		for (size_t i = 0; i < len; i++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			line[i] = (char)(seed >> 40 | (round & 1 ? 0x80 : 0));
		}
		got = line_make_plain((struct slice){ line, len }, out, &other);
		assert_true(got.len <= LINE_PLAIN_MAX(len));
		assert_true(utf8_valid(got));
		free(line);
		free(out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_lines),
		cmocka_unit_test(test_other_is_never_taken_back),
		cmocka_unit_test(test_high_bytes_are_seen_anywhere),
		cmocka_unit_test(test_room_is_enough),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
