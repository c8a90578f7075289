/* SPDX-License-Identifier: Apache-2.0 */
/* Lines that no block knew: which are noise of the debugger, and what kind the others are of. */
#ifndef STAGES_UNKNOWN_LINE_H
#define STAGES_UNKNOWN_LINE_H

#include "stages/log_parser.h"

/* Whether a debugger prints such a line between any two others (noise_lines.def). */
bool line_is_noise(struct slice text);
/* Whether somebody put it in the place of lines that were left out. Dots alone are not among these. */
bool line_is_elision(struct slice text);
/* Whether a debugger that loads symbols prints it: what is loaded, or dots for modules. */
bool line_is_loading(struct slice text);
/* Whether people wrote it: more words in a row than debuggers print. */
bool line_is_sentence(struct slice text);
/* Counts the line under its kind, unless it is noise (noise_lines.def). */
void unknown_line_count(struct log_parser *parser, const struct line *line);

#endif
