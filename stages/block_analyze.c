/* SPDX-License-Identifier: Apache-2.0 */
/*
 * !analyze (formats.md section 9): of all it says, the bug check - from its own fields, or from the title "NAME (hex)" under
 * the box. Its stack belongs to no THREAD and is passed over.
 */
#include <stdio.h>

#include "stages/log_parser.h"

static void take_code(struct log_parser *parser, uint32_t code)
{
	char text[16];

	snprintf(text, sizeof(text), "0x%X", code);
	if (!parser->records->host.bugcheck)
		parser->records->host.bugcheck = log_parser_name(parser, slice_from(text));
}

/* "BUGCHECK_CODE:  d1", "BUGCHECK_STR:  0x9F_3" - of the latter a word is no number -, "BugCheck D1, {...", "Bugcheck: D1 (..)" */
static bool read_field(struct log_parser *parser, struct cursor cursor)
{
	bool text = lex_literal(&cursor, SLICE("BUGCHECK_STR:"));
	uint32_t code;

	if (!text && !lex_literal(&cursor, SLICE("BUGCHECK_CODE:")) &&
	    !lex_literal(&cursor, SLICE("BugCheck ")) &&
	    !lex_literal(&cursor, SLICE("Bugcheck:")))
		return false;
	lex_blanks(&cursor);
	if (!lex_literal(&cursor, SLICE("0x")) && text)
		return true;
	if (lex_hex(&cursor, &code))
		take_code(parser, code);
	return true;
}

/* "DRIVER_IRQL_NOT_LESS_OR_EQUAL (d1)": capitals, then the code alone in parentheses. */
static void read_title(struct log_parser *parser, struct cursor cursor)
{
	const char *begin = cursor.at;
	uint32_t code;

	while (cursor.at < cursor.end &&
	       ((*cursor.at >= 'A' && *cursor.at <= 'Z') || *cursor.at == '_' ||
		(*cursor.at >= '0' && *cursor.at <= '9')))
		cursor.at++;
	if (cursor.at - begin < 4 || !lex_literal(&cursor, SLICE(" (")) ||
	    !lex_hex(&cursor, &code) || !lex_literal(&cursor, SLICE(")")) ||
	    !lex_at_end(&cursor))
		return;
	take_code(parser, code);
}

static void commanded(struct log_parser *parser)
{
	log_parser_open(parser, LOG_BLOCK_analyze);
}

/* A field without its command's echo says the same; what block is open stays open. */
static bool begins(struct log_parser *parser, const struct line *line)
{
	return read_field(parser, line->cursor);
}

static bool reads(struct log_parser *parser, const struct line *line)
{
	read_title(parser, line->cursor);
	return true;
}

const struct log_block log_block_analyze = { .heads = { "BUGCHECK_", "BugCheck " },
					     .begins = begins,
					     .reads = reads,
					     .command = "!analyze",
					     .commanded = commanded };
