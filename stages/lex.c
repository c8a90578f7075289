/* SPDX-License-Identifier: Apache-2.0 */
/* Reading values off one line; see lex.h. Nothing here looks beyond the line or keeps state. */
#include "stages/lex.h"

#include <endian.h>

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

/* Letters, digits and the underscore. */
static const bool word_chars[256] = {
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

static bool is_word_char(char c)
{
	return word_chars[(unsigned char)c];
}

#define EVERY_BYTE(value) ((uint64_t)(value)*0x0101010101010101u)

/* Eight hex digits at once, all in one register: text as it stands, and its letters made small. */
static inline bool is_hex8(uint64_t text, uint64_t low)
{
	const uint64_t high = EVERY_BYTE(0x80);
	uint64_t digit, letter;

	/* A byte's highest bit says whether the byte is at least the one subtracted. */
	digit = ((text | high) - EVERY_BYTE('0')) & ~((text | high) - EVERY_BYTE('9' + 1));
	letter = ((low | high) - EVERY_BYTE('a')) & ~((low | high) - EVERY_BYTE('f' + 1));
	return ((digit | letter) & ~text & high) == high;
}

static inline bool read_hex8(const char *at, uint32_t *value)
{
	uint64_t text, low;

	memcpy(&text, at, sizeof(text));
	low = text | EVERY_BYTE(0x20);
	if (!is_hex8(text, low))
		return false;
	low = (low & EVERY_BYTE(0x0F)) + (low >> 6 & EVERY_BYTE(1)) * 9;
	low = __builtin_bswap64(le64toh(low));
	low = (low | low >> 4) & 0x00FF00FF00FF00FFu;
	low = (low | low >> 8) & 0x0000FFFF0000FFFFu;
	*value = (uint32_t)(low | low >> 16);
	return true;
}

static inline bool skip_hex8(const char *at)
{
	uint64_t text;

	memcpy(&text, at, sizeof(text));
	return is_hex8(text, text | EVERY_BYTE(0x20));
}

/* A pointer of 16 digits, or of 8, as it nearly always stands: at the cursor, and something else behind it. */
static inline bool read_pointer(struct cursor *cursor, uint64_t *address, uint8_t *digits)
{
	const char *at = cursor->at;
	uint32_t upper, lower;

	if (cursor->end - at < 18 || !read_hex8(at, &upper))
		return false;
	if (lex_is_blank(at[8])) {
		*address = upper;
		if (upper)
			*digits = 8;
		cursor->at = at + 8;
		return true;
	}
	at += 8 + (at[8] == '`');
	if (!read_hex8(at, &lower) || is_word_char(at[8]))
		return false;
	*address = (uint64_t)upper << 32 | lower;
	*digits = 16;
	cursor->at = at + 8;
	return true;
}

bool lex_skip_address(struct cursor *cursor)
{
	const char *at = cursor->at;
	uint64_t address;
	uint8_t digits = 0;

	while (at < cursor->end && lex_is_blank(*at))
		at++;
	if (cursor->end - at >= 18 && skip_hex8(at)) {
		if (lex_is_blank(at[8])) {
			cursor->at = at + 8;
			return true;
		}
		at += 8 + (at[8] == '`');
		if (skip_hex8(at) && !is_word_char(at[8])) {
			cursor->at = at + 8;
			return true;
		}
	}
	return lex_address(cursor, &address, &digits);
}

bool lex_address(struct cursor *cursor, uint64_t *address, uint8_t *digits)
{
	struct cursor probe = *cursor;
	uint64_t value = 0;
	unsigned count = 0;
	bool halves = false;

	lex_blanks(&probe);
	if (read_pointer(&probe, address, digits)) {
		*cursor = probe;
		return true;
	}
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
	if (probe.at < probe.end && is_word_char(*probe.at))
		return false;
	if (count != 8 && count != 16 && value != 0)
		return false;
	if (value != 0 || count == 16)
		*digits = (uint8_t)count;
	*address = value;
	*cursor = probe;
	return true;
}

bool lex_hex(struct cursor *cursor, uint32_t *value)
{
	struct cursor probe = *cursor;
	uint32_t sum = 0;
	unsigned count = 0;

	lex_blanks(&probe);
	while (probe.at < probe.end && lex_is_hex(*probe.at)) {
		if (++count > 8)
			return false;
		sum = sum << 4 | (lex_hex_value[(unsigned char)*probe.at++] - 1u);
	}
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

bool lex_token(struct cursor *cursor, struct slice *token)
{
	struct cursor probe = *cursor;

	lex_blanks(&probe);
	token->at = probe.at;
	while (probe.at < probe.end && !lex_is_blank(*probe.at))
		probe.at++;
	token->len = (size_t)(probe.at - token->at);
	if (token->len == 0 || cut_here(&probe))
		return false;
	*cursor = probe;
	return true;
}

bool lex_to_end(struct cursor *cursor, struct slice *text)
{
	const char *at = cursor->at, *end = cursor->end;

	while (at < end && lex_is_blank(*at))
		at++;
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
	while (probe.at < probe.end && is_word_char(*probe.at))
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
