/* SPDX-License-Identifier: Apache-2.0 */
/* The short way of most lines; see known_line.h. */
#include "stages/known_line.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "stages/raw_line.h"
#include "stages/wrapped_line.h"

/* By what every beginning has, and the block. The factor is one by which all beginnings that there are have a place of their own, which
 * test_known_line asks. */
static inline unsigned place_of(const char *at, uint8_t block)
{
	uint32_t five = log_head_mix(at) + block * 0x85EBCA6Bu;

	return five * 0xC324C985u >> (32 - KNOWN_LINE_BITS);
}

bool known_line_enter(struct known_lines *lines, uint8_t block,
		      const struct known_beginning *begin, bool may_wait)
{
	char text[KNOWN_LINE_LENGTH] = { 0 }, mask[KNOWN_LINE_LENGTH] = { 0 };
	size_t len = strnlen(begin->text, KNOWN_LINE_LENGTH);
	struct known_line *place;

	memcpy(text, begin->text, len);
	memset(mask, 0xFF, len);
	place = &lines->at[place_of(text, block)];
	if (place->block)
		return false;
	*place = (struct known_line){
		.text = { eight_load(text), eight_load(text + 8) },
		.mask = { eight_load(mask), eight_load(mask + 8) },
		.read = begin->read,
		.block = block,
		.may_wait = may_wait,
	};
	return true;
}

/* How many blanks the sixteen characters begin with. */
static inline unsigned indentation(const char *at)
{
#ifdef __SSE2__
	__m128i text = _mm_loadu_si128((const __m128i *)at);
	__m128i blank = _mm_cmpeq_epi8(text, _mm_set1_epi8(' '));

	return (unsigned)__builtin_ctz(~(unsigned)_mm_movemask_epi8(blank));
#else
	unsigned blanks = eight_before(eight_load(at) ^ EIGHT_OF(' '));

	return blanks < 8 ? blanks : 8 + eight_before(eight_load(at + 8) ^ EIGHT_OF(' '));
#endif
}

static inline const struct known_line *find(const struct known_lines *lines,
					    uint8_t block, const char *at)
{
	const struct known_line *place = &lines->at[place_of(at, block)];

	return place->block == block && (eight_load(at) & place->mask[0]) == place->text[0] &&
			       (eight_load(at + 8) & place->mask[1]) == place->text[1]
		       ? place
		       : NULL;
}

/* A line that begins no block, for one that may be asked again; see log_block. */
static inline bool read_inner(struct log_parser *parser, const struct line *line,
			      line_reader reads)
{
	return reads && parser->heads[log_head_number(line->cursor.at)] == 0 &&
	       reads(parser, line);
}

/* The line from its first character on, of which there are KNOWN_LINE_LENGTH before the text's end. */
static inline bool read_known(struct log_parser *parser, const char *at, struct line *line)
{
	uint8_t block = parser->state.block;
	const struct known_line *known = find(&parser->known, block, at);
	const char *end = line->cursor.end;

	if (block == LOG_BLOCK_NONE || (unsigned char)*at <= ' ')
		return false;
	if (known && !known->read)
		return true;
	if ((unsigned char)end[-1] <= ' ')
		end = raw_trim((struct slice){ at, (size_t)(end - at) }, false).end;
	if (end - at < LOG_HEAD_LENGTH)
		return false;
	line->cursor = (struct cursor){ at, end, false };
	if (!known)
		return read_inner(parser, line, parser->inner[block]);
	if (known->may_wait && wrapped_line_may_wait(lex_rest(&line->cursor)))
		return false;
	return known->read(parser, line);
}

uint32_t known_lines_read(struct log_parser *parser, struct line_scan *scan,
			  struct slice text, uint32_t number)
{
	const char *begin = scan->begin, *last = scan->end - 2 * KNOWN_LINE_LENGTH;
	const uint32_t first = number;
	unsigned taken = scan->taken;
	bool any = false;

	for (; taken < scan->count; taken++, number++) {
		unsigned end = scan->ends[taken];
		const char *newline = scan->base + (end >> 1);
		size_t len = (size_t)(newline - begin);

		if (len != 0) {
			struct line line = { .cursor.end = newline,
					     .offset = (uint64_t)(begin - text.at),
					     .length = len,
					     .number = number,
					     .last = number };

			if (end & 1 || len < KNOWN_LINE_LENGTH || len > KNOWN_LINE_MAX ||
			    begin > last ||
			    !read_known(parser, begin + indentation(begin), &line))
				break;
			any = true;
		}
		begin = newline + 1;
	}
	if (any)
		parser->state.behind = BEHIND_NOTHING;
	scan->begin = begin;
	scan->taken = taken;
	return number - first;
}
