/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process table at the end of !vm (formats.md section 6.2), in the old form "pid image pages (kb Kb)" and the newer "pid image
 * kb Kb kb Kb kb Kb". One process is one row; zero commit marks a process object that outlived its process.
 * Numbers are read from the right since image names may have blanks and digits.
 */
#include "stages/log_parser.h"

/* Takes the blanks before *end away, then `tail`. */
static bool take_tail(const char *begin, const char **end, struct slice tail)
{
	const char *at = *end;

	while (at > begin && lex_is_blank(at[-1]))
		at--;
	if ((size_t)(at - begin) < tail.len || memcmp(at - tail.len, tail.at, tail.len) != 0)
		return false;
	*end = at - tail.len;
	return true;
}

static bool take_number(const char *begin, const char **end, uint64_t *value)
{
	const char *at = *end;
	struct cursor cursor;

	while (at > begin && lex_is_blank(at[-1]))
		at--;
	cursor.end = at;
	while (at > begin && at[-1] >= '0' && at[-1] <= '9')
		at--;
	cursor.at = at;
	cursor.open_end = false;
	*end = at;
	return lex_decimal(&cursor, value);
}

/* "11078 (      44312 Kb)" at the end of the line. */
static bool take_old_commit(const char *begin, const char **end, uint64_t *kb)
{
	uint64_t pages;

	return take_tail(begin, end, SLICE("Kb)")) && take_number(begin, end, kb) &&
	       take_tail(begin, end, SLICE("(")) && take_number(begin, end, &pages);
}

/* "523412 Kb   4212 Kb   0 Kb": commit, shared commit, debt. */
static bool take_new_commit(const char *begin, const char **end, uint64_t *kb)
{
	for (int column = 0; column < 3; column++)
		if (!take_tail(begin, end, SLICE("Kb")) || !take_number(begin, end, kb))
			return false;
	return true;
}

/* "pid image commit": false when the line is no such row. */
static bool read_row(struct log_parser *parser, const struct line *line)
{
	struct cursor cursor = line->cursor;
	const char *end = cursor.end;
	struct vm_row row = { .table = parser->records->vm_tables };
	struct slice image;

	cursor.open_end = false; /* the closing "Kb" says that the row is whole */
	if (!lex_hex(&cursor, &row.pid) || lex_at_end(&cursor) || !lex_is_blank(*cursor.at))
		return false;
	if (!take_old_commit(cursor.at, &end, &row.commit_kb)) {
		end = cursor.end;
		if (!take_new_commit(cursor.at, &end, &row.commit_kb))
			return false;
	}
	image = slice_trim((struct slice){ cursor.at, (size_t)(end - cursor.at) });
	if (image.len == 0 || !lex_is_blank(image.at[image.len]))
		return false;
	row.image = log_parser_name(parser, image);
	row.evidence = line_evidence(line);
	parser->state.vm_rows = true;
	vec_push(&parser->records->vm_rows, row);
	return true;
}

/* The counters above the table, of no interest by themselves: "Label:   pages ( kb Kb)", page files, warnings. */
static bool is_counter(struct slice text)
{
	return slice_find(text, SLICE(":")) >= 0 || slice_starts(text, SLICE("*****")) ||
	       slice_starts(text, SLICE("No Name for Paging File")) ||
	       slice_starts(text, SLICE("Pid ImageName"));
}

static bool reads(struct log_parser *parser, const struct line *line)
{
	return read_row(parser, line) || is_counter(lex_rest(&line->cursor));
}

static void open_table(struct log_parser *parser)
{
	log_parser_open(parser, LOG_BLOCK_vm);
	parser->state.vm_rows = false;
	parser->records->vm_tables++;
}

static bool begins(struct log_parser *parser, const struct line *line)
{
	struct slice text = lex_rest(&line->cursor);

	if (!slice_starts(text, SLICE("*** Virtual Memory Usage ***")) &&
	    !slice_starts(text, SLICE("Physical Memory:")))
		return false;
	if (parser->state.block != LOG_BLOCK_vm || parser->state.vm_rows)
		open_table(parser);
	return true;
}

const struct log_block log_block_vm = { .heads = { "*** Virtual", "Physical Memory:" },
					.begins = begins,
					.reads = reads,
					.command = "!vm",
					.commanded = open_table };
