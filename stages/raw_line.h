/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a line as it stands in the text to the plain lines that the parser reads: cut into pieces at lone carriage
 * returns and before a prompt that follows output without a line's end, typography and markup taken back.
 */
#ifndef STAGES_RAW_LINE_H
#define STAGES_RAW_LINE_H

#include "stages/log_parser.h"

/* What a text has anywhere, so that its lines need be asked only then. */
struct raw_traits {
	bool high_bytes, markup, lone_returns;
	const char *next_angle; /* the next '>' that was not passed yet, or the text's end */
	const char *end;
};

struct raw_traits raw_traits_of(struct slice text);
/* text: the line without its newline. line: its place, and whether its end was cut; scratch afterwards. */
void raw_read_line(struct log_parser *parser, struct raw_traits *traits,
		   struct slice text, struct line *line);

#endif
