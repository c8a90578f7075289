/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Widths come from the two small tables below rather than from wcwidth(), which knows
 * nothing in the C locale. They hold the scripts that names of files and machines are
 * written in; a rare letter counted as one column too many only makes a table ragged.
 */
#define _GNU_SOURCE 1
#include "pipeline/base/utf8.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

struct code_range {
	uint32_t first, last;
};

/* clang-format off */

/* Of the general category Cf what is not seen, but for the joiners; and the separators of lines and paragraphs. */
static const struct code_range steering[] = {
	{ 0x00AD, 0x00AD },   { 0x061C, 0x061C },   { 0x180E, 0x180E },
	{ 0x200B, 0x200B },   { 0x200E, 0x200F },   { 0x2028, 0x202E },
	{ 0x2060, 0x206F },   { 0xFEFF, 0xFEFF },   { 0xFFF9, 0xFFFB },
	{ 0x1BCA0, 0x1BCA3 }, { 0x1D173, 0x1D17A }, { 0xE0000, 0xE007F },
};

/* Combining marks, joiners, variation selectors. */
static const struct code_range no_columns[] = {
	{ 0x0300, 0x036F },   { 0x0483, 0x0489 },   { 0x0591, 0x05BD },
	{ 0x05BF, 0x05BF },   { 0x05C1, 0x05C2 },   { 0x05C4, 0x05C5 },
	{ 0x05C7, 0x05C7 },   { 0x0610, 0x061A },   { 0x064B, 0x065F },
	{ 0x0670, 0x0670 },   { 0x06D6, 0x06DC },   { 0x06DF, 0x06E4 },
	{ 0x06E7, 0x06E8 },   { 0x06EA, 0x06ED },   { 0x0900, 0x0902 },
	{ 0x093A, 0x093A },   { 0x093C, 0x093C },   { 0x0941, 0x0948 },
	{ 0x094D, 0x094D },   { 0x0E31, 0x0E31 },   { 0x0E34, 0x0E3A },
	{ 0x0E47, 0x0E4E },   { 0x1160, 0x11FF },   { 0x1AB0, 0x1ACE },
	{ 0x1DC0, 0x1DFF },   { 0x200C, 0x200D },   { 0x20D0, 0x20F0 },
	{ 0x302A, 0x302D },   { 0x3099, 0x309A },   { 0xFE00, 0xFE0F },
	{ 0xFE20, 0xFE2F },   { 0xE0100, 0xE01EF },
};

/* East Asian wide and full-width letters, emoji. */
static const struct code_range two_columns[] = {
	{ 0x1100, 0x115F },   { 0x231A, 0x231B },   { 0x23E9, 0x23EC },
	{ 0x2E80, 0x2E99 },   { 0x2E9B, 0x2EF3 },   { 0x2F00, 0x2FD5 },
	{ 0x2FF0, 0x2FFB },   { 0x3000, 0x303E },   { 0x3041, 0x3096 },
	{ 0x3099, 0x30FF },   { 0x3105, 0x312F },   { 0x3131, 0x318E },
	{ 0x3190, 0x31E3 },   { 0x31F0, 0x321E },   { 0x3220, 0x3247 },
	{ 0x3250, 0x4DBF },   { 0x4E00, 0xA48C },   { 0xA490, 0xA4C6 },
	{ 0xA960, 0xA97C },   { 0xAC00, 0xD7A3 },   { 0xF900, 0xFAFF },
	{ 0xFE30, 0xFE52 },   { 0xFE54, 0xFE66 },   { 0xFF01, 0xFF60 },
	{ 0xFFE0, 0xFFE6 },   { 0x16FE0, 0x18D08 }, { 0x1B000, 0x1B2FB },
	{ 0x1F300, 0x1F320 }, { 0x1F32D, 0x1F335 },
	{ 0x1F337, 0x1F37C }, { 0x1F37E, 0x1F393 }, { 0x1F3A0, 0x1F3CA },
	{ 0x1F3E0, 0x1F3F0 }, { 0x1F400, 0x1F43E }, { 0x1F442, 0x1F4FC },
	{ 0x1F4FF, 0x1F53D }, { 0x1F5FB, 0x1F64F }, { 0x1F680, 0x1F6C5 },
	{ 0x1F90C, 0x1F93A }, { 0x1F93C, 0x1F945 }, { 0x1F947, 0x1F9FF },
	{ 0x20000, 0x2FFFD }, { 0x30000, 0x3FFFD },
};

/* clang-format on */

