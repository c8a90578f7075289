/* SPDX-License-Identifier: Apache-2.0 */
/* Makes one line plain; see line.h. Only lines with bytes above 0x7F or with markup come here. */
#include "stages/line.h"

#include "pipeline/base/utf8.h"
#include "stages/eight.h"

/* Windows-1252 0x80-0x9F; 0 where the code page has no character. Source: Unicode's CP1252.TXT. */
static const uint16_t cp1252_high[32] = {
	0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
	0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
	0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
	0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

bool line_has_high_bytes(struct slice text)
{
	uint64_t seen = 0, word;
	size_t i = 0;

	for (uint64_t four[4]; i + sizeof(four) <= text.len; i += sizeof(four)) {
		memcpy(four, text.at + i, sizeof(four));
		seen |= four[0] | four[1] | four[2] | four[3];
	}
	for (; i + sizeof(word) <= text.len; i += sizeof(word)) {
		memcpy(&word, text.at + i, sizeof(word));
		seen |= word;
	}
	for (; i < text.len; i++)
		seen |= (unsigned char)text.at[i];
	return (seen & 0x8080808080808080u) != 0;
}

static uint32_t cp1252_code(unsigned char byte)
{
	if (byte < 0x80 || byte >= 0xA0)
		return byte;
	return cp1252_high[byte - 0x80] ? cp1252_high[byte - 0x80] : 0xFFFD;
}

/* The ASCII character that typography replaced, or the code itself. */
static uint32_t plain_code(uint32_t code, char before)
{
	bool in_digits = (before >= '0' && before <= '9') || (before >= 'a' && before <= 'f');

	switch (code) {
	case 0x00A0:
	case 0x2007:
	case 0x202F:
	case 0xFEFF:
		return ' ';
	case 0x00D7:
		return before == '0' ? 'x' : code;
	case 0x2018:
	case 0x2019:
		return in_digits ? '`' : code;
	default:
		return code;
	}
}

struct markup {
	struct slice text;
	char plain; /* 0: nothing */
};

static const struct markup markups[] = {
	{ { "&gt;", 4 }, '>' },   { { "&lt;", 4 }, '<' },   { { "&amp;", 5 }, '&' },
	{ { "&quot;", 6 }, '"' }, { { "&nbsp;", 6 }, ' ' }, { { "&#160;", 6 }, ' ' },
	{ { "&#39;", 5 }, '\'' }, { { "&#96;", 5 }, '`' },  { { "&times;", 7 }, 'x' },
	{ { "<br>", 4 }, 0 },     { { "<br/>", 5 }, 0 },    { { "<br />", 6 }, 0 },
	{ { "**", 2 }, 0 },
};

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* Line ends are gaps too, so that a line is judged alike by itself and in its text. */
static bool is_gap(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Two asterisks are bold type when they touch a word on just one side and stand alone; "****" is a debugger's box. */
static bool is_bold(struct slice text, size_t at)
{
	bool before = at > 0 && !is_gap(text.at[at - 1]);
	bool after = at + 2 < text.len && !is_gap(text.at[at + 2]);

	if ((before && text.at[at - 1] == '*') || (after && text.at[at + 2] == '*'))
		return false;
	return (after && is_word(text.at[at + 2])) || (before && !after) ||
	       (before && is_word(text.at[at - 1]));
}

/* The markup at text.at[at], or NULL. */
static const struct markup *markup_at(struct slice text, size_t at)
{
	struct slice rest = slice_skip(text, at);

	if (*rest.at != '&' && *rest.at != '<' && *rest.at != '*')
		return NULL;
	for (size_t i = 0; i < sizeof(markups) / sizeof(markups[0]); i++)
		if (*rest.at == *markups[i].text.at &&
		    slice_starts_icase(rest, markups[i].text))
			return *rest.at != '*' || is_bold(text, at) ? &markups[i] : NULL;
	return NULL;
}

/* "<-------": the head and two dashes, as they are typed or as typography has them. */
static bool is_arrow(struct slice text)
{
	return slice_starts(text, SLICE("<--")) ||
	       slice_starts(text, SLICE("<\xE2\x80\x93")) ||
	       slice_starts(text, SLICE("<\xE2\x80\x94"));
}

/* An arrow behind a line's text points out something to readers; it and what is written beside it are not the debugger's. */
static struct slice without_arrow(struct slice text)
{
	const char *at = text.at, *end = text.at + text.len;

	while (at < end && (at = memchr(at, '<', (size_t)(end - at)))) {
		if ((at == text.at || is_gap(at[-1])) &&
		    is_arrow((struct slice){ at, (size_t)(end - at) }))
			return (struct slice){ text.at, (size_t)(at - text.at) };
		at++;
	}
	return text;
}

bool line_has_markup(struct slice text)
{
	static const char first[] = { '&', '<', '*' };

	for (size_t i = 0; i < sizeof(first); i++) {
		const char *at = text.at, *end = text.at + text.len;

		while (at < end && (at = memchr(at, first[i], (size_t)(end - at)))) {
			struct slice rest = { at, (size_t)(end - at) };

			if (markup_at(text, (size_t)(at - text.at)) || is_arrow(rest))
				return true;
			at++;
		}
	}
	return false;
}

/* Whether the line has a character beyond ASCII that is valid UTF-8: then its other bytes are damage, not a code page. */
static bool has_valid_sequence(struct slice line)
{
	size_t used;

	for (size_t at = 0; at < line.len; at += used)
		if (utf8_read(slice_skip(line, at), &used) != UTF8_INVALID && used > 1)
			return true;
	return false;
}

static bool is_utf8(struct slice line)
{
	return utf8_valid(line) || has_valid_sequence(line);
}

/* Whether the next eight characters are ASCII and none begins markup: they stay as they are. */
static inline bool are_plain(struct slice line, size_t at)
{
	uint64_t text;

	if (line.len - at < 8)
		return false;
	text = eight_load(line.at + at);
	return ((text & EIGHT_HIGH) | eight_equal(text, '&') | eight_equal(text, '<') |
		eight_equal(text, '*')) == 0;
}

struct slice line_make_plain(struct slice line, char *out, bool *other)
{
	bool utf8 = is_utf8(line);
	size_t len = 0, used = 1;

	if (!utf8)
		*other = true;
	for (size_t i = 0; i < line.len; i += used) {
		const struct markup *markup;
		uint32_t code;

		if (are_plain(line, i)) {
			used = 8;
			memcpy(out + len, line.at + i, used);
			len += used;
			continue;
		}
		markup = markup_at(line, i);
		if (markup) {
			used = markup->text.len;
			if (markup->plain)
				out[len++] = markup->plain;
			continue;
		}
		used = 1;
		code = utf8 ? utf8_read(slice_skip(line, i), &used)
			    : cp1252_code((unsigned char)line.at[i]);
		if (code != UTF8_INVALID)
			len += utf8_write(out + len,
					  plain_code(code, len ? out[len - 1] : ' '));
	}
	return without_arrow((struct slice){ out, len });
}

size_t line_to_utf8(struct slice line, char *out)
{
	size_t len = 0;

	if (is_utf8(line)) {
		if (line.len)
			memcpy(out, line.at, line.len);
		return line.len;
	}
	for (size_t i = 0; i < line.len; i++)
		len += utf8_write(out + len, cp1252_code((unsigned char)line.at[i]));
	return len;
}
