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
/* Whether a code point acts on a terminal or on the order of what stands around it: C0, DEL, C1, line and paragraph separators,
 * bidirectional controls. */
bool utf8_steers(uint32_t code);
/* Prints for a terminal: C0, DEL, C1 and bidirectional controls as \xNN / \u{NNNN}, invalid bytes as U+FFFD. */
void utf8_print_terminal(FILE *out, struct slice text);
/* Columns that text takes on a terminal when printed so. */
size_t utf8_width(struct slice text);

#endif
