/* SPDX-License-Identifier: Apache-2.0 */
/* Written from the last digit to the first, at the end of the buffer; see decimal.h. */
#include "pipeline/base/decimal.h"

#include <assert.h>

/* The digits of value before `at`, least of them; returns where they begin. */
static char *put_digits(char *at, uint64_t value, unsigned least)
{
	for (unsigned count = 0; value || count < least; count++) {
		*--at = (char)('0' + value % 10);
		value /= 10;
	}
	return at;
}

static struct slice with_sign(char *out, char *at, bool negative)
{
	if (negative)
		*--at = '-';
	return (struct slice){ at, (size_t)(out + DECIMAL_SIZE - at) };
}

static uint64_t magnitude(int64_t value)
{
	return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

struct slice decimal_u64(char out[DECIMAL_SIZE], uint64_t value)
{
	return with_sign(out, put_digits(out + DECIMAL_SIZE, value, 1), false);
}

struct slice decimal_i64(char out[DECIMAL_SIZE], int64_t value)
{
	return with_sign(out, put_digits(out + DECIMAL_SIZE, magnitude(value), 1), value < 0);
}

struct slice decimal_fixed(char out[DECIMAL_SIZE], int64_t value, unsigned digits)
{
	uint64_t left = magnitude(value);
	char *at = out + DECIMAL_SIZE;

	assert(digits <= DECIMAL_DIGITS_MAX);
	for (; digits > 1 && left % 10 == 0; digits--)
		left /= 10; /* zeros at the end; of zero all but one */
	if (digits == 0)
		*--at = '0';
	for (; digits; digits--) {
		*--at = (char)('0' + left % 10);
		left /= 10;
	}
	*--at = '.';
	return with_sign(out, put_digits(at, left, 1), value < 0);
}
