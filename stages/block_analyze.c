/* SPDX-License-Identifier: Apache-2.0 */
/*
 * !analyze (formats.md section 9): its fields (analysis_fields.def), each a line, the title "NAME (hex)" under the box, and the
 * bug check, which is known by either. All else it says is prose; its stack belongs to no THREAD. Of each field the first stays.
 */
#include <stdio.h>

#include "stages/log_parser.h"

static const struct {
	struct slice label;
	enum analysis_kind kind;
} fields[ANALYSIS_FIELDS] = {
#define ANALYSIS_FIELD(id, kind, label, key) \
	[ANALYSIS_##id] = { { label, sizeof(label) - 1 }, ANALYSIS_KIND_##kind },
#include "stages/analysis_fields.def"
#undef ANALYSIS_FIELD
};

static void add(struct log_parser *parser, const struct line *line,
		enum analysis_field_code field, uint64_t number, struct slice text)
{
	records_add_analysis(parser->records,
			     (struct analysis_field){ .field = (uint8_t)field,
						      .number = number,
						      .text = log_parser_name(parser, text),
						      .evidence = line_evidence(line) });
}

static void take_bugcheck(struct log_parser *parser, uint64_t code)
{
	char text[16];

	if (code > UINT32_MAX || parser->records->host.bugcheck)
		return;
	snprintf(text, sizeof(text), "0x%X", (unsigned)code);
	parser->records->host.bugcheck = log_parser_name(parser, slice_from(text));
}

static void take_code(struct log_parser *parser, const struct line *line, uint64_t code)
{
	take_bugcheck(parser, code);
	if (code <= UINT32_MAX)
		add(parser, line, ANALYSIS_CODE, code, SLICE_NONE);
}

/* Hex digits as they come, "2", "0xd1", "fffff880`01234567", padded or not: a parameter of a bug check is no address. */
static bool read_number(struct cursor *cursor, uint64_t *number)
{
	struct cursor probe = *cursor;
	unsigned digits = 0;

	lex_blanks(&probe);
	(void)lex_literal(&probe, SLICE("0x"));
	for (*number = 0; !lex_at_end(&probe); probe.at++) {
		uint8_t digit = lex_hex_value[(unsigned char)*probe.at];

		if (digit == 0 && *probe.at == '`' && digits == 8)
			continue;
		if (digit == 0)
			break;
		if (++digits > 16)
			return false;
		*number = *number << 4 | (digit - 1u);
	}
	if (digits == 0 || (lex_at_end(&probe) && probe.open_end && digits < 16))
		return false;
	if (!lex_at_end(&probe) && !lex_is_blank(*probe.at) && !memchr(",})", *probe.at, 3))
		return false;
	*cursor = probe;
	return true;
}

/* "fffff8a00112d000, memory referenced" */
static void read_argument(struct log_parser *parser, const struct line *line,
			  enum analysis_field_code field, struct cursor cursor)
{
	struct slice text = SLICE_NONE;
	uint64_t number;

	if (!read_number(&cursor, &number))
		return;
	if (lex_words(&cursor, SLICE(",")))
		(void)lex_to_end(&cursor, &text);
	add(parser, line, field, number, text);
}

/* The code that BUGCHECK_STR begins with, "0x9F_3"; of a word ("IMAGE_FAULT") there is none. */
static void read_code_in_text(struct log_parser *parser, struct slice text)
{
	struct cursor cursor = { text.at, text.at + text.len, false };
	uint32_t code;

	if (lex_literal(&cursor, SLICE("0x")) && lex_hex(&cursor, &code))
		take_bugcheck(parser, code);
}

static void read_value(struct log_parser *parser, const struct line *line,
		       enum analysis_field_code field, struct cursor cursor)
{
	struct slice text;
	uint64_t number;

	switch (fields[field].kind) {
	case ANALYSIS_KIND_TITLE:
		return;
	case ANALYSIS_KIND_TEXT:
		if (!lex_to_end(&cursor, &text))
			return;
		add(parser, line, field, 0, text);
		if (field == ANALYSIS_BUGCHECK_STR)
			read_code_in_text(parser, text);
		return;
	case ANALYSIS_KIND_CODE:
		if (read_number(&cursor, &number))
			take_code(parser, line, number);
		return;
	case ANALYSIS_KIND_NUMBER:
		if (read_number(&cursor, &number))
			add(parser, line, field, number, SLICE_NONE);
		return;
	case ANALYSIS_KIND_ADDRESS:
		if (log_parser_address(parser, &cursor, &number) && number)
			add(parser, line, field, number, SLICE_NONE);
		return;
	case ANALYSIS_KIND_ARGUMENT:
		read_argument(parser, line, field, cursor);
		return;
	}
}

/* "LABEL:  value" of a label in the table. */
static bool read_field(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;
	struct slice label;

	if (!lex_label(&cursor, &label))
		return false;
	for (size_t i = 0; i < ANALYSIS_FIELDS; i++)
		if (slice_equal(fields[i].label, label)) {
			read_value(parser, line, (enum analysis_field_code)i, cursor);
			return true;
		}
	return false;
}

/* "DRIVER_IRQL_NOT_LESS_OR_EQUAL (d1)": capitals, then the code alone in parentheses. */
static void read_title(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;
	struct slice name;
	uint32_t code;

	if (!lex_token(&cursor, &name) || name.len < 4 ||
	    !lex_literal(&cursor, SLICE(" (")) || !lex_hex(&cursor, &code) ||
	    !lex_literal(&cursor, SLICE(")")) || !lex_at_end(&cursor) || cursor.open_end)
		return;
	for (size_t i = 0; i < name.len; i++)
		if (!(name.at[i] >= 'A' && name.at[i] <= 'Z') && name.at[i] != '_' &&
		    !(name.at[i] >= '0' && name.at[i] <= '9'))
			return;
	add(parser, line, ANALYSIS_TITLE, code, name);
	take_bugcheck(parser, code);
}

/* "BugCheck D1, {fffff8a00112d000, 2, 0, fffff88001234567}", which the debugger says on its own when it opens a dump. */
static bool read_summary(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;
	uint64_t number;

	if (!lex_literal(&cursor, SLICE("BugCheck ")) || !read_number(&cursor, &number))
		return false;
	take_code(parser, line, number);
	if (!lex_words(&cursor, SLICE(",")) || !lex_literal(&cursor, SLICE("{")))
		return true;
	for (int i = 0; i < 4 && read_number(&cursor, &number); i++) {
		add(parser, line, (enum analysis_field_code)(ANALYSIS_P1 + i), number,
		    SLICE_NONE);
		if (!lex_words(&cursor, SLICE(",")))
			break;
	}
	return true;
}

/* "Bugcheck: D1 (..)" of !mex.di, which is no analysis. */
static bool read_mex_bugcheck(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;
	uint64_t number;

	if (!lex_literal(&cursor, SLICE("Bugcheck:")))
		return false;
	if (read_number(&cursor, &number))
		take_bugcheck(parser, number);
	return true;
}

static void open_analysis(struct log_parser *parser)
{
	log_parser_open(parser, LOG_BLOCK_analyze);
}

/* Lines that none but !analyze prints, where its command was not echoed: else its stack would be taken for that of a THREAD above. */
static bool is_telling(struct slice text)
{
	static const struct slice heads[] = {
		{ "BUGCHECK_", 9 },       { "DEFAULT_BUCKET_ID:", 18 },
		{ "STACK_TEXT:", 11 },    { "FAILURE_BUCKET_ID:", 18 },
		{ "STACK_COMMAND:", 14 }, { "KEY_VALUES_STRING:", 18 },
		{ "TRAP_FRAME:", 11 },    { "Debugging Details:", 18 },
	};

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (*text.at == *heads[i].at && slice_starts(text, heads[i]))
			return true;
	return *text.at == '*' && slice_find(text, SLICE(" Bugcheck Analysis ")) > 0;
}

/* What is said in one line leaves open what block is open. */
static bool begins(struct log_parser *parser, const struct line *line)
{
	struct slice text = lex_rest(&line->cursor);

	if (*text.at == 'B' && (read_summary(parser, line) || read_mex_bugcheck(parser, line)))
		return true;
	if (parser->state.block == LOG_BLOCK_analyze || !is_telling(text))
		return false;
	open_analysis(parser);
	(void)read_field(parser, line);
	return true;
}

static bool reads(struct log_parser *parser, const struct line *line)
{
	if (!read_field(parser, line))
		read_title(parser, line);
	return true;
}

const struct log_block log_block_analyze = { .heads = { "BUGCHECK_", "BugCheck ", "Bugcheck:" },
					     .weak_heads = "*DFKST",
					     .begins = begins,
					     .reads = reads,
					     .loose = true,
					     .command = "!analyze",
					     .commanded = open_analysis };
