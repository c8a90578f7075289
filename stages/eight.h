/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Eight characters at once, in one register: what they are, and the number that they say. No loop, so that nothing is
 * mispredicted where numbers have as many digits as they like. The first character is the lowest byte. What a test finds of a character
 * is the highest bit of its byte, all other bits are 0.
 */
#ifndef STAGES_EIGHT_H
#define STAGES_EIGHT_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

#define EIGHT_OF(byte) ((uint64_t)(byte)*0x0101010101010101u)
#define EIGHT_HIGH EIGHT_OF(0x80)

static inline uint64_t eight_load(const char *at)
{
	uint64_t text;

	memcpy(&text, at, sizeof(text));
	return le64toh(text);
}

/* Those from `low` to `high`, both below 0x7F: nothing is carried from byte to byte, as the highest bit is set before. */
static inline uint64_t eight_between(uint64_t text, unsigned char low, unsigned char high)
{
	uint64_t set = text | EIGHT_HIGH;

	return (set - EIGHT_OF(low)) & ~(set - EIGHT_OF(high + 1)) & ~text & EIGHT_HIGH;
}

static inline uint64_t eight_decimal(uint64_t text)
{
	return eight_between(text, '0', '9');
}

static inline uint64_t eight_hex(uint64_t text)
{
	return eight_decimal(text) | eight_between(text | EIGHT_OF(0x20), 'a', 'f');
}

/* Exact up to the first that is equal; characters behind it may be taken for equal. */
static inline uint64_t eight_equal(uint64_t text, unsigned char c)
{
	uint64_t other = text ^ EIGHT_OF(c);

	return (other - EIGHT_OF(1)) & ~other & EIGHT_HIGH;
}

/* How many characters stand before the first that was found. */
static inline unsigned eight_before(uint64_t found)
{
	return found ? (unsigned)__builtin_ctzll(found) >> 3 : 8;
}

/* How many of the first characters were found, one behind the other. */
static inline unsigned eight_leading(uint64_t found)
{
	return eight_before(~found & EIGHT_HIGH);
}

/* The first `count` characters, 1 to 8, as digits: moved to where the last ones of a longer number stand. */
static inline uint64_t eight_last(uint64_t text, unsigned count)
{
	return text << (64 - 8 * count);
}

/* Of hex digits, zero bytes before them. */
static inline uint32_t eight_hex_value(uint64_t text)
{
	text = (text & EIGHT_OF(0x0F)) + (text >> 6 & EIGHT_OF(1)) * 9;
	text = __builtin_bswap64(text);
	text = (text | text >> 4) & 0x00FF00FF00FF00FFu;
	text = (text | text >> 8) & 0x0000FFFF0000FFFFu;
	return (uint32_t)(text | text >> 16);
}

/* Of decimal digits, zero bytes before them: pairs, fours, all eight. */
static inline uint32_t eight_decimal_value(uint64_t text)
{
	text &= EIGHT_OF(0x0F);
	text = (text * 10 + (text >> 8)) & 0x00FF00FF00FF00FFu;
	text = (text * 100 + (text >> 16)) & 0x0000FFFF0000FFFFu;
	return (uint32_t)(text * 10000 + (text >> 32));
}

#endif
