/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pointer as it nearly always stands: 8 or 16 hex digits, a backtick in the middle or none, and something else behind it. Every
 * frame of a stack has two or more, so this asks about sixteen characters at once. What looks otherwise is for lex_address().
 */
#ifndef STAGES_POINTER_H
#define STAGES_POINTER_H

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "stages/lex.h"

/* What may be read from a pointer's first character on. */
#define POINTER_ROOM 18

/* Bit by bit, whether each of sixteen characters is a hex digit. */
static inline unsigned pointer_digits(const char *at)
{
#ifdef __SSE2__
	__m128i text = _mm_loadu_si128((const __m128i *)at);
	__m128i digit = _mm_sub_epi8(text, _mm_set1_epi8('0'));
	__m128i letter =
		_mm_sub_epi8(_mm_or_si128(text, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));

	/* Bytes below what was subtracted have become large ones. */
	digit = _mm_cmpeq_epi8(_mm_min_epu8(digit, _mm_set1_epi8(9)), digit);
	letter = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(5)), letter);
	return (unsigned)_mm_movemask_epi8(_mm_or_si128(digit, letter));
#else
	unsigned digits = 0;

	for (unsigned i = 0; i < 16; i++)
		digits |= (unsigned)lex_is_hex(at[i]) << i;
	return digits;
#endif
}

/* Its length, 8, 16 or 17, or 0 where there is none. */
static inline unsigned pointer_length(const char *at)
{
	unsigned digits = pointer_digits(at);

	if ((digits & 0xFF) != 0xFF)
		return 0;
	if (at[8] == '`')
		return digits >> 9 == 0x7F && lex_is_hex(at[16]) && !lex_is_word(at[17])
			       ? 17
			       : 0;
	if (lex_is_blank(at[8]))
		return 8;
	return digits == 0xFFFF && !lex_is_word(at[16]) ? 16 : 0;
}

#endif
