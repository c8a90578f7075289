/* SPDX-License-Identifier: Apache-2.0 */
/* Damaged block headers; see half_header.h. "THREAD fffffa8004" is one, "THREAD blocks follow" is prose. */
#include "stages/half_header.h"

/* Shorter runs of hex digits are as likely words or numbers. */
#define DIGITS_MIN 4

/* Hex digits, a decimal one among them, that are no address; what stands behind them may be anything. */
static bool is_half_address(struct slice word)
{
	size_t digits = 0;
	bool decimal = false;

	if (slice_starts(word, SLICE("0x")))
		word = slice_skip(word, 2);
	for (; digits < word.len && lex_is_hex(word.at[digits]); digits++)
		decimal |= word.at[digits] <= '9';
	word = slice_skip(word, digits);
	return decimal && digits >= DIGITS_MIN &&
	       (word.len == 0 || *word.at == '.' || *word.at == '[' ||
		slice_starts(word, SLICE("\xE2\x80\xA6")));
}

static bool is_elision(struct slice word)
{
	return slice_starts(word, SLICE("...")) || slice_starts(word, SLICE("[...")) ||
	       slice_starts(word, SLICE("\xE2\x80\xA6")) ||
	       slice_starts(word, SLICE("[\xE2\x80\xA6")) ||
	       slice_starts(word, SLICE("<snip"));
}

bool half_header(struct log_parser *parser, struct cursor cursor)
{
	struct slice word;

	if (cursor.open_end || !lex_token(&cursor, &word) ||
	    (!is_half_address(word) && !is_elision(word)))
		return false;
	log_parser_open(parser, LOG_BLOCK_NONE);
	return true;
}
