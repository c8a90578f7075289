/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moments are milliseconds since 1970-01-01T00:00:00Z. A log may give a session time without a zone;
 * such a moment is kept as if it were UTC and printed with the offset -00:00, RFC 3339's sign for
 * "local offset unknown" (section 4.3).
 */
#ifndef BASE_MOMENT_H
#define BASE_MOMENT_H

#include "pipeline/base/slice.h"

#define MOMENT_NONE INT64_MIN
#define MOMENT_TEXT_SIZE 40

/* Days from 1970-01-01 of a proleptic Gregorian date; month 1-12, day 1-31. */
int64_t moment_days(int64_t year, unsigned month, unsigned day);
/* "2010-03-10T17:22:09.137Z"; the zone is "-00:00" when it is not known. Returns out. */
char *moment_format(char out[MOMENT_TEXT_SIZE], int64_t moment, bool zone_known);
/* RFC 3339, or a date alone (midnight UTC; the end of that day when `end_of_day`). MOMENT_NONE when it is neither. */
int64_t moment_parse(struct slice text, bool end_of_day);

/* Of the machine's clock. */
int64_t moment_now(void);

#endif
