/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-8 as strangers write it: reading one code point at a time, valid or not, and printing text so
 * that neither a terminal nor a JSON reader can be harmed by it.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdio.h>

#include "pipeline/base/slice.h"

#define UTF8_INVALID 0xFFFFFFFFu

/* Reads the code point at text.at[0] (text.len > 0): its value, or UTF8_INVALID for a byte that begins
 * no valid sequence (overlong, surrogate, above U+10FFFF, cut). *used is its length, 1 when invalid. */
uint32_t utf8_read(struct slice text, size_t *used);
/* Writes code (a valid scalar value) to out, which has room for 4 bytes; returns the length. */
size_t utf8_write(char *out, uint32_t code);
bool utf8_valid(struct slice text);
/* Whether a code point acts on a terminal or on what stands around it, or is there without being seen: C0, DEL, C1, separators of
 * lines and paragraphs, bidirectional and other format controls. Joiners (U+200C, U+200D) do not: words are written with them. */
bool utf8_steers(uint32_t code);
/* Prints what steers as \xNN / \u{NNNN}, invalid bytes as U+FFFD: for files in UTF-8 that people look at. */
void utf8_print_visible(FILE *out, struct slice text);

/*
 * Terminals. One that takes no UTF-8 may take bytes of it for controls of its own: 0x9B is CSI to a terminal of Latin-1. Unless the
 * locale is one of UTF-8, what is not ASCII is printed as what steers is, and invalid bytes as '?'.
 */

/* Asks the locale that the user has set; until then the terminal is taken to be one of UTF-8. */
void utf8_follow_locale(void);
bool utf8_on_terminal(void);
void utf8_print_terminal(FILE *out, struct slice text);
/* Columns that text takes on a terminal when printed so. */
size_t utf8_width(struct slice text);

#endif
