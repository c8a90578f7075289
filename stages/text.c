/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-16 to UTF-8 as a stream. Nearly all of a log is ASCII, so sixteen characters go at once while
 * they are; anything else goes one by one. What a piece of input leaves unfinished (half a code unit, a
 * high surrogate) waits in the decoder, so that the output does not depend on how the input was cut.
 */
#include "stages/text.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define always_inline inline __attribute__((always_inline))

/* Characters taken one by one before trying sixteen at once again. */
#define SLOW_RUN 16

static always_inline unsigned unit_read(const unsigned char *at, bool big)
{
	return big ? (unsigned)at[0] << 8 | at[1] : (unsigned)at[1] << 8 | at[0];
}

static always_inline bool is_high(unsigned unit)
{
	return (unit & 0xfc00) == 0xd800;
}

static always_inline bool is_low(unsigned unit)
{
	return (unit & 0xfc00) == 0xdc00;
}

/* A code unit that is no high surrogate; a low one has come alone. */
static always_inline char *unit_put(char *out, unsigned unit)
{
	if (unit < 0x80) {
		*out++ = (char)unit;
		return out;
	}
	if (unit < 0x800) {
		*out++ = (char)(0xc0 | unit >> 6);
		*out++ = (char)(0x80 | (unit & 0x3f));
		return out;
	}
	if ((unit & 0xf800) == 0xd800)
		unit = 0xfffd;
	*out++ = (char)(0xe0 | unit >> 12);
	*out++ = (char)(0x80 | (unit >> 6 & 0x3f));
	*out++ = (char)(0x80 | (unit & 0x3f));
	return out;
}

static always_inline char *pair_put(char *out, unsigned high, unsigned low)
{
	unsigned code = 0x10000 + ((high & 0x3ff) << 10 | (low & 0x3ff));

	*out++ = (char)(0xf0 | code >> 18);
	*out++ = (char)(0x80 | (code >> 12 & 0x3f));
	*out++ = (char)(0x80 | (code >> 6 & 0x3f));
	*out++ = (char)(0x80 | (code & 0x3f));
	return out;
}

#ifdef __SSE2__
static always_inline __m128i units_load(const unsigned char *at, bool big)
{
	__m128i units = _mm_loadu_si128((const __m128i *)at);

	if (big)
		units = _mm_or_si128(_mm_slli_epi16(units, 8), _mm_srli_epi16(units, 8));
	return units;
}

/* Takes groups of sixteen ASCII characters; sixteen units always have room for 48 bytes of output. */
static always_inline const unsigned char *
ascii_run(const unsigned char *at, const unsigned char *end, char **out, bool big)
{
	const __m128i above = _mm_set1_epi16((short)0xff80);

	while (end - at >= 32) {
		__m128i first = units_load(at, big), second = units_load(at + 16, big);
		__m128i high = _mm_and_si128(_mm_or_si128(first, second), above);

		if (_mm_movemask_epi8(_mm_cmpeq_epi8(high, _mm_setzero_si128())) != 0xffff)
			break;
		_mm_storeu_si128((__m128i *)*out, _mm_packus_epi16(first, second));
		at += 32;
		*out += 16;
	}
	return at;
}
#else
static always_inline const unsigned char *
ascii_run(const unsigned char *at, const unsigned char *end, char **out, bool big)
{
	unsigned unit;

	while (end - at >= 2 && (unit = unit_read(at, big)) < 0x80) {
		*(*out)++ = (char)unit;
		at += 2;
	}
	return at;
}
#endif

/* Decodes whole characters and returns where it stopped: at most three bytes before the end. */
static always_inline const unsigned char *
units_decode(const unsigned char *at, const unsigned char *end, char **out, bool big)
{
	for (;;) {
		at = ascii_run(at, end, out, big);
		for (int i = 0; i < SLOW_RUN; i++) {
			unsigned unit;

			if (end - at < 2)
				return at;
			unit = unit_read(at, big);
			if (!is_high(unit)) {
				*out = unit_put(*out, unit);
				at += 2;
				continue;
			}
			if (end - at < 4)
				return at;
			if (is_low(unit_read(at + 2, big))) {
				*out = pair_put(*out, unit, unit_read(at + 2, big));
				at += 4;
			} else {
				*out = unit_put(*out, unit);
				at += 2;
			}
		}
	}
}

static const unsigned char *decode(const unsigned char *at, const unsigned char *end,
				   char **out, bool big)
{
	return big ? units_decode(at, end, out, true) : units_decode(at, end, out, false);
}

size_t text_decode(struct text_decoder *decoder, struct slice in, char *out)
{
	const bool big = decoder->encoding == ENCODING_UTF16BE;
	const unsigned char *at = (const unsigned char *)in.at, *end = at + in.len;
	const unsigned char *stop;
	char *const start = out;

	if (in.len == 0)
		return 0;
	/* The character that waits is completed byte by byte. */
	while (decoder->odd_len && at < end) {
		decoder->odd[decoder->odd_len++] = *at++;
		stop = decode(decoder->odd, decoder->odd + decoder->odd_len, &out, big);
		decoder->odd_len -= (unsigned)(stop - decoder->odd);
		memmove(decoder->odd, stop, decoder->odd_len);
	}
	if (at == end)
		return (size_t)(out - start);
	stop = decode(at, end, &out, big);
	decoder->odd_len = (unsigned)(end - stop);
	memcpy(decoder->odd, stop, decoder->odd_len);
	return (size_t)(out - start);
}

size_t text_decode_end(struct text_decoder *decoder, char *out)
{
	char *const start = out;

	/* Three bytes are a high surrogate without its low one, and half a unit. */
	for (unsigned len = 0; len < decoder->odd_len; len += 2)
		out = unit_put(out, 0xfffd);
	decoder->odd_len = 0;
	return (size_t)(out - start);
}
