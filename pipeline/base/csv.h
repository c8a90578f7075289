/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A streaming writer of CSV as RFC 4180 has it: lines end in CR LF, a field is quoted when something in it asks for it, a
 * quote in it is doubled. It keeps the commas right by itself. Text is UTF-8, invalid bytes become U+FFFD; control characters
 * stay what they are, within quotes. Nothing is an empty field, an empty text "". Write errors stay in the FILE for the
 * caller to test.
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include <stdio.h>

#include "pipeline/base/slice.h"

struct csv {
	FILE *out;
	unsigned fields; /* of the row so far */
	bool empty;      /* the row so far is nothing at all */
};

void csv_init(struct csv *csv, FILE *out);
void csv_text(struct csv *csv, struct slice text);
/* csv_none() for a NULL pointer. */
void csv_string(struct csv *csv, const char *text);
void csv_u64(struct csv *csv, uint64_t value);
/* value / 10^digits, as json_decimal() prints it. */
void csv_decimal(struct csv *csv, int64_t value, unsigned digits);
/* An address of `digits` (8 or 16) lower-case hex digits, more when it does not fit. */
void csv_hex(struct csv *csv, uint64_t value, unsigned digits);
void csv_none(struct csv *csv);
void csv_end_row(struct csv *csv);

#endif
