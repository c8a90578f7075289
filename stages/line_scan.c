/* SPDX-License-Identifier: Apache-2.0 */
/* The marks of 64 bytes; see line_scan.h. Only this file knows of vector instructions. */
#include "stages/line_scan.h"

#ifdef __SSE2__
#include <immintrin.h>

#define always_inline inline __attribute__((always_inline))

/* ---- sixteen bytes at a time, which every x86-64 can ---- */

static always_inline uint64_t bits16(__m128i a, __m128i b, __m128i c, __m128i d)
{
	return (uint64_t)(uint32_t)_mm_movemask_epi8(a) |
	       (uint64_t)(uint32_t)_mm_movemask_epi8(b) << 16 |
	       (uint64_t)(uint32_t)_mm_movemask_epi8(c) << 32 |
	       (uint64_t)(uint32_t)_mm_movemask_epi8(d) << 48;
}

/* Highest bit of each byte set: it is above 0x7F - which is below 0 here -, 0, or one of "&*<>". '<' is '>' less 2. */
static always_inline __m128i care16(__m128i text)
{
	__m128i marked =
		_mm_cmpeq_epi8(_mm_and_si128(text, _mm_set1_epi8(~2)), _mm_set1_epi8('<'));

	marked = _mm_or_si128(marked, _mm_cmpeq_epi8(text, _mm_set1_epi8('&')));
	marked = _mm_or_si128(marked, _mm_cmpeq_epi8(text, _mm_set1_epi8('*')));
	return _mm_or_si128(marked, _mm_cmpgt_epi8(_mm_set1_epi8(1), text));
}

static always_inline uint64_t equal16(const __m128i text[4], char c)
{
	const __m128i wanted = _mm_set1_epi8(c);

	return bits16(_mm_cmpeq_epi8(text[0], wanted), _mm_cmpeq_epi8(text[1], wanted),
		      _mm_cmpeq_epi8(text[2], wanted), _mm_cmpeq_epi8(text[3], wanted));
}

static void mark_sse2(const char *at, struct line_marks *marks)
{
	__m128i text[4];

	for (int i = 0; i < 4; i++)
		text[i] = _mm_loadu_si128((const __m128i *)(at + 16 * i));
	marks->newlines = equal16(text, '\n');
	marks->returns = equal16(text, '\r');
	marks->care =
		bits16(care16(text[0]), care16(text[1]), care16(text[2]), care16(text[3]));
}

/* ---- thirty-two ---- */

#define AVX2 __attribute__((target("avx2")))

static always_inline AVX2 uint64_t bits32(__m256i a, __m256i b)
{
	return (uint64_t)(uint32_t)_mm256_movemask_epi8(a) |
	       (uint64_t)(uint32_t)_mm256_movemask_epi8(b) << 32;
}

static always_inline AVX2 __m256i care32(__m256i text)
{
	__m256i marked = _mm256_cmpeq_epi8(_mm256_and_si256(text, _mm256_set1_epi8(~2)),
					   _mm256_set1_epi8('<'));

	marked = _mm256_or_si256(marked, _mm256_cmpeq_epi8(text, _mm256_set1_epi8('&')));
	marked = _mm256_or_si256(marked, _mm256_cmpeq_epi8(text, _mm256_set1_epi8('*')));
	return _mm256_or_si256(marked, _mm256_cmpgt_epi8(_mm256_set1_epi8(1), text));
}

static always_inline AVX2 uint64_t equal32(__m256i a, __m256i b, char c)
{
	const __m256i wanted = _mm256_set1_epi8(c);

	return bits32(_mm256_cmpeq_epi8(a, wanted), _mm256_cmpeq_epi8(b, wanted));
}

static AVX2 void mark_avx2(const char *at, struct line_marks *marks)
{
	__m256i a = _mm256_loadu_si256((const __m256i *)at);
	__m256i b = _mm256_loadu_si256((const __m256i *)(at + 32));

	marks->newlines = equal32(a, b, '\n');
	marks->returns = equal32(a, b, '\r');
	marks->care = bits32(care32(a), care32(b));
}

#endif

/* ---- one, wherever there is nothing better ---- */

static void mark_plain(const char *at, struct line_marks *marks)
{
	*marks = (struct line_marks){ 0 };
	for (unsigned i = 0; i < 64; i++) {
		unsigned char c = (unsigned char)at[i];
		bool care = c > 0x7F || c == 0 || c == '&' || c == '*' || c == '<' || c == '>';

		marks->newlines |= (uint64_t)(c == '\n') << i;
		marks->returns |= (uint64_t)(c == '\r') << i;
		marks->care |= (uint64_t)care << i;
	}
}

size_t line_markers(line_marker markers[LINE_MARKERS_MAX])
{
	size_t count = 0;

#ifdef __SSE2__
	if (__builtin_cpu_supports("avx2"))
		markers[count++] = mark_avx2;
	markers[count++] = mark_sse2;
#endif
	markers[count++] = mark_plain;
	return count;
}

/* The last bytes of a text. */
static __attribute__((noinline)) void mark_rest(struct line_scan *scan)
{
	char copy[64];

	memset(copy, ' ', sizeof(copy));
	memcpy(copy, scan->block, (size_t)(scan->end - scan->block));
	scan->marker(copy, &scan->marks);
}

/* A return is lone unless a newline follows. */
static __attribute__((noinline)) void mark_returns(struct line_scan *scan)
{
	uint64_t lone = scan->marks.returns & ~(scan->marks.newlines >> 1);

	if (lone >> 63 && scan->end - scan->block > 64 && scan->block[64] == '\n')
		lone ^= 1ull << 63;
	scan->marks.care |= lone;
}

void line_scan_mark(struct line_scan *scan)
{
	if (__builtin_expect(scan->end - scan->block < 64, 0))
		mark_rest(scan);
	else
		scan->marker(scan->block, &scan->marks);
	if (scan->marks.returns)
		mark_returns(scan);
}

struct line_scan line_scan_of(struct slice text)
{
	struct line_scan scan = { .begin = text.at, .block = text.at };
	line_marker markers[LINE_MARKERS_MAX];

	line_markers(markers);
	scan.marker = markers[0];
	scan.end = text.at;
	if (text.len == 0)
		return scan;
	scan.end += text.len;
	line_scan_mark(&scan);
	return scan;
}
