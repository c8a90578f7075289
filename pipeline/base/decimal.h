/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers in decimal, the same in every format that programs read. No locale has a say, and no
 * double stands in between: what was counted in thousandths is printed to the last of them.
 */
#ifndef BASE_DECIMAL_H
#define BASE_DECIMAL_H

#include "pipeline/base/slice.h"

#define DECIMAL_DIGITS_MAX 40
#define DECIMAL_SIZE (DECIMAL_DIGITS_MAX + 24)

/* Each writes into out and returns the text, which lies in it, not terminated. */
struct slice decimal_u64(char out[DECIMAL_SIZE], uint64_t value);
struct slice decimal_i64(char out[DECIMAL_SIZE], int64_t value);
/* value / 10^digits with at least one digit behind the point and no zeros at the end: (222000, 3) is 222.0. */
struct slice decimal_fixed(char out[DECIMAL_SIZE], int64_t value, unsigned digits);

#endif
