/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a line as it stands in the text to the plain lines that the parser reads: cut into pieces at lone carriage
 * returns and before a prompt that follows output without a line's end, typography and markup taken back.
 */
#ifndef STAGES_RAW_LINE_H
#define STAGES_RAW_LINE_H

#include "stages/log_parser.h"

/* text: the line without its newline. line: its place, and whether its end was cut; scratch afterwards. */
void raw_read_line(struct log_parser *parser, struct slice text, struct line *line);
/* The same for a line that is plain as it stands (line_scan.h), and not too long. */
void raw_read_plain_line(struct log_parser *parser, struct slice text, struct line *line);

#endif
