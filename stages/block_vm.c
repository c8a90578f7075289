/* SPDX-License-Identifier: Apache-2.0 */
/*
 * !vm: where its tables begin and end, and the process table at the end (formats.md section 6.2; the numbers above it are read
 * by vm_counter.c and vm_page_file.c), in the old form "pid image pages (kb Kb)" and the newer "pid image
 * kb Kb kb Kb kb Kb". One process is one row; zero commit marks a process object that outlived its process.
 * Numbers are read from the right since image names may have blanks and digits.
 */
#include "stages/vm_counter.h"

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
	parser->state.vm_seen |= VM_SEEN_ROW;
	vec_push(&parser->records->vm_rows, row);
	return true;
}

/* What flag 4 lists of terminal server sessions (formats.md section 6.2), passed over. */
static bool is_session_line(struct slice text)
{
	return slice_starts(text, SLICE("Session ")) || slice_find(text, SLICE("Usage:")) > 0;
}

static bool is_session_title(struct slice text)
{
	return slice_starts(text, SLICE("Terminal Server Memory Usage By Session"));
}

/* What must not have been seen in a table for the line to stand in it still; else, or outside of one, it begins the next. Reports of other
 * programs speak of page files and physical memory too: outside of a table a line must be just as this debugger prints it. */
static bool begins_table(struct slice text, bool inside, uint8_t *unseen)
{
	*unseen = 0;
	if (is_session_title(text) || slice_starts(text, SLICE("Pid ImageName")))
		return true;
	*unseen = VM_SEEN_ROW | VM_SEEN_COUNTER;
	if (vm_is_page_file(text))
		return inside || *text.at == 'N' ||
		       slice_starts(text, SLICE("Page File: \\??\\"));
	*unseen |= VM_SEEN_PHYSICAL;
	if (slice_starts(text, SLICE("Physical Memory:")))
		return inside || (slice_find(text, SLICE("(")) > 0 &&
				  slice_find(text, SLICE("Kb)")) > 0);
	*unseen |= VM_SEEN_PAGE_FILE;
	return slice_starts(text, SLICE("*** Virtual Memory Usage ***"));
}

static bool reads(struct log_parser *parser, const struct line *line)
{
	struct slice text = lex_rest(&line->cursor);
	uint8_t unseen;

	if (read_row(parser, line))
		return true;
	if (begins_table(text, true, &unseen))
		return false;
	return vm_read_page_file(parser, line) || vm_read_counter(parser, line) ||
	       (parser->state.vm_sessions && is_session_line(text));
}

static void open_table(struct log_parser *parser)
{
	log_parser_open(parser, LOG_BLOCK_vm);
	parser->state.vm_seen = 0;
	parser->state.vm_page_file = parser->state.vm_sessions = false;
	parser->records->vm_tables++;
}

static bool begins(struct log_parser *parser, const struct line *line)
{
	struct slice text = lex_rest(&line->cursor);
	bool inside = parser->state.block == LOG_BLOCK_vm;
	uint8_t unseen;

	if (!begins_table(text, inside, &unseen))
		return false;
	if (!inside || (parser->state.vm_seen & unseen))
		open_table(parser);
	parser->state.vm_sessions = is_session_title(text);
	if (vm_is_page_file(text))
		(void)vm_read_page_file(parser, line);
	else if (*text.at == 'P')
		(void)vm_read_counter(parser, line);
	return true;
}

static void resumes(struct log_parser *parser)
{
	vm_resume_page_file(parser);
}

const struct log_block log_block_vm = { .weak_heads = "*PNT",
					.begins = begins,
					.reads = reads,
					.steady = true,
					.resumes = resumes,
					.command = "!vm",
					.commanded = open_table };
