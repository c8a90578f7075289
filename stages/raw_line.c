/* SPDX-License-Identifier: Apache-2.0 */
/* Raw lines to plain ones; see raw_line.h. Nearly every line takes none of the branches here. */
#include "stages/raw_line.h"

#include <endian.h>

#include "stages/line.h"
#include "stages/nul_run.h"
#include "stages/prompt.h"

static bool has_lone_return(struct slice text)
{
	const char *at = text.at, *end = text.at + text.len;

	while (at < end && (at = memchr(at, '\r', (size_t)(end - at)))) {
		at++;
		if (at < end && *at != '\n' && *at != '\r')
			return true;
	}
	return false;
}

/* Form feeds and Ctrl-Z are what printers and old editors leave at a line's ends. */
static inline bool is_trimmed(char c)
{
	return (unsigned char)c <= ' ' &&
	       (1ull << c & (1ull << ' ' | 1ull << '\t' | 1ull << '\r' | 1ull << '\f' |
			     1ull << '\x1a'));
}

/* What stands behind a text's last word: the end of the page, or of the text. */
static inline bool is_end_mark(char c)
{
	return (unsigned char)c < ' ' && (c == '\f' || c == '\x1a');
}

/* Indentation, eight blanks at a time: its depth differs from line to line, and a loop over it is mispredicted. */
static inline const char *skip_indent(const char *at, const char *end)
{
	const uint64_t blanks = 0x2020202020202020u;
	uint64_t other;

	while (end - at >= 8) {
		memcpy(&other, at, sizeof(other));
		other = le64toh(other ^ blanks);
		if (other)
			return at + (__builtin_ctzll(other) >> 3);
		at += 8;
	}
	while (at < end && *at == ' ')
		at++;
	return at;
}

static inline struct cursor trim_cursor(struct slice text, bool open_end)
{
	const char *end = text.at + text.len, *at = skip_indent(text.at, end);

	while (at < end && is_trimmed(*at))
		at++;
	if (end > at && is_end_mark(end[-1]))
		open_end = false; /* whoever wrote it wrote all before it */
	if (!open_end)
		while (end > at && is_trimmed(end[-1]))
			end--;
	return (struct cursor){ at, end, open_end };
}

/* Output without a newline, then a prompt: two lines in one. */
static void read_split(struct log_parser *parser, struct line line)
{
	struct slice text = lex_rest(&line.cursor);
	size_t at = prompt_find(text);
	struct line output = line;

	if (at > 0) {
		output.cursor = trim_cursor(slice_first(text, at), false);
		log_parser_read_line(parser, &output);
		line.cursor.at += at;
	}
	log_parser_read_line(parser, &line);
}

/* Bytes above 0x7F or markup: a plain copy of the line is read. Kept apart so that its room costs other lines nothing. */
static __attribute__((noinline)) void read_plain_copy(struct log_parser *parser,
						      struct slice text, struct line *line)
{
	char plain[LINE_PLAIN_MAX(LOG_LINE_MAX)];

	text = line_make_plain(text, plain, &parser->result->other_bytes);
	line->cursor = trim_cursor(text, line->cursor.open_end);
	read_split(parser, *line);
}

static void read_piece(struct log_parser *parser, struct slice text, struct line *line)
{
	line->length = text.len;
	if (text.len > LOG_LINE_MAX) {
		log_parser_diagnose(parser, DIAGNOSTIC_LINE_TOO_LONG, line, text);
		text.len = LOG_LINE_MAX;
		line->cursor.open_end = true;
	}
	if (line_has_high_bytes(text) || line_has_markup(text)) {
		read_plain_copy(parser, text, line);
		return;
	}
	line->cursor = trim_cursor(text, line->cursor.open_end);
	read_split(parser, *line);
}

/* Progress output rewrites its line after a lone return; every piece is a line to the parser. */
static void read_pieces(struct log_parser *parser, struct slice text, struct line *line)
{
	bool open_end = line->cursor.open_end;
	uint64_t offset = line->offset;
	const char *at = text.at, *end = text.at + text.len, *last = end;

	while (last > at && last[-1] == '\r')
		last--; /* those belong to the newline */
	while (at < end) {
		const char *stop = at < last ? memchr(at, '\r', (size_t)(last - at)) : NULL;

		line->cursor.open_end = open_end && !stop;
		line->offset = offset + (uint64_t)(at - text.at);
		read_piece(parser,
			   (struct slice){ at, (size_t)((stop ? stop : end) - at) }, line);
		at = stop ? stop + 1 : end;
	}
}

void raw_read_line(struct log_parser *parser, struct slice text, struct line *line)
{
	line->may_prompt = true;
	text = nul_cut(parser, text, line);
	if (has_lone_return(text))
		read_pieces(parser, text, line);
	else
		read_piece(parser, text, line);
}

void raw_read_plain_line(struct log_parser *parser, struct slice text, struct line *line)
{
	line->length = text.len;
	line->may_prompt = false;
	line->cursor = trim_cursor(text, line->cursor.open_end);
	log_parser_read_line(parser, line);
}
