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

static bool cut_here(const struct cursor *cursor)
{
	return cursor->open_end && lex_at_end(cursor);
}

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

void lex_column(struct cursor *cursor)
{
	cursor->at = lex_behind_column(cursor->at, cursor->end);
}

/* Digits as they come, and what is one address all the same: an 0x, a zero of any length. */
static __attribute__((noinline)) bool read_address(struct cursor *cursor, uint64_t *address,
						   uint8_t *digits)
{
	struct cursor probe = *cursor;
	uint64_t value = 0;
	unsigned count = 0;
	bool halves = false;

	if (probe.end - probe.at > 2 && probe.at[0] == '0' && probe.at[1] == 'x')
		probe.at += 2;
	while (probe.at < probe.end) {
		uint8_t digit = lex_hex_value[(unsigned char)*probe.at];

		if (digit == 0) {
			if (*probe.at == '`' && count == 8 && !halves) {
				halves = true;
				probe.at++;
				continue;
			}
			break;
		}
		if (count == 16)
			return false;
		value = value << 4 | (digit - 1u);
		count++;
		probe.at++;
	}
	if (count == 0 || (count != 16 && (halves || cut_here(&probe))))
		return false;
	if (probe.at < probe.end && lex_is_word(*probe.at))
		return false;
	if (count != 8 && count != 16 && value != 0)
		return false;
	if (value != 0 || count == 16)
		*digits = (uint8_t)count;
	*address = value;
	*cursor = probe;
	return true;
}

bool lex_address(struct cursor *cursor, uint64_t *address, uint8_t *digits)
{
	struct cursor probe = *cursor;
	unsigned length = 0;

	lex_blanks(&probe);
	if (probe.end - probe.at >= POINTER_ROOM)
		length = pointer_length(probe.at);
	if (length == 0) {
		if (!read_address(&probe, address, digits))
			return false;
		*cursor = probe;
		return true;
	}
	*address = eight_hex_value(eight_load(probe.at));
	if (length > 8)
		*address = *address << 32 |
			   eight_hex_value(eight_load(probe.at + length - 8));
	if (length > 8 || *address)
		*digits = length > 8 ? 16 : 8;
	cursor->at = probe.at + length;
	return true;
}

bool lex_skip_address(struct cursor *cursor)
{
	uint64_t address;
	uint8_t digits = 0;

	return lex_address(cursor, &address, &digits);
}

bool lex_hex(struct cursor *cursor, uint32_t *value)
{
	struct cursor probe = *cursor;
	uint32_t sum = 0;
	unsigned count;

	lex_blanks(&probe);
	if (probe.end - probe.at > 8) {
		uint64_t text = eight_load(probe.at);

		count = eight_leading(eight_hex(text));
		if (count == 0 || (count == 8 && lex_is_hex(probe.at[8])))
			return false;
		*value = eight_hex_value(eight_last(text, count));
		cursor->at = probe.at + count;
		return true;
	}
	for (count = 0; probe.at < probe.end && lex_is_hex(*probe.at); count++)
		sum = sum << 4 | (lex_hex_value[(unsigned char)*probe.at++] - 1u);
	if (count == 0 || cut_here(&probe))
		return false;
	*value = sum;
	*cursor = probe;
	return true;
}

bool lex_decimal(struct cursor *cursor, uint64_t *value)
{
	struct cursor probe = *cursor;
	uint64_t sum = 0;
	const char *begin;
	bool over = false;

	lex_blanks(&probe);
	begin = probe.at;
	if (probe.end - begin >= 8) {
		uint64_t text = eight_load(begin);
		unsigned count = eight_leading(eight_decimal(text));

		if (count == 0)
			return false;
		if (count < 8) {
			*value = eight_decimal_value(eight_last(text, count));
			cursor->at = begin + count;
			return true;
		}
	}
	while (probe.at < probe.end && *probe.at >= '0' && *probe.at <= '9') {
		over |= __builtin_mul_overflow(sum, 10, &sum);
		over |= __builtin_add_overflow(sum, (uint64_t)(*probe.at - '0'), &sum);
		probe.at++;
	}
	if (probe.at == begin || cut_here(&probe))
		return false;
	*value = over ? UINT64_MAX : sum;
	*cursor = probe;
	return true;
}

/* Where the word that stands there ends. */
static const char *word_end(const char *at, const char *end)
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

bool lex_token(struct cursor *cursor, struct slice *token)
{
	struct cursor probe = *cursor;

	lex_blanks(&probe);
	token->at = probe.at;
	probe.at = word_end(probe.at, probe.end);
	token->len = (size_t)(probe.at - token->at);
	if (token->len == 0 || cut_here(&probe))
		return false;
	*cursor = probe;
	return true;
}

bool lex_to_end(struct cursor *cursor, struct slice *text)
{
	struct cursor probe = *cursor;
	const char *end = cursor->end, *at;

	lex_blanks(&probe);
	at = probe.at;
	while (end > at && lex_is_blank(end[-1]))
		end--;
	if (at == end || cursor->open_end)
		return false;
	*text = (struct slice){ at, (size_t)(end - at) };
	cursor->at = cursor->end;
	return true;
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

bool lex_label(struct cursor *cursor, struct slice *label)
{
	struct cursor probe = *cursor;

	lex_blanks(&probe);
	label->at = probe.at;
	while (probe.at < probe.end && lex_is_word(*probe.at))
		probe.at++;
	label->len = (size_t)(probe.at - label->at);
	if (label->len == 0)
		return false;
	lex_blanks(&probe);
	if (!lex_literal(&probe, SLICE(":")))
		return false;
	lex_blanks(&probe);
	*cursor = probe;
	return true;
}
