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

/* The same for a cursor, kept apart as it is rarely wanted. */
void lex_column(struct cursor *cursor);

/* Between words there is none, or one, as a rule. */
static inline void lex_blanks(struct cursor *cursor)
{
	if (cursor->at == cursor->end || !lex_is_blank(*cursor->at))
		return;
	cursor->at++;
	if (cursor->at < cursor->end && lex_is_blank(*cursor->at))
		lex_column(cursor);
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

/* Blanks, then the text, then blanks: how words stand between values. Inlined, the text is compared without a call. */
static inline __attribute__((always_inline)) bool lex_words(struct cursor *cursor, struct slice text)
{
	struct cursor probe = *cursor;

	lex_blanks(&probe);
	if (!lex_literal(&probe, text))
		return false;
	lex_blanks(&probe);
	*cursor = probe;
	return true;
}

/* A kernel address: 8 or 16 hex digits, optional 0x, optional backtick in the middle, or a zero of any
 * length. *digits becomes 8 or 16, and is left alone for a short zero. */
bool lex_address(struct cursor *cursor, uint64_t *address, uint8_t *digits);
/* The same where only what stands behind the address is of interest. */
bool lex_skip_address(struct cursor *cursor);
/* Hex digits without 0x (a PID, an id), at most 8 of them. */
bool lex_hex(struct cursor *cursor, uint32_t *value);
/* Decimal digits; saturates at UINT64_MAX (!vm prints wrapped counters, formats.md section 6.1). */
bool lex_decimal(struct cursor *cursor, uint64_t *value);
/* Everything up to the next blank; false when there is nothing. */
bool lex_token(struct cursor *cursor, struct slice *token);
/* The rest of the line without blanks at its ends; false when there is none or the line was cut. */
bool lex_to_end(struct cursor *cursor, struct slice *text);
/* "D:HH:MM:SS.mmm" (formats.md section 4.5) in milliseconds. */
bool lex_duration(struct cursor *cursor, int64_t *ms);
/* A word of letters and digits followed by a colon, blanks allowed on both sides of the colon: a label. */
bool lex_label(struct cursor *cursor, struct slice *label);

#endif
