/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file is read in pieces that end with a line. Words of ASCII alone, which are nearly all, are looked at where they stand, and most
 * of them end at their first two bytes and their length (redact_word_may()).
 */
#include "pipeline/export/redact_search.h"

#include "pipeline/base/cleanup.h"
#include "pipeline/base/fd.h"
#include "pipeline/base/utf8.h"
#include "pipeline/base/work.h"
#include "stages/lex.h"

#define PIECE (1u << 20)

enum byte_kind {
	BYTE_BETWEEN, /* words */
	BYTE_OF_WORD,
	BYTE_OTHER, /* an escape, or of a character beyond ASCII */
};

struct reading {
	const struct redact_search *search;
	uint8_t kinds[256]; /* enum byte_kind */
	const char *piece;  /* whole lines */
	size_t len;
	uint64_t lines; /* before it */
};

static void set_kinds(struct reading *reading)
{
	for (unsigned byte = 0; byte < 256; byte++)
		reading->kinds[byte] = byte >= 0x80           ? BYTE_OTHER
				       : redact_is_word(byte) ? BYTE_OF_WORD
							      : BYTE_BETWEEN;
	if (reading->search->json)
		reading->kinds['\\'] = BYTE_OTHER;
}

/* ---- characters ---- */

/* The number behind "\u", of four hex digits; -1 when there are none. */
static int32_t read_unit(struct slice text)
{
	int32_t unit = 0;

	if (text.len < 6 || text.at[0] != '\\' || text.at[1] != 'u')
		return -1;
	for (int i = 2; i < 6; i++) {
		uint8_t digit = lex_hex_value[(unsigned char)text.at[i]];

		if (!digit)
			return -1;
		unit = unit << 4 | (digit - 1);
	}
	return unit;
}

/* A character, which may be escaped; '\\' for one of the escapes of a letter, none of which is part of a word. */
static uint32_t read_escape(struct slice text, size_t *used)
{
	int32_t unit = read_unit(text), low;

	*used = unit < 0 ? (text.len > 1 ? 2 : 1) : 6;
	if (unit < 0)
		return '\\';
	if (unit < 0xD800 || unit > 0xDFFF)
		return (uint32_t)unit;
	low = read_unit(slice_skip(text, 6));
	if (unit > 0xDBFF || low < 0xDC00 || low > 0xDFFF)
		return UTF8_INVALID;
	*used = 12;
	return 0x10000 + (((uint32_t)unit & 0x3FF) << 10 | ((uint32_t)low & 0x3FF));
}

static uint32_t read_character(const struct reading *reading, struct slice text, size_t *used)
{
	if (reading->search->json && text.at[0] == '\\')
		return read_escape(text, used);
	return utf8_read(text, used);
}

/* ---- words ---- */

/* Which column of its line stands at `at`. */
static unsigned column_of(const struct reading *reading, size_t at)
{
	const char *before = memrchr(reading->piece, '\n', at);
	const char *c = before ? before + 1 : reading->piece;
	unsigned column = 0;
	bool quoted = false;

	for (; c < reading->piece + at; c++) {
		if (*c == '\\' && reading->search->json)
			c++;
		else if (*c == '"')
			quoted = !quoted;
		else if (*c == ',' && !quoted)
			column++;
	}
	return column;
}

/* Whether a word that begins at `at` may not stand there. */
static bool is_leak(const struct reading *reading, size_t at, const char *word, size_t len)
{
	enum redact_find find = redact_word_find(reading->search->words, word, len);
	unsigned column;

	if (find != REDACT_PART)
		return find == REDACT_NAME;
	column = column_of(reading, at);
	return column >= 64 || !(reading->search->with_functions >> column & 1);
}

