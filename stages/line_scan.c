/* SPDX-License-Identifier: Apache-2.0 */
/* The ends of lines, 64 bytes a step; see line_scan.h. */
#include "stages/line_scan.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

#define always_inline inline __attribute__((always_inline))

/* The marks of 64 bytes, a bit each, the first byte's lowest. */
struct marks {
	uint64_t newlines;
	uint64_t care; /* returns, too: those that a newline follows are no reason for it, which is found out later */
};

/* A return is lone unless a newline follows. */
static __attribute__((noinline)) uint64_t without_returns(struct marks marks,
							  const char *at, const char *end)
{
	uint64_t returns = 0;

	for (uint64_t rest = marks.care; rest; rest &= rest - 1)
		if (at[__builtin_ctzll(rest)] == '\r')
			returns |= rest & -rest;
	returns &= marks.newlines >> 1 | (uint64_t)(end - at > 64 && at[64] == '\n') << 63;
	return marks.care & ~returns;
}

/* The ends of a step in which there may be reasons for care. */
static always_inline uint16_t *list_each(struct marks marks, unsigned place,
					 uint16_t *ends, bool *care)
{
	while (marks.newlines) {
		/* All bits below the newline's, and its own. */
		uint64_t through = marks.newlines ^ (marks.newlines - 1);

		*care |= (marks.care & through) != 0;
		*ends++ = (uint16_t)((place + (unsigned)__builtin_ctzll(marks.newlines)) * 2 |
				     *care);
		*care = false;
		marks.newlines &= ~through;
		marks.care &= ~through;
	}
	*care |= marks.care != 0;
	return ends;
}

static always_inline unsigned
list_ends(struct line_span span, uint16_t *ends, bool *care,
	  struct marks (*mark)(const char *at),
	  uint16_t *(*list_all)(uint64_t newlines, unsigned place, uint16_t *ends))
{
	uint16_t *const first = ends;
	bool open = *care;

	for (const char *at = span.begin; at < span.stop; at += 64) {
		struct marks marks = mark(at);
		unsigned place = (unsigned)(at - span.begin);

		if (list_all && __builtin_expect(!(marks.care | open), 1)) {
			ends = list_all(marks.newlines, place, ends);
			continue;
		}
		if (marks.care)
			marks.care = without_returns(marks, at, span.end);
		ends = list_each(marks, place, ends, &open);
	}
	*care = open;
	return (unsigned)(ends - first);
}

#ifdef __SSE2__

/* ---- sixteen bytes at a time, which every x86-64 can ---- */

static always_inline uint64_t bits16(__m128i a, __m128i b, __m128i c, __m128i d)
{
	return (uint64_t)(uint32_t)_mm_movemask_epi8(a) |
	       (uint64_t)(uint32_t)_mm_movemask_epi8(b) << 16 |
	       (uint64_t)(uint32_t)_mm_movemask_epi8(c) << 32 |
	       (uint64_t)(uint32_t)_mm_movemask_epi8(d) << 48;
}

/* Highest bit of each byte set: it is above 0x7F - which is below 0 here -, 0, a return or one of "&*<>". '<' is '>' less 2. */
static always_inline __m128i care16(__m128i text)
{
	__m128i marked =
		_mm_cmpeq_epi8(_mm_and_si128(text, _mm_set1_epi8(~2)), _mm_set1_epi8('<'));

	marked = _mm_or_si128(marked, _mm_cmpeq_epi8(text, _mm_set1_epi8('&')));
	marked = _mm_or_si128(marked, _mm_cmpeq_epi8(text, _mm_set1_epi8('*')));
	marked = _mm_or_si128(marked, _mm_cmpeq_epi8(text, _mm_set1_epi8('\r')));
	return _mm_or_si128(marked, _mm_cmpgt_epi8(_mm_set1_epi8(1), text));
}

static always_inline struct marks mark_sse2(const char *at)
{
	const __m128i newline = _mm_set1_epi8('\n');
	__m128i text[4];

	for (int i = 0; i < 4; i++)
		text[i] = _mm_loadu_si128((const __m128i *)(at + 16 * i));
	return (struct marks){
		bits16(_mm_cmpeq_epi8(text[0], newline), _mm_cmpeq_epi8(text[1], newline),
		       _mm_cmpeq_epi8(text[2], newline), _mm_cmpeq_epi8(text[3], newline)),
		bits16(care16(text[0]), care16(text[1]), care16(text[2]), care16(text[3]))
	};
}

static unsigned list_sse2(struct line_span span, uint16_t *ends, bool *care)
{
	return list_ends(span, ends, care, mark_sse2, NULL);
}

/* ---- thirty-two ---- */

#define AVX2 __attribute__((target("avx2,bmi,popcnt")))

/* As care16(): each byte is compared with the only one of those it may be by its lower half; of bytes above 0x7F the table makes 0. */
static always_inline AVX2 __m256i care32(__m256i text)
{
	const __m256i table = _mm256_broadcastsi128_si256(
		_mm_setr_epi8(0, 0, 0, 0, 0, 0, '&', 0, 0, 0, '*', 0, '<', '\r', '>', 0));
	__m256i same = _mm256_cmpeq_epi8(_mm256_shuffle_epi8(table, text), text);

	return _mm256_or_si256(same, text);
}

static always_inline AVX2 uint64_t bits32(__m256i a, __m256i b)
{
	return (uint64_t)(uint32_t)_mm256_movemask_epi8(a) |
	       (uint64_t)(uint32_t)_mm256_movemask_epi8(b) << 32;
}