static bool is_in(const struct code_range *ranges, size_t len, uint32_t code)
{
	size_t low = 0, high = len;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (code > ranges[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	return low < len && code >= ranges[low].first;
}

bool utf8_steers(uint32_t code)
{
	if (code < 0xA0)
		return code < 0x20 || code >= 0x7F;
	return is_in(steering, ARRAY_LEN(steering), code);
}

/* The length that a first byte promises, and the bits of the code that it carries. */
static size_t sequence_len(unsigned char first, uint32_t *bits)
{
	if (first >= 0xC2 && first <= 0xDF) {
		*bits = first & 0x1F;
		return 2;
	}
	if (first >= 0xE0 && first <= 0xEF) {
		*bits = first & 0x0F;
		return 3;
	}
	if (first >= 0xF0 && first <= 0xF4) {
		*bits = first & 0x07;
		return 4;
	}
	return 0;
}

uint32_t utf8_read(struct slice text, size_t *used)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *bytes = (const unsigned char *)text.at;
	uint32_t code;
	size_t len;

	*used = 1;
	if (bytes[0] < 0x80)
		return bytes[0];
	len = sequence_len(bytes[0], &code);
	if (len == 0 || len > text.len)
		return UTF8_INVALID;
	for (size_t i = 1; i < len; i++) {
		if ((bytes[i] & 0xC0) != 0x80)
			return UTF8_INVALID;
		code = code << 6 | (bytes[i] & 0x3F);
	}
	if (code < smallest[len] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
		return UTF8_INVALID;
	*used = len;
	return code;
}

size_t utf8_write(char *out, uint32_t code)
{
	size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	static const unsigned char marks[] = { 0, 0, 0xC0, 0xE0, 0xF0 };

	for (size_t i = len - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (code & 0x3F));
		code >>= 6;
	}
	out[0] = (char)(marks[len] | code);
	return len;
}

/* Whether eight bytes stand there and all are ASCII. */
static bool begins_ascii(struct slice text)
{
	uint64_t eight;

	if (text.len < sizeof(eight))
		return false;
	memcpy(&eight, text.at, sizeof(eight));
	return (eight & 0x8080808080808080u) == 0;
}

bool utf8_valid(struct slice text)
{
	size_t used = 8;

	for (; text.len; text = slice_skip(text, used))
		if (begins_ascii(text))
			used = 8;
		else if (utf8_read(text, &used) == UTF8_INVALID)
			return false;
	return true;
}

/* ---- printing ---- */

/* Bytes at the head of text that are printed as they are. */
static size_t plain_len(struct slice text, bool ascii)
{
	size_t len = 0, used;

	while (len < text.len) {
		uint32_t code = utf8_read(slice_skip(text, len), &used);

		if (code == UTF8_INVALID || utf8_steers(code) || (ascii && code > 0x7F))
			break;
		len += used;
	}
	return len;
}

static void print(FILE *out, struct slice text, bool ascii)
{
	while (text.len) {
		size_t used = plain_len(text, ascii);
		uint32_t code;

		if (used) {
			fwrite_unlocked(text.at, 1, used, out);
			text = slice_skip(text, used);
			continue;
		}
		code = utf8_read(text, &used);
		if (code == UTF8_INVALID)
			fputs_unlocked(ascii ? "?" : "\xEF\xBF\xBD", out);
		else
			fprintf(out, code < 0x100 ? "\\x%02x" : "\\u{%04x}", code);
		text = slice_skip(text, used);
	}
}

void utf8_print_visible(FILE *out, struct slice text)
{
	print(out, text, false);
}

/* ---- terminals ---- */

static bool ascii_terminal;

static bool ends_in_utf8(const char *name)
{
	const char *charset = strchr(name, '.');

	return charset && (strncasecmp(charset, ".UTF-8", 6) == 0 ||
			   strncasecmp(charset, ".UTF8", 5) == 0);
}

/* What the user has set for characters; "C" when nothing. */
static const char *locale_name(void)
{
	static const char *const variables[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < ARRAY_LEN(variables); i++) {
		const char *name = getenv(variables[i]);

		if (name && *name)
			return name;
	}
	return "C";
}

/* A name that tells its character set is taken at its word: the locale may be missing, as after ssh from another machine, and
 * making one takes longer than a query does. Others ("de_DE") are looked up. */
static bool locale_is_utf8(const char *name)
{
	locale_t locale;
	bool is_utf8;

	if (ends_in_utf8(name))
		return true;
	if (strcmp(name, "C") == 0 || strcmp(name, "POSIX") == 0)
		return false;
	locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	if (!locale)
		return false;
	is_utf8 = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
	freelocale(locale);
	return is_utf8;
}

void utf8_follow_locale(void)
{
	ascii_terminal = !locale_is_utf8(locale_name());
}

bool utf8_on_terminal(void)
{
	return !ascii_terminal;
}

void utf8_print_terminal(FILE *out, struct slice text)
{
	print(out, text, ascii_terminal);
}

static size_t escape_width(uint32_t code)
{
	if (code < 0x100)
		return strlen("\\xNN");
	return strlen("\\u{NNNN}") + (code > 0xFFFF) + (code > 0xFFFFF);
}

static size_t code_width(uint32_t code)
{
	if (code == UTF8_INVALID)
		return 1;
	if (utf8_steers(code) || (ascii_terminal && code > 0x7F))
		return escape_width(code);
	if (code < no_columns[0].first)
		return 1;
	if (is_in(no_columns, ARRAY_LEN(no_columns), code))
		return 0;
	return is_in(two_columns, ARRAY_LEN(two_columns), code) ? 2 : 1;
}

size_t utf8_width(struct slice text)
{
	size_t width = 0, used;

	for (; text.len; text = slice_skip(text, used))
		width += code_width(utf8_read(text, &used));
	return width;
}
