/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text for people on a terminal that is narrower than a line: broken at blanks, the rest indented below. Tables fit by themselves; a
 * word that is too long, a path, is left to the terminal. In files and pipes lines stay whole.
 */
#ifndef PIPELINE_FOLD_H
#define PIPELINE_FOLD_H

#include <stdio.h>

#include "pipeline/base/slice.h"

/* Prints a line, which ends without newline, folded to width columns, and a newline. Colours take no room. */
void fold_line(FILE *out, struct slice line, size_t width);

/* From now on what is printed on stdout is folded, where that is a terminal of known width. */
void fold_begin(void);
/* What follows is printed as it is. Also for the end of the process: prints what is left. */
void fold_end(void);

#endif
