/* SPDX-License-Identifier: Apache-2.0 */
/* Lines that no block knew: which are noise of the debugger, and what kind the others are of. */
#ifndef STAGES_UNKNOWN_LINE_H
#define STAGES_UNKNOWN_LINE_H

#include "stages/log_parser.h"

/* Whether a debugger prints such a line between any two others (noise_lines.def). */
bool line_is_noise(struct slice text);
/* Counts the line under its kind, unless it is noise (noise_lines.def). */
void unknown_line_count(struct log_parser *parser, const struct line *line);

#endif
