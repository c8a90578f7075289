/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes one line plain: the typography and markup that mails and web pages put into debugger output (formats.md
 * sections 1 and 2.5) is taken back - no-break spaces, the multiplication sign of "0x", quotes in the place of an address'
 * backtick, entities, <br>, ** around a word - and bytes that are no UTF-8 are read as Windows-1252.
 */
#ifndef STAGES_LINE_H
#define STAGES_LINE_H

#include "pipeline/base/slice.h"

/* What a line of len bytes can grow to. */
#define LINE_PLAIN_MAX(len) ((len)*3)

/* True when the text has a byte above 0x7F. */
bool line_has_high_bytes(struct slice text);
/* True when the text has an entity, a <br> or a ** that stands at a word. */
bool line_has_markup(struct slice text);
/* Writes the plain form to out (room for LINE_PLAIN_MAX(line.len)) and returns it. *other is set when the line was no valid UTF-8. */
struct slice line_make_plain(struct slice line, char *out, bool *other);
/* Writes the line as it stands, but in UTF-8 where it is Windows-1252; what is no text in either stays. Returns the length. */
size_t line_to_utf8(struct slice line, char *out);

#endif
