/* SPDX-License-Identifier: Apache-2.0 */
/* Lines and their plainness against a scan byte by byte, over texts of all lengths around the width of a block. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "pipeline/base/mem.h"
#include "stages/line_scan.h"

#define ROUNDS 20000
#define TEXT_MAX 400
#define LONG_TEXT_MAX (3 * LINE_SCAN_BATCH)

static uint64_t seed = 0x9e3779b97f4a7c15u;

static uint32_t draw(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

/* What the header promises, asked of each byte: a return is lone unless a newline follows it. */
static bool is_plain(const char *at, const char *stop, const char *text_end)
{
	for (; at < stop; at++) {
		unsigned char c = (unsigned char)*at;

		if (c > 0x7F || c == 0 || c == '&' || c == '*' || c == '<' || c == '>')
			return false;
		if (c == '\r' && !(at + 1 < text_end && at[1] == '\n'))
			return false;
	}
	return true;
}

static void check(struct slice text)
{
	const char *at = text.at, *end = text.at + text.len;
	struct scanned_line line = { 0 };
	struct line_scan scan;

	line_scan_begin(&scan, text);
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end;

		assert_true(line_scan_next(&scan, &line));
		assert_ptr_equal(line.text.at, at);
		assert_int_equal(line.text.len, stop - at);
		assert_int_equal(line.newline, newline != NULL);
		assert_int_equal(line.plain, is_plain(at, stop, end));
		at = newline ? newline + 1 : end;
	}
	assert_false(line_scan_next(&scan, &line));
}

/* The text ends where its memory does, so that a look beyond it is seen by the address checker. */
static void check_drawn(size_t len, uint32_t newlines, uint32_t others)
{
	static const char other[] = "\0\r&*<>\x80\xFF;'+)=\x1a\x0b\x0d\x0a";
	char *text = malloc(len ? len : 1);

	for (size_t i = 0; i < len; i++)
		text[i] = draw(100) < newlines ? '\n'
			  : draw(100) < others ? other[draw(sizeof(other) - 1)]
					       : (char)('a' + draw(26));
	check((struct slice){ text, len });
	free(text);
}

static void drawn_texts_read_as_byte_by_byte(void **state)
{
	(void)state;
	for (int round = 0; round < ROUNDS; round++)
		check_drawn(draw(TEXT_MAX), draw(30), draw(10));
	for (int round = 0; round < ROUNDS / 20; round++)
		check_drawn(draw(LONG_TEXT_MAX), draw(5), draw(3));
}

static void lines_of_every_length_around_a_block(void **state)
{
	(void)state;
	for (size_t len = 0; len < 200; len++) {
		check_drawn(len, 0, 0);
		check_drawn(len, 0, 1);
		check_drawn(len, 100, 0);
	}
}

static void a_return_at_the_border_of_blocks(void **state)
{
	char text[130];

	(void)state;
	for (size_t at = 60; at < 68; at++)
		for (int then = 0; then < 3; then++) {
			memset(text, 'a', sizeof(text));
			text[at] = '\r';
			text[at + 1] = "\n\ra"[then];
			check((struct slice){ text, sizeof(text) });
			check((struct slice){ text, at + 1 });
		}
}

/* Of every kind of text: few line ends and many, reasons for care or none, in the line before, too. */
static void all_listers_list_alike(void **state)
{
	static uint16_t first[LINE_SCAN_BATCH + LINE_SCAN_SPARE], ends[sizeof(first) / 2];
	line_lister listers[LINE_LISTERS_MAX];
	size_t count = line_listers(listers);
	char text[256];

	(void)state;
	assert_true(count >= 1);
	for (int round = 0; round < ROUNDS; round++) {
		uint32_t newlines = draw(100), others = draw(3) ? 0 : draw(256);
		struct line_span span = { text, text + 64 * (1 + draw(3)),
					  text + sizeof(text) };
		bool before = draw(2), care = before;
		unsigned listed;

		for (size_t i = 0; i < sizeof(text); i++)
			text[i] = draw(100) < newlines ? '\n'
				  : draw(256) < others ? (char)draw(256)
						       : 'a';
		listed = listers[0](span, first, &care);
		for (size_t i = 1; i < count; i++) {
			bool same = before;

			assert_int_equal(listers[i](span, ends, &same), listed);
			assert_int_equal(same, care);
			assert_memory_equal(ends, first, listed * sizeof(*ends));
		}
	}
}

static void no_text_has_no_line(void **state)
{
	(void)state;
	check(SLICE(""));
	check(SLICE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drawn_texts_read_as_byte_by_byte),
		cmocka_unit_test(lines_of_every_length_around_a_block),
		cmocka_unit_test(a_return_at_the_border_of_blocks),
		cmocka_unit_test(all_listers_list_alike),
		cmocka_unit_test(no_text_has_no_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
