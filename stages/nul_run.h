/* SPDX-License-Identifier: Apache-2.0 */
/* NUL bytes in a log: what a disk leaves of a file whose last writes it lost. */
#ifndef STAGES_NUL_RUN_H
#define STAGES_NUL_RUN_H

#include "stages/log_parser.h"

/* The first NUL, or NULL. */
static inline const char *nul_find(struct slice text)
{
	return text.len ? memchr(text.at, 0, text.len) : NULL;
}

/* What stands before the first NUL of a line that has one, and is cut there: no value at its end is whole. The rest is the end of some line
 * whose begin is lost, and says nothing for sure. goes_on: the line is longer than the text, and may have more. */
struct slice nul_cut(struct log_parser *parser, struct slice text, bool goes_on,
		     struct line *line);

#endif
