/* SPDX-License-Identifier: Apache-2.0 */
/* The original lines of one finding, as text and as JSON. */
#include "pipeline/base/log.h"
#include "pipeline/base/utf8.h"
#include "pipeline/fetch.h"
#include "pipeline/print.h"
#include "pipeline/show.h"

/* Columns between tab stops. */
#define TAB 8

struct lines {
	const struct shown *shown;
	const struct finding *finding;
	uint64_t number; /* of the finding */
	struct evidence_list list;
	struct fetched fetched;
};

static size_t pieces_fetched(const struct lines *lines)
{
	return lines->fetched.reply.excerpts.len;
}

/* Pieces that nobody asked for, as there are too many. */
static uint64_t left_out(const struct lines *lines)
{
	return lines->list.left_out + lines->list.pieces.len - pieces_fetched(lines);
}

static struct slice member_of(const struct lines *lines, const struct evidence *piece)
{
	return lines->fetched.summary->sources.at[piece->source].member;
}

static struct slice text_of(const struct excerpt *excerpt)
{
	return (struct slice){ (const char *)excerpt->text.at, excerpt->text.len };
}

/* The number of the last line that is shown. */
static uint32_t last_shown(const struct evidence *piece, struct slice text)
{
	uint32_t line = piece->first_line;

	for (const char *at = text.at, *end = text.at + text.len;
	     at < end && (at = memchr(at, '\n', (size_t)(end - at))); at++)
		line++;
	return line;
}

/* ---- text ---- */

static void print_tabbed(struct slice line)
{
	size_t column = 0;

	while (line.len) {
		const char *tab = memchr(line.at, '\t', line.len);
		struct slice part =
			slice_first(line, tab ? (size_t)(tab - line.at) : line.len);

		utf8_print_terminal(stdout, part);
		column += utf8_width(part);
		line = slice_skip(line, part.len + (tab != NULL));
		if (tab) {
			printf("%*s", (int)(TAB - column % TAB), "");
			column += TAB - column % TAB;
		}
	}
	putchar('\n');
}

static void print_lines(uint32_t number, struct slice text)
{
	while (text.len) {
		const char *newline = memchr(text.at, '\n', text.len);
		struct slice line =
			slice_first(text, newline ? (size_t)(newline - text.at) : text.len);

		printf("%7u  ", number++);
		print_tabbed(line);
		text = slice_skip(text, line.len + (newline != NULL));
	}
}

static void print_piece(const struct lines *lines, size_t at)
{
	const struct evidence *piece = &lines->list.pieces.at[at].evidence;
	const struct excerpt *excerpt = &lines->fetched.reply.excerpts.at[at];
	struct slice text = text_of(excerpt);

	putchar('\n');
	utf8_print_terminal(stdout, lines->fetched.bundle);
	printf("  ");
	utf8_print_terminal(stdout, member_of(lines, piece));
	printf("  lines %u-%u\n", piece->first_line, piece->last_line);
	print_lines(piece->first_line, text);
	if (!excerpt->found)
		printf("         not to be read any more\n");
	else if (excerpt->cut)
		printf("         and on to line %u\n", piece->last_line);
}

static void print_text(const struct lines *lines)
{
	char id[ID_TEXT_SIZE];

	printf("Finding %llu of incident %s: %s", (unsigned long long)lines->number,
	       print_id(id, lines->shown->incident->id),
	       pattern_text(lines->finding->pattern));
	if (lines->finding->image) {
		printf("  ");
		utf8_print_terminal(stdout, names_text(&lines->shown->incident->records.names,
						       lines->finding->image));
	}
	if (lines->finding->pid != PID_NONE)
		printf("[%x]", lines->finding->pid);
	putchar('\n');
	for (size_t i = 0; i < pieces_fetched(lines); i++)
		print_piece(lines, i);
	if (left_out(lines))
		printf("\n%zu of %llu pieces shown\n", pieces_fetched(lines),
		       (unsigned long long)(pieces_fetched(lines) + left_out(lines)));
}

/* ---- json ---- */

static void print_json_piece(struct json *json, const struct lines *lines, size_t at)
{
	const struct evidence *piece = &lines->list.pieces.at[at].evidence;
	const struct excerpt *excerpt = &lines->fetched.reply.excerpts.at[at];
	struct slice text = text_of(excerpt);

	json_object_begin(json);
	print_json_text(json, "bundle", lines->fetched.bundle);
	print_json_text(json, "member", member_of(lines, piece));
	print_json_u64(json, "first_line", piece->first_line);
	print_json_u64(json, "last_line",
		       excerpt->cut ? last_shown(piece, text) : piece->last_line);
	print_json_u64(json, "offset", piece->offset);
	print_json_u64(json, "length", piece->length);
	print_json_text(json, "text", text);
	json_key(json, "cut");
	json_bool(json, excerpt->cut);
	json_object_end(json);
}

static void print_json(const struct lines *lines, bool pretty)
{
	struct json json;

	json_init(&json, stdout, pretty);
	json_object_begin(&json);
	json_key(&json, "schema");
	json_string(&json, "pipeline/evidence/1");
	print_json_id(&json, "incident", lines->shown->incident->id);
	print_json_u64(&json, "finding", lines->number);
	json_key(&json, "pattern");
	json_string(&json, pattern_text(lines->finding->pattern));
	json_key(&json, "evidence");
	json_array_begin(&json);
	for (size_t i = 0; i < pieces_fetched(lines); i++)
		print_json_piece(&json, lines, i);
	json_array_end(&json);
	print_json_u64(&json, "left_out", left_out(lines));
	json_object_end(&json);
	json_end(&json);
}

/* A command that could not read all of its input does not say that all is well. */
static bool all_found(const struct lines *lines, struct error *error)
{
	vec_for_each(excerpt, &lines->fetched.reply.excerpts)
		if (!excerpt->found)
			return error_set(error, ERROR_INPUT, "%.*s: %s",
					 SLICE_ARG(lines->fetched.bundle),
					 lines->fetched.reply.error.kind == ERROR_NONE
						 ? "holds not all of its members any more"
						 : lines->fetched.reply.error.text);
	return true;
}

/* What the log does not show cannot be printed. */
static void drop_unseen(struct evidence_list *list)
{
	size_t kept = 0;

	vec_for_each(piece, &list->pieces)
		if (piece->evidence.length)
			list->pieces.at[kept++] = *piece;
	list->pieces.len = kept;
}

bool show_evidence(const struct shown *shown, uint64_t number, enum sandbox sandbox,
		   enum format format, struct error *error)
{
	struct lines lines = { .shown = shown, .number = number };
	bool good;

	if (number > shown->findings.list.len)
		return error_set(error, ERROR_USAGE, "there is no finding %llu: %zu were made",
				 (unsigned long long)number, shown->findings.list.len);
	lines.finding = &shown->findings.list.at[number - 1];
	finding_evidence(shown->incident, &shown->findings, lines.finding, &lines.list);
	drop_unseen(&lines.list);
	good = fetch_evidence(shown->view, shown->row, &lines.list, sandbox,
			      &lines.fetched, error);
	if (good) {
		if (format == FORMAT_TEXT)
			print_text(&lines);
		else
			print_json(&lines, format == FORMAT_JSON);
		good = all_found(&lines, error);
	}
	fetched_free(&lines.fetched);
	evidence_list_free(&lines.list);
	return good;
}