static always_inline AVX2 struct marks mark_avx2(const char *at)
{
	const __m256i newline = _mm256_set1_epi8('\n');
	__m256i a = _mm256_loadu_si256((const __m256i *)at);
	__m256i b = _mm256_loadu_si256((const __m256i *)(at + 32));

	return (struct marks){ bits32(_mm256_cmpeq_epi8(a, newline),
				      _mm256_cmpeq_epi8(b, newline)),
			       bits32(care32(a), care32(b)) };
}

/* The ends of a step without reasons for care: four are written whether there are any or not, which costs less than to ask. */
static always_inline AVX2 uint16_t *list_fours(uint64_t newlines, unsigned place,
					       uint16_t *ends)
{
	uint16_t *const behind = ends + _mm_popcnt_u64(newlines);

	do {
#pragma GCC unroll 4
		for (unsigned i = 0; i < 4; i++) {
			*ends++ = (uint16_t)((place + _tzcnt_u64(newlines)) * 2);
			newlines = _blsr_u64(newlines);
		}
	} while (__builtin_expect(newlines != 0, 0));
	return behind;
}

static AVX2 unsigned list_avx2(struct line_span span, uint16_t *ends, bool *care)
{
	return list_ends(span, ends, care, mark_avx2, list_fours);
}

/* ---- all sixty-four ---- */

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,bmi,popcnt")))

static always_inline AVX512 struct marks mark_avx512(const char *at)
{
	const __m512i table = _mm512_broadcast_i32x4(
		_mm_setr_epi8(0, 0, 0, 0, 0, 0, '&', 0, 0, 0, '*', 0, '<', '\r', '>', 0));
	__m512i text = _mm512_loadu_si512(at);

	return (struct marks){ _mm512_cmpeq_epi8_mask(text, _mm512_set1_epi8('\n')),
			       _mm512_cmpeq_epi8_mask(_mm512_shuffle_epi8(table, text), text) |
				       _mm512_movepi8_mask(text) };
}

/* The places of the newlines are moved together and written, sixteen whether there are so many or not. */
static always_inline AVX512 uint16_t *list_sixteen(uint64_t newlines, unsigned place,
						   uint16_t *ends)
{
	static const unsigned char places[64] = {
		0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
		16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
		32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
		48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63,
	};
	unsigned count = (unsigned)_mm_popcnt_u64(newlines);
	__m512i together;
	__m256i found;

	if (__builtin_expect(count > 16, 0))
		return list_fours(newlines, place, ends);
	together = _mm512_maskz_compress_epi8(newlines, _mm512_loadu_si512(places));
	found = _mm256_cvtepu8_epi16(_mm512_castsi512_si128(together));
	found = _mm256_add_epi16(found, _mm256_set1_epi16((short)place));
	_mm256_storeu_si256((__m256i *)ends, _mm256_slli_epi16(found, 1));
	return ends + count;
}

static AVX512 unsigned list_avx512(struct line_span span, uint16_t *ends, bool *care)
{
	return list_ends(span, ends, care, mark_avx512, list_sixteen);
}

#endif

/* ---- one, wherever there is nothing better ---- */

static always_inline struct marks mark_plain(const char *at)
{
	struct marks marks = { 0, 0 };

	for (unsigned i = 0; i < 64; i++) {
		unsigned char c = (unsigned char)at[i];
		bool care = c > 0x7F || c == 0 || c == '\r' || c == '&' || c == '*' ||
			    c == '<' || c == '>';

		marks.newlines |= (uint64_t)(c == '\n') << i;
		marks.care |= (uint64_t)care << i;
	}
	return marks;
}

static unsigned list_plain(struct line_span span, uint16_t *ends, bool *care)
{
	return list_ends(span, ends, care, mark_plain, NULL);
}

size_t line_listers(line_lister listers[LINE_LISTERS_MAX])
{
	size_t count = 0;

#ifdef __SSE2__
	if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
	    __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("bmi") &&
	    __builtin_cpu_supports("popcnt"))
		listers[count++] = list_avx512;
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
	    __builtin_cpu_supports("popcnt"))
		listers[count++] = list_avx2;
	listers[count++] = list_sse2;
#endif
	listers[count++] = list_plain;
	return count;
}

/* ---- the lines ---- */

void line_scan_begin(struct line_scan *scan, struct slice text)
{
	line_lister listers[LINE_LISTERS_MAX];

	line_listers(listers);
	scan->lister = listers[0];
	scan->begin = scan->base = scan->next = scan->end = text.at;
	if (text.len)
		scan->end += text.len;
	scan->taken = scan->count = 0;
	scan->care = false;
}

/* The last bytes of a text, which are no 64. */
static void list_rest(struct line_scan *scan)
{
	char copy[64];

	memset(copy, ' ', sizeof(copy));
	memcpy(copy, scan->next, (size_t)(scan->end - scan->next));
	scan->count = scan->lister((struct line_span){ copy, copy + 64, copy + 64 },
				   scan->ends, &scan->care);
	scan->next = scan->end;
}

static void list_more(struct line_scan *scan)
{
	size_t left = (size_t)(scan->end - scan->next);

	scan->base = scan->next;
	if (left < 64) {
		list_rest(scan);
		return;
	}
	scan->next += left < LINE_SCAN_BATCH ? left & ~(size_t)63 : LINE_SCAN_BATCH;
	scan->count = scan->lister((struct line_span){ scan->base, scan->next, scan->end },
				   scan->ends, &scan->care);
}

bool line_scan_further(struct line_scan *scan, struct scanned_line *line)
{
	scan->taken = scan->count = 0;
	while (scan->count == 0 && scan->next < scan->end)
		list_more(scan);
	if (scan->count) {
		line_scan_take(scan, line);
		return true;
	}
	if (scan->begin == scan->end)
		return false;
	line->text = (struct slice){ scan->begin, (size_t)(scan->end - scan->begin) };
	line->newline = false;
	line->plain = !scan->care;
	scan->begin = scan->end;
	return true;
}
