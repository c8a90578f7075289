/* SPDX-License-Identifier: Apache-2.0 */
/*
 * !peb (formats.md sections 3.2, 12.5): of all it says, the command line - it names the process that a debugger or an error
 * reporter is at work on. Where it stands in a PROCESS block it is of that process; else the log does not tell of which.
 */
#include "stages/log_parser.h"

static bool is_quote(char c)
{
	return c == '\'';
}

/* "CommandLine:  'C:\Windows\system32\WerFault.exe -u -p 4212 -s 1212'": what stands between the quotes. */
static bool read_command_line(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;
	struct command_line seen = { .process = parser->state.process };
	struct slice text;

	if (!lex_literal(&cursor, SLICE("CommandLine:")))
		return false;
	if (!lex_to_end(&cursor, &text))
		return true;
	if (is_quote(text.at[0])) {
		if (text.len < 2 || !is_quote(text.at[text.len - 1]))
			return true; /* cut off: the last number may be half of one */
		text = slice_trim((struct slice){ text.at + 1, text.len - 2 });
	}
	seen.text = log_parser_name(parser, text);
	seen.evidence = line_evidence(line);
	if (seen.text)
		vec_push(&parser->records->command_lines, seen);
	return true;
}

static bool begins(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;
	uint64_t address;
	uint8_t digits = 0;

	if (read_command_line(parser, line))
		return true;
	if (!lex_literal(&cursor, SLICE("PEB at ")) ||
	    !lex_address(&cursor, &address, &digits))
		return false;
	log_parser_open(parser, LOG_BLOCK_peb);
	return true;
}

/* Fields, modules and the environment: whatever it is, it is of this block. */
static bool reads(struct log_parser *parser, const struct line *line)
{
	(void)parser;
	(void)line;
	return true;
}

const struct log_block log_block_peb = {
	.heads = { "PEB at ", "CommandLine:" }, .begins = begins, .reads = reads, .loose = true
};
