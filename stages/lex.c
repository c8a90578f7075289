/* SPDX-License-Identifier: Apache-2.0 */
/* Reading values off one line; see lex.h. Nothing here looks beyond the line or keeps state. */
#include "stages/lex.h"

#include "stages/pointer.h"

const uint8_t lex_hex_value[256] = {
	['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,
	['6'] = 7,  ['7'] = 8,  ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
	['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12,
	['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

const bool lex_word_chars[256] = {
	['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true, ['4'] = true,
	['5'] = true, ['6'] = true, ['7'] = true, ['8'] = true, ['9'] = true,
	['_'] = true, ['A'] = true, ['B'] = true, ['C'] = true, ['D'] = true,
	['E'] = true, ['F'] = true, ['G'] = true, ['H'] = true, ['I'] = true,
	['J'] = true, ['K'] = true, ['L'] = true, ['M'] = true, ['N'] = true,
	['O'] = true, ['P'] = true, ['Q'] = true, ['R'] = true, ['S'] = true,
	['T'] = true, ['U'] = true, ['V'] = true, ['W'] = true, ['X'] = true,
	['Y'] = true, ['Z'] = true, ['a'] = true, ['b'] = true, ['c'] = true,
	['d'] = true, ['e'] = true, ['f'] = true, ['g'] = true, ['h'] = true,
	['i'] = true, ['j'] = true, ['k'] = true, ['l'] = true, ['m'] = true,
	['n'] = true, ['o'] = true, ['p'] = true, ['q'] = true, ['r'] = true,
	['s'] = true, ['t'] = true, ['u'] = true, ['v'] = true, ['w'] = true,
	['x'] = true, ['y'] = true, ['z'] = true,
};

const char *lex_at_column(const char *at, const char *end)
{
	return lex_behind_column(at, end);
}

/* Digits as they come, and what is one address all the same: an 0x, a zero of any length. */
static __attribute__((noinline)) const char *read_address(const char *at, const char *end,
							  bool open_end, uint64_t *address,
							  uint8_t *digits)
{
	uint64_t value = 0;
	unsigned count = 0;
	bool halves = false;

	if (end - at > 2 && at[0] == '0' && at[1] == 'x')
		at += 2;
	while (at < end) {
		uint8_t digit = lex_hex_value[(unsigned char)*at];

		if (digit == 0) {
			if (*at == '`' && count == 8 && !halves) {
				halves = true;
				at++;
				continue;
			}
			break;
		}
		if (count == 16)
			return NULL;
		value = value << 4 | (digit - 1u);
		count++;
		at++;
	}
	if (count == 0 || (count != 16 && (halves || (open_end && at == end))))
		return NULL;
	if (at < end && lex_is_word(*at))
		return NULL;
	if (count != 8 && count != 16 && value != 0)
		return NULL;
	if (value != 0 || count == 16)
		*digits = (uint8_t)count;
	*address = value;
	return at;
}

/* Headers end in a pointer: 16 digits and nothing behind them. */
static inline bool is_last(const char *at, const char *end)
{
	return end - at == 16 && pointer_digits(at) == 0xFFFF;
}

const char *lex_at_address(const char *at, const char *end, bool open_end,
			   uint64_t *address, uint8_t *digits)
{
	unsigned length = 0;

	if (end - at >= POINTER_ROOM)
		length = pointer_length(at);
	else if (is_last(at, end))
		length = 16;
	if (length == 0)
		return read_address(at, end, open_end, address, digits);
	*address = eight_hex_value(eight_load(at));
	if (length > 8)
		*address = *address << 32 | eight_hex_value(eight_load(at + length - 8));
	if (length > 8 || *address)
		*digits = length > 8 ? 16 : 8;
	return at + length;
}

const char *lex_at_hex(const char *at, const char *end, bool open_end, uint32_t *value)
{
	uint32_t sum = 0;
	unsigned count;

	if (end - at > 8) {
		uint64_t text = eight_load(at);

		count = eight_leading(eight_hex(text));
		if (count == 0 || (count == 8 && lex_is_hex(at[8])))
			return NULL;
		*value = eight_hex_value(eight_last(text, count));
		return at + count;
	}
	for (count = 0; at < end && lex_is_hex(*at); count++)
		sum = sum << 4 | (lex_hex_value[(unsigned char)*at++] - 1u);
	if (count == 0 || (open_end && at == end))
		return NULL;
	*value = sum;
	return at;
}

const char *lex_at_decimal(const char *at, const char *end, bool open_end, uint64_t *value)
{
	const char *begin = at;
	uint64_t sum = 0;
	bool over = false;

	if (end - begin >= 8) {
		uint64_t text = eight_load(begin);
		unsigned count = eight_leading(eight_decimal(text));

		if (count == 0)
			return NULL;
		if (count < 8) {
			*value = eight_decimal_value(eight_last(text, count));
			return begin + count;
		}
	}
	while (at < end && *at >= '0' && *at <= '9') {
		over |= __builtin_mul_overflow(sum, 10, &sum);
		over |= __builtin_add_overflow(sum, (uint64_t)(*at - '0'), &sum);
		at++;
	}
	if (at == begin || (open_end && at == end))
		return NULL;
	*value = over ? UINT64_MAX : sum;
	return at;
}

const char *lex_at_word_end(const char *at, const char *end)
{
	while (end - at >= 8) {
		uint64_t text = eight_load(at);
		uint64_t blank = eight_equal(text, ' ') | eight_equal(text, '\t');

		if (blank)
			return at + eight_before(blank);
		at += 8;
	}
	while (at < end && !lex_is_blank(*at))
		at++;
	return at;
}

bool lex_duration(struct cursor *cursor, int64_t *ms)
{
	struct cursor probe = *cursor;
	uint64_t part[4], fraction = 0;
	const char *begin;
	int parts = 0;

	do {
		if (!lex_decimal(&probe, &part[parts]) || part[parts] > 1u << 30)
			return false;
		parts++;
	} while (parts < 4 && lex_literal(&probe, SLICE(":")));
	if (parts < 3)
		return false;
	if (lex_literal(&probe, SLICE("."))) {
		begin = probe.at;
		if (!lex_decimal(&probe, &fraction) || probe.at - begin > 9)
			return false;
		for (ptrdiff_t n = probe.at - begin; n > 3; n--)
			fraction /= 10;
		for (ptrdiff_t n = probe.at - begin; n < 3; n++)
			fraction *= 10;
	}
	*ms = 0;
	if (parts == 4)
		*ms = (int64_t)part[0] * 86400000;
	*ms += (int64_t)part[parts - 3] * 3600000 + (int64_t)part[parts - 2] * 60000 +
	       (int64_t)part[parts - 1] * 1000 + (int64_t)fraction;
	*cursor = probe;
	return true;
}

const char *lex_at_label(const char *at, const char *end, struct slice *label)
{
	label->at = at;
	while (at < end && lex_is_word(*at))
		at++;
	label->len = (size_t)(at - label->at);
	if (label->len == 0)
		return NULL;
	while (at < end && lex_is_blank(*at))
		at++;
	return at < end && *at == ':' ? at + 1 : NULL;
}
