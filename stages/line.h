/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes one line plain: where a line has bytes above 0x7F, the typography that mails and web pages put into
 * debugger output (formats.md section 1, rules 2 and 3) is taken back - no-break space, the multiplication sign of
 * "0x", quotes and dashes - and bytes that are no UTF-8 are read as Windows-1252.
 */
#ifndef STAGES_LINE_H
#define STAGES_LINE_H

#include "pipeline/base/slice.h"

/* What a line of len bytes can grow to. */
#define LINE_PLAIN_MAX(len) ((len)*3)

/* True when the text has a byte above 0x7F. */
bool line_has_high_bytes(struct slice text);
/* Writes the plain form to out (room for LINE_PLAIN_MAX(line.len)) and returns it. *other is set when the line was no valid UTF-8. */
struct slice line_make_plain(struct slice line, char *out, bool *other);

#endif
