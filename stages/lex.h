/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading values off one line of debugger output, from the left. A cursor that meets the end of a line that
 * the log itself cut off (open_end) refuses the value there: half an address is no address
 * (formats.md section 2.5). Every function leaves the cursor alone when it returns false.
 */
#ifndef STAGES_LEX_H
#define STAGES_LEX_H

#include "pipeline/base/slice.h"
#include "stages/eight.h"

struct cursor {
	const char *at, *end;
	bool open_end; /* the line has no newline: its last value may be cut */
};

/* The digit's value plus one, or 0 for a character that is no hex digit. */
extern const uint8_t lex_hex_value[256];

static inline bool lex_is_hex(char c)
{
	return lex_hex_value[(unsigned char)c] != 0;
}

/* Letters, digits and the underscore. */
extern const bool lex_word_chars[256];

static inline bool lex_is_word(char c)
{
	return lex_word_chars[(unsigned char)c];
}

static inline bool lex_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Behind the blanks that stand there: eight at a time, as values stand in columns, and a loop over each is mispredicted. */
static inline const char *lex_behind_column(const char *at, const char *end)
{
	while (end - at >= 8) {
		uint64_t other = eight_load(at) ^ EIGHT_OF(' ');

		if (other) {
			at += __builtin_ctzll(other) >> 3;
			break;
		}
		at += 8;
	}
	while (at < end && lex_is_blank(*at))
		at++;
	return at;
}

/* The same, kept apart where it is rarely wanted. */
const char *lex_at_column(const char *at, const char *end);

/* Between words there is none, or one, as a rule. */
static inline void lex_blanks(struct cursor *cursor)
{
	if (cursor->at == cursor->end || !lex_is_blank(*cursor->at))
		return;
	cursor->at++;
	if (cursor->at < cursor->end && lex_is_blank(*cursor->at))
		cursor->at = lex_at_column(cursor->at, cursor->end);
}

static inline bool lex_at_end(const struct cursor *cursor)
{
	return cursor->at == cursor->end;
}

/* The text as it stands. */
static inline bool lex_literal(struct cursor *cursor, struct slice text)
{
	if ((size_t)(cursor->end - cursor->at) < text.len ||
	    memcmp(cursor->at, text.at, text.len) != 0)
		return false;
	cursor->at += text.len;
	return true;
}

/* A minus, or the dash or real minus sign that web pages make of one. */
static inline bool lex_dash(struct cursor *cursor)
{
	return lex_literal(cursor, SLICE("-")) ||
	       lex_literal(cursor, SLICE("\xE2\x80\x93")) ||
	       lex_literal(cursor, SLICE("\xE2\x88\x92"));
}

static inline struct slice lex_rest(const struct cursor *cursor)
{
	return (struct slice){ cursor->at, (size_t)(cursor->end - cursor->at) };
}

#define forced_inline inline __attribute__((always_inline))

/* Blanks, then the text, then blanks: how words stand between values. Inlined, the text is compared without a call. */
static forced_inline bool lex_words(struct cursor *cursor, struct slice text)
{
	const char *before = cursor->at;

	lex_blanks(cursor);
	if (!lex_literal(cursor, text)) {
		cursor->at = before;
		return false;
	}
	lex_blanks(cursor);
	return true;
}

/*
 * What reads values is given the cursor's parts, and says where the value ends, or NULL: a cursor that nobody has the address of stays in
 * registers. Kept in memory it was written in halves and read as a whole, for which a processor waits a dozen cycles, a value at a time.
 */
const char *lex_at_address(const char *at, const char *end, bool open_end,
			   uint64_t *address, uint8_t *digits);
const char *lex_at_hex(const char *at, const char *end, bool open_end, uint32_t *value);
const char *lex_at_decimal(const char *at, const char *end, bool open_end, uint64_t *value);
const char *lex_at_label(const char *at, const char *end, struct slice *label);
/* Never NULL. */
const char *lex_at_word_end(const char *at, const char *end);

/* Puts the cursor where a value ended; where there was none it goes back to where it was before the blanks. */
static forced_inline bool lex_take(struct cursor *cursor, const char *before, const char *behind)
{
	cursor->at = behind ? behind : before;
	return behind != NULL;
}

/* A kernel address: 8 or 16 hex digits, optional 0x, optional backtick in the middle, or a zero of any
 * length. *digits becomes 8 or 16, and is left alone for a short zero. */
static forced_inline bool lex_address(struct cursor *cursor, uint64_t *address, uint8_t *digits)
{
	const char *before = cursor->at;

	lex_blanks(cursor);
	return lex_take(cursor, before,
			lex_at_address(cursor->at, cursor->end, cursor->open_end, address,
				       digits));
}

/* The same where only what stands behind the address is of interest. */
static forced_inline bool lex_skip_address(struct cursor *cursor)
{
	uint64_t address;
	uint8_t digits = 0;

	return lex_address(cursor, &address, &digits);
}

/* Hex digits without 0x (a PID, an id), at most 8 of them. */
static forced_inline bool lex_hex(struct cursor *cursor, uint32_t *value)
{
	const char *before = cursor->at;

	lex_blanks(cursor);
	return lex_take(cursor, before,
			lex_at_hex(cursor->at, cursor->end, cursor->open_end, value));
}

/* Decimal digits; saturates at UINT64_MAX (!vm prints wrapped counters, formats.md section 6.1). */
static forced_inline bool lex_decimal(struct cursor *cursor, uint64_t *value)
{
	const char *before = cursor->at;

	lex_blanks(cursor);
	return lex_take(cursor, before,
			lex_at_decimal(cursor->at, cursor->end, cursor->open_end, value));
}

/* Everything up to the next blank; false when there is nothing. */
static forced_inline bool lex_token(struct cursor *cursor, struct slice *token)
{
	const char *before = cursor->at, *end;

	lex_blanks(cursor);
	end = lex_at_word_end(cursor->at, cursor->end);
	*token = (struct slice){ cursor->at, (size_t)(end - cursor->at) };
	if (token->len == 0 || (cursor->open_end && end == cursor->end))
		end = NULL;
	return lex_take(cursor, before, end);
}

/* The rest of the line without blanks at its ends; false when there is none or the line was cut. */
static inline bool lex_to_end(struct cursor *cursor, struct slice *text)
{
	const char *before = cursor->at, *end = cursor->end;

	lex_blanks(cursor);
	while (end > cursor->at && lex_is_blank(end[-1]))
		end--;
	if (cursor->at == end || cursor->open_end)
		return lex_take(cursor, before, NULL);
	*text = (struct slice){ cursor->at, (size_t)(end - cursor->at) };
	cursor->at = cursor->end;
	return true;
}

/* "D:HH:MM:SS.mmm" (formats.md section 4.5) in milliseconds. */
bool lex_duration(struct cursor *cursor, int64_t *ms);

/* A word of letters and digits followed by a colon, blanks allowed on both sides of the colon: a label. */
static inline bool lex_label(struct cursor *cursor, struct slice *label)
{
	const char *before = cursor->at, *behind;

	lex_blanks(cursor);
	behind = lex_at_label(cursor->at, cursor->end, label);
	if (!lex_take(cursor, before, behind))
		return false;
	lex_blanks(cursor);
	return true;
}

#endif
