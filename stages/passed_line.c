/* SPDX-License-Identifier: Apache-2.0 */
/* Passing lines of which nothing is kept; see passed_line.h. */
#include "stages/passed_line.h"

void passed_line_enter(struct passed_lines *lines, uint8_t block, const char *begin)
{
	char text[PASSED_LINE_LENGTH] = { 0 }, mask[PASSED_LINE_LENGTH] = { 0 };
	size_t len = strnlen(begin, PASSED_LINE_LENGTH);
	struct passed_line *place;

	memcpy(text, begin, len);
	memset(mask, 0xFF, len);
	place = passed_line_place(lines, eight_load(text));
	if (place->block)
		return;
	*place = (struct passed_line){
		.text = { eight_load(text), eight_load(text + 8) },
		.mask = { eight_load(mask), eight_load(mask + 8) },
		.block = block,
	};
}

static inline bool is_passed(struct passed_lines *lines, uint8_t block, const char *at,
			     const char *end)
{
	uint64_t text = eight_load(at), rest;
	const struct passed_line *place;

	at += eight_before(text ^ EIGHT_OF(' '));
	if (end - at < PASSED_LINE_LENGTH)
		return false;
	text = eight_load(at);
	rest = eight_load(at + 8);
	place = passed_line_place(lines, text);
	return place->block == block && (text & place->mask[0]) == place->text[0] &&
	       (rest & place->mask[1]) == place->text[1];
}

uint32_t passed_lines_skip(struct passed_lines *lines, uint8_t block,
			   struct line_scan *scan, bool *any)
{
	const char *begin = scan->begin;
	unsigned taken = scan->taken;
	uint32_t passed = 0;

	for (; taken < scan->count; taken++, passed++) {
		unsigned end = scan->ends[taken];
		const char *newline = scan->base + (end >> 1);
		ptrdiff_t len = newline - begin;

		if (len != 0) {
			if (end & 1 || len < PASSED_LINE_LENGTH || len > PASSED_LINE_MAX ||
			    !is_passed(lines, block, begin, newline))
				break;
			*any = true;
		}
		begin = newline + 1;
	}
	scan->begin = begin;
	scan->taken = taken;
	return passed;
}
