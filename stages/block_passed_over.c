/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Output that is known and not kept: tables of extensions, modules, handles (formats.md section 10). Some of it looks like the blocks
 * that are read - a heading with the word PROCESS, threads in columns - and none of its lines is news to anybody.
 */
#include "stages/log_parser.h"
#include "stages/prompt.h"

static bool is_passed(struct slice command)
{
	static const char *const commands[] = {
#define PASSED_COMMAND(text) text,
#include "stages/passed_commands.def"
#undef PASSED_COMMAND
	};

	if (slice_equal_icase(command_dll(command), SLICE("mex")))
		return true;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (command_is(command, commands[i]))
			return true;
	return false;
}

/* Word by word. */
static bool begins_so(struct slice text, struct slice words)
{
	struct cursor at = { text.at, text.at + text.len, false };
	struct cursor wanted_at = { words.at, words.at + words.len, false };
	struct slice word, wanted;

	while (lex_token(&wanted_at, &wanted))
		if (!lex_token(&at, &word) ||
		    (!slice_equal(wanted, SLICE("#")) && !slice_equal(wanted, word)))
			return false;
	return true;
}

static bool is_head(struct slice text)
{
	static const struct slice heads[] = {
#define PASSED_TABLE(words) { words, sizeof(words) - 1 },
#include "stages/passed_tables.def"
#undef PASSED_TABLE
	};

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (*text.at == *heads[i].at && begins_so(text, heads[i]))
			return true;
	return false;
}

/* "0004: Object: P  GrantedAccess: ...", "0008: free handle, ...": an entry of !handle, which the PROCESS block above does not know. */
static bool is_handle(struct cursor cursor)
{
	uint32_t handle;

	return lex_hex(&cursor, &handle) && lex_literal(&cursor, SLICE(": ")) &&
	       (lex_words(&cursor, SLICE("Object: ")) ||
		lex_words(&cursor, SLICE("free handle")));
}

static void open_output(struct log_parser *parser)
{
	log_parser_open(parser, LOG_BLOCK_passed_over);
}

static bool begins(struct log_parser *parser, const struct line *line)
{
	uint8_t block = parser->state.block;

	if (block == LOG_BLOCK_passed_over ||
	    (!is_head(lex_rest(&line->cursor)) && !is_handle(line->cursor)))
		return false;
	/* "**** PROCESS P (Image: x) ****" between a THREAD and its stack is no more than a stray line. */
	if (*line->cursor.at != '*' || block != LOG_BLOCK_thread)
		open_output(parser);
	return true;
}

static bool reads(struct log_parser *parser, const struct line *line)
{
	(void)parser;
	(void)line;
	return true;
}

const struct log_block log_block_passed_over = { .weak_heads = "PSsp*H0123456789abcdefABCDEF",
						 .begins = begins,
						 .reads = reads,
						 .loose = true,
						 .commands = is_passed,
						 .commanded = open_output };