/* The word, or what is none, at `at`, character by character; returns where to go on. */
static size_t pass_slowly(const struct reading *reading, size_t at, bool *leak)
{
	char word[REDACT_WORD_MAX];
	size_t begin = at, len = 0, used;

	while (at < reading->len) {
		uint32_t code = read_character(
			reading, (struct slice){ reading->piece + at, reading->len - at },
			&used);

		if (!redact_is_word(code)) {
			at += used;
			break;
		}
		redact_word_put(word, &len, code);
		at += used;
	}
	*leak = len && is_leak(reading, begin, word, len);
	return at;
}

static bool is_leak_of_ascii(const struct reading *reading, size_t at, size_t len)
{
	char word[REDACT_WORD_MAX];
	size_t folded = 0;

	if (len > REDACT_WORD_MAX)
		len = REDACT_WORD_MAX;
	if (len < 2 || !redact_word_may(reading->search->words,
					(const unsigned char *)reading->piece + at, len))
		return false;
	for (size_t i = 0; i < len; i++)
		redact_word_put(word, &folded, (unsigned char)reading->piece[at + i]);
	return is_leak(reading, at, word, len);
}

/* Whether there is a word in the piece that may not be; then where. */
static bool search_piece(const struct reading *reading, size_t *where)
{
	const unsigned char *bytes = (const unsigned char *)reading->piece;
	size_t at = 0, end;

	while (at < reading->len) {
		bool leak;

		if (reading->kinds[bytes[at]] == BYTE_BETWEEN) {
			at++;
			continue;
		}
		for (end = at;
		     end < reading->len && reading->kinds[bytes[end]] == BYTE_OF_WORD;)
			end++;
		*where = at;
		if (end < reading->len && reading->kinds[bytes[end]] == BYTE_OTHER) {
			at = pass_slowly(reading, at, &leak);
		} else {
			leak = is_leak_of_ascii(reading, at, end - at);
			at = end;
		}
		if (leak)
			return true;
	}
	return false;
}

/* ---- the file ---- */

static uint64_t count_lines(const char *bytes, size_t len)
{
	uint64_t lines = 0;

	for (size_t i = 0; i < len; i++)
		lines += bytes[i] == '\n';
	return lines;
}

/* Whole lines at the front of what was read; all of it at the end of the file. */
static size_t whole_lines(const char *bytes, size_t len, bool ended)
{
	const char *last = ended ? NULL : memrchr(bytes, '\n', len);

	return ended ? len : last ? (size_t)(last - bytes) + 1 : 0;
}

/* Fills what is left of the room; false with errno. */
static bool fill(int fd, char *bytes, size_t *len, size_t room, bool *ended)
{
	ssize_t got = fd_read(fd, bytes + *len, room - *len);

	if (got < 0)
		return false;
	*len += (size_t)got;
	*ended = *len < room;
	return true;
}

static void tell_place(const struct reading *reading, size_t at, struct redact_place *place)
{
	place->line = reading->lines + count_lines(reading->piece, at) + 1;
	place->column = column_of(reading, at);
}

bool redact_search(const struct redact_search *search, int fd, bool *found,
		   struct redact_place *place, struct error *error)
{
	struct reading reading = { .search = search };
	size_t room = PIECE, len = 0, at;
	cleanup_free char *bytes = mem_alloc(room);
	bool ended = false;

	set_kinds(&reading);
	*found = false;
	while (!*found && (!ended || len)) {
		if (!fill(fd, bytes, &len, room, &ended))
			return error_errno(error, "cannot read");
		reading.piece = bytes;
		reading.len = whole_lines(bytes, len, ended);
		if (!reading.len && !ended) { /* a line that is longer */
			room *= 2;
			bytes = mem_resize(bytes, room, 1);
			continue;
		}
		*found = search_piece(&reading, &at);
		if (*found)
			tell_place(&reading, at, place);
		reading.lines += count_lines(bytes, reading.len);
		work_step(0); /* files are counted; this is a sign of life */
		len -= reading.len;
		memmove(bytes, bytes + reading.len, len);
	}
	return true;
}
