/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a line as it stands in the text to the plain lines that the parser reads: cut into pieces at lone carriage
 * returns and before a prompt that follows output without a line's end, typography and markup taken back.
 */
#ifndef STAGES_RAW_LINE_H
#define STAGES_RAW_LINE_H

#include "stages/log_parser.h"

/* Form feeds and Ctrl-Z are what printers and old editors leave at a line's ends. */
static inline bool raw_is_trimmed(char c)
{
	return (unsigned char)c <= ' ' &&
	       (1ull << c & (1ull << ' ' | 1ull << '\t' | 1ull << '\r' | 1ull << '\f' |
			     1ull << '\x1a'));
}

/* What stands behind a text's last word: the end of the page, or of the text. */
static inline bool raw_is_end_mark(char c)
{
	return c == '\f' || c == '\x1a';
}

/* The line without what stands at its ends and is no text. */
static inline struct cursor raw_trim(struct slice text, bool open_end)
{
	const char *end = text.at + text.len, *at = lex_behind_column(text.at, end);

	while (at < end && raw_is_trimmed(*at))
		at++;
	if (end > at && (unsigned char)end[-1] <= ' ') {
		if (raw_is_end_mark(end[-1]))
			open_end = false; /* whoever wrote it wrote all before it */
		while (!open_end && end > at && raw_is_trimmed(end[-1]))
			end--;
	}
	return (struct cursor){ at, end, open_end };
}

/* text: the line without its newline. line: its place, and whether its end was cut; scratch afterwards. A line that is plain as it
 * stands (line_scan.h) need not come here. */
void raw_read_line(struct log_parser *parser, struct slice text, struct line *line);

#endif
