/* SPDX-License-Identifier: Apache-2.0 */
/* Raw lines to plain ones; see raw_line.h. Nearly every line takes none of the branches here. */
#include "stages/raw_line.h"

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

/* Output without a newline, then a prompt: two lines in one. */
static void read_split(struct log_parser *parser, struct line line)
{
	struct slice text = lex_rest(&line.cursor);
	size_t at = prompt_find(text);
	struct line output = line;

	if (at > 0) {
		output.cursor = raw_trim(slice_first(text, at), false);
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
	line->cursor = raw_trim(text, line->cursor.open_end);
	read_split(parser, *line);
}

/* A chunk may end anywhere behind LOG_LINE_MAX bytes: what stands there is told by nothing. */
static void read_piece(struct log_parser *parser, struct slice text, struct line *line)
{
	bool too_long = text.len > LOG_LINE_MAX;

	text = slice_first(text, LOG_LINE_MAX);
	line->length = text.len;
	if (nul_find(text)) {
		text = nul_cut(parser, text, too_long, line);
	} else if (too_long) {
		log_parser_diagnose(parser, DIAGNOSTIC_LINE_TOO_LONG, line, text);
		line->cursor.open_end = true;
	}
	if (line_has_high_bytes(text) || line_has_markup(text)) {
		read_plain_copy(parser, text, line);
		return;
	}
	line->cursor = raw_trim(text, line->cursor.open_end);
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
	if (has_lone_return(text))
		read_pieces(parser, text, line);
	else
		read_piece(parser, text, line);
}
