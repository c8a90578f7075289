/* SPDX-License-Identifier: Apache-2.0 */
/* Makes one line plain; see line.h. Only lines with bytes above 0x7F come here. */
#include "stages/line.h"

#include "pipeline/base/utf8.h"

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
		return '\'';
	case 0x201C:
	case 0x201D:
		return '"';
	case 0x2013:
	case 0x2014:
		return '-';
	default:
		return code;
	}
}

struct slice line_make_plain(struct slice line, char *out, bool *other)
{
	bool valid = utf8_valid(line);
	size_t len = 0;

	if (!valid)
		*other = true;
	for (size_t i = 0; i < line.len;) {
		size_t used = 1;
		uint32_t code = valid ? utf8_read(slice_skip(line, i), &used)
				      : cp1252_code((unsigned char)line.at[i]);

		len += utf8_write(out + len, plain_code(code, len ? out[len - 1] : ' '));
		i += used;
	}
	return (struct slice){ out, len };
}
