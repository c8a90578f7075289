/* SPDX-License-Identifier: Apache-2.0 */
/* Raw lines to plain ones; see raw_line.h. Nearly every line takes none of the branches here. */
#include "stages/raw_line.h"

#include "stages/line.h"
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

static const char *find_angle(const char *at, const char *end)
{
	const char *found = at < end ? memchr(at, '>', (size_t)(end - at)) : NULL;

	return found ? found : end;
}

struct raw_traits raw_traits_of(struct slice text)
{
	const char *end = text.at + text.len;

	return (struct raw_traits){ .high_bytes = line_has_high_bytes(text),
				    .markup = line_has_markup(text),
				    .lone_returns = has_lone_return(text),
				    .next_angle = find_angle(text.at, end),
				    .end = end };
}

/* Form feeds and Ctrl-Z are what printers and old editors leave at a line's ends. */
static bool is_trimmed(char c)
{
	return lex_is_blank(c) || c == '\r' || c == '\f' || c == '\x1a';
}

static struct cursor trim_cursor(struct slice text, bool open_end)
{
	const char *at = text.at, *end = text.at + text.len;

	while (at < end && *at == ' ')
		at++;
	while (at < end && is_trimmed(*at))
		at++;
	if (end > at && end[-1] == '\x1a')
		open_end = false; /* whoever wrote the mark of the end wrote all before it */
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

static void read_piece(struct log_parser *parser, const struct raw_traits *traits,
		       struct slice text, struct line *line, bool angle)
{
	line->length = text.len;
	if (__builtin_expect(text.len > LOG_LINE_MAX, 0)) {
		log_parser_diagnose(parser, DIAGNOSTIC_LINE_TOO_LONG, line, text);
		text.len = LOG_LINE_MAX;
		line->cursor.open_end = true;
	}
	if ((traits->high_bytes && line_has_high_bytes(text)) ||
	    (traits->markup && line_has_markup(text))) {
		read_plain_copy(parser, text, line);
		return;
	}
	line->cursor = trim_cursor(text, line->cursor.open_end);
	if (angle)
		read_split(parser, *line);
	else
		log_parser_read_line(parser, line);
}

/* Progress output rewrites its line after a lone return; every piece is a line to the parser. */
static void read_pieces(struct log_parser *parser, const struct raw_traits *traits,
			struct slice text, struct line *line)
{
	bool open_end = line->cursor.open_end;
	uint64_t offset = line->offset;
	const char *at = text.at, *end = text.at + text.len;

	while (at < end) {
		const char *stop = memchr(at, '\r', (size_t)(end - at));

		line->cursor.open_end = open_end && !stop;
		line->offset = offset + (uint64_t)(at - text.at);
		read_piece(parser, traits,
			   (struct slice){ at, (size_t)((stop ? stop : end) - at) }, line,
			   true);
		at = stop ? stop + 1 : end;
	}
}

void raw_read_line(struct log_parser *parser, struct raw_traits *traits,
		   struct slice text, struct line *line)
{
	const char *end = text.at + text.len;
	bool angle;

	if (traits->next_angle < text.at)
		traits->next_angle = find_angle(text.at, traits->end); /* behind a long line */
	angle = traits->next_angle < end;
	if (angle)
		traits->next_angle = find_angle(end, traits->end);
	if (traits->lone_returns && has_lone_return(text))
		read_pieces(parser, traits, text, line);
	else
		read_piece(parser, traits, text, line, angle);
}
