/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts, no more: which bytes are NUL, which are control bytes that no log has, and on which side of
 * the byte pairs the NULs lie. A debugger's log is ASCII for the most part in every encoding, which is
 * what makes UTF-16 without a byte order mark easy to tell. NULs at the very end are not held against a
 * log: that is how a file looks whose writer lost power. Nor is one run of them: a lost cluster.
 */
#include "stages/classify.h"

#include "stages/eight.h"

/* One control byte in so many is more than a log has. */
#define CONTROL_SHARE 32
#define NUL_SHARE 512

static bool is_dump(struct slice first)
{
	if (slice_starts(first, SLICE("PAGEDUMP")) || slice_starts(first, SLICE("PAGEDU64")))
		return true;
	/* A minidump's version word follows its signature; text that begins with MDMP has none. */
	return slice_starts(first, SLICE("MDMP")) &&
	       (first.len < 6 || memcmp(first.at + 4, "\x93\xa7", 2) == 0);
}

/* Tab, the line ends, form feed, backspace and ESC are what terminals and editors leave in text. */
static bool is_control(unsigned unit)
{
	return (unit < 0x20 && unit != '\t' && unit != '\n' && unit != '\r' &&
		unit != '\f' && unit != '\v' && unit != '\b' && unit != 0x1b) ||
	       unit == 0x7f;
}

/* Eight bytes of which none is NUL or such a control byte. */
static bool is_plain(uint64_t bytes)
{
	uint64_t plain = eight_between(bytes, 0x20, 0x7e) |
			 eight_between(bytes, '\b', '\r') | (bytes & EIGHT_HIGH);

	return plain == EIGHT_HIGH;
}

static bool is_text8(struct slice first)
{
	size_t nul_runs = 0, controls = 0;

	while (first.len && first.at[first.len - 1] == 0)
		first.len--;
	if (first.len == 0)
		return false;
	for (size_t i = 0; i < first.len; i++) {
		unsigned char byte = (unsigned char)first.at[i];

		if (first.len - i >= 8 && is_plain(eight_load(first.at + i))) {
			i += 7;
			continue;
		}
		nul_runs += byte == 0 && (i == 0 || first.at[i - 1] != 0);
		controls += byte != 0 && is_control(byte);
	}
	return nul_runs <= 1 + first.len / NUL_SHARE && controls <= first.len / CONTROL_SHARE;
}

struct pair_counts {
	size_t pairs, ascii, controls, nul_runs;
};

/* Looks at the bytes as UTF-16 whose high byte is at `high` (0 or 1) in each pair. */
static struct pair_counts pairs_count(struct slice first, size_t high)
{
	struct pair_counts counts = { .pairs = first.len / 2 };
	bool in_nuls = false;

	for (size_t i = 0; i < counts.pairs; i++) {
		unsigned upper = (unsigned char)first.at[2 * i + high];
		unsigned lower = (unsigned char)first.at[2 * i + 1 - high];
		bool nul = upper == 0 && lower == 0;

		counts.nul_runs += nul && !in_nuls;
		in_nuls = nul;
		if (upper != 0 || nul)
			continue;
		if (is_control(lower))
			counts.controls++;
		else if (lower < 0x80)
			counts.ascii++;
	}
	return counts;
}

static bool is_text16(struct slice first, size_t high)
{
	struct pair_counts counts = pairs_count(first, high);

	return counts.nul_runs <= 1 + counts.pairs / NUL_SHARE &&
	       counts.controls <= counts.pairs / CONTROL_SHARE;
}

/* Without a byte order mark nine in ten characters must be ASCII. */
static bool is_text16_unmarked(struct slice first, size_t high)
{
	struct pair_counts counts;

	if (!memchr(first.at, 0, first.len)) /* which every second byte would be */
		return false;
	counts = pairs_count(first, high);
	return counts.pairs >= 2 && counts.ascii >= counts.pairs - counts.pairs / 10;
}

static enum content marked16(struct slice first, size_t high)
{
	return is_text16(slice_skip(first, 2), high) ? CONTENT_TEXT : CONTENT_BINARY;
}

enum content classify_content(struct slice first, enum encoding *encoding)
{
	*encoding = ENCODING_UTF8;
	if (first.len == 0)
		return CONTENT_EMPTY;
	if (is_dump(first))
		return CONTENT_DUMP;
	if (slice_starts(first, SLICE("\xff\xfe"))) {
		*encoding = ENCODING_UTF16LE;
		return marked16(first, 1);
	}
	if (slice_starts(first, SLICE("\xfe\xff"))) {
		*encoding = ENCODING_UTF16BE;
		return marked16(first, 0);
	}
	if (is_text16_unmarked(first, 1)) {
		*encoding = ENCODING_UTF16LE;
		return CONTENT_TEXT;
	}
	if (is_text16_unmarked(first, 0)) {
		*encoding = ENCODING_UTF16BE;
		return CONTENT_TEXT;
	}
	return is_text8(first) ? CONTENT_TEXT : CONTENT_BINARY;
}

const char *encoding_text(enum encoding encoding)
{
	switch (encoding) {
	case ENCODING_UTF8:
		return "utf-8";
	case ENCODING_UTF16LE:
		return "utf-16le";
	case ENCODING_UTF16BE:
		return "utf-16be";
	}
	return "unknown";
}
