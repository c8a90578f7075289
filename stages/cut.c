/* SPDX-License-Identifier: Apache-2.0 */
/* Finding the place to cut, from the end of the text backwards; see cut.h. */
#include "stages/cut.h"

#include "stages/lex.h"
#include "stages/line.h"
#include "stages/nul_run.h"
#include "stages/prompt.h"

/* Whether the parser reads the line as it stands: what typography, markup, lone returns and NULs make of it is not asked here. */
static bool is_plain(struct slice line)
{
	const char *lone = memchr(line.at, '\r', line.len);

	return !line_has_high_bytes(line) && !line_has_markup(line) && !nul_find(line) &&
	       (!lone || lone == line.at + line.len - 1);
}

/* Nothing but what block_process.c takes for one: a fresh start at anything else would lose the open block. A prompt that stands
 * on the same line may begin in the middle of the address. */
static bool is_process(struct slice line)
{
	struct cursor cursor = { line.at, line.at + line.len, false };
	uint64_t address;
	uint8_t digits;

	return lex_literal(&cursor, SLICE("PROCESS ")) &&
	       lex_address(&cursor, &address, &digits) && address != 0 &&
	       !memchr(line.at, '>', line.len) && is_plain(line);
}

static bool is_header(struct slice line)
{
	struct slice command;

	if (line.len == 0)
		return false;
	if (line.at[0] == 'P')
		return is_process(line);
	if (line.at[0] == 'L' && slice_starts(line, SLICE("Loading Dump File [")))
		return is_plain(line);
	return prompt_may_begin(line.at[0]) && prompt_split(line, &command) && is_plain(line);
}

static struct slice line_at(struct slice text, size_t from, size_t to)
{
	while (from < to && lex_is_blank(text.at[from]))
		from++;
	return (struct slice){ text.at + from, to - from };
}

/* Progress output, or an editor that ends lines with returns alone, makes lines of megabytes whose pieces are short. */
static size_t cut_at_return(struct slice text, enum cut_kind *kind)
{
	const char *lone = memrchr(text.at, '\r', text.len);

	*kind = lone ? CUT_LINE : CUT_INSIDE;
	return lone ? (size_t)(lone - text.at) + 1 : text.len;
}

size_t cut_find(struct slice text, enum cut_kind *kind)
{
	const char *newline = memrchr(text.at, '\n', text.len);
	size_t last_line, end;

	if (!newline)
		return cut_at_return(text, kind);
	last_line = end = (size_t)(newline - text.at) + 1;
	while (end > 1) {
		size_t begin;

		newline = memrchr(text.at, '\n', end - 1);
		if (!newline)
			break;
		begin = (size_t)(newline - text.at) + 1;
		*kind = CUT_HEADER;
		if (is_header(line_at(text, begin, end - 1)))
			return begin;
		end = begin;
	}
	*kind = CUT_LINE;
	return last_line;
}
