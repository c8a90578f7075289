/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of members as UTF-8 text. A name that is no UTF-8 is read as code page 437, the zip format's
 * own default: it gives every byte a character of its own, so two names never become one. Nothing is
 * cleaned here: "../x" and control bytes stay, since no name is ever used as a path.
 */
#include "pipeline/base/utf8.h"
#include "stages/unpack_parts.h"

/* The upper half of code page 437. */
static const uint16_t cp437[128] = {
	0x00c7, 0x00fc, 0x00e9, 0x00e2, 0x00e4, 0x00e0, 0x00e5, 0x00e7, 0x00ea, 0x00eb,
	0x00e8, 0x00ef, 0x00ee, 0x00ec, 0x00c4, 0x00c5, 0x00c9, 0x00e6, 0x00c6, 0x00f4,
	0x00f6, 0x00f2, 0x00fb, 0x00f9, 0x00ff, 0x00d6, 0x00dc, 0x00a2, 0x00a3, 0x00a5,
	0x20a7, 0x0192, 0x00e1, 0x00ed, 0x00f3, 0x00fa, 0x00f1, 0x00d1, 0x00aa, 0x00ba,
	0x00bf, 0x2310, 0x00ac, 0x00bd, 0x00bc, 0x00a1, 0x00ab, 0x00bb, 0x2591, 0x2592,
	0x2593, 0x2502, 0x2524, 0x2561, 0x2562, 0x2556, 0x2555, 0x2563, 0x2551, 0x2557,
	0x255d, 0x255c, 0x255b, 0x2510, 0x2514, 0x2534, 0x252c, 0x251c, 0x2500, 0x253c,
	0x255e, 0x255f, 0x255a, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550, 0x256c, 0x2567,
	0x2568, 0x2564, 0x2565, 0x2559, 0x2558, 0x2552, 0x2553, 0x256b, 0x256a, 0x2518,
	0x250c, 0x2588, 0x2584, 0x258c, 0x2590, 0x2580, 0x03b1, 0x00df, 0x0393, 0x03c0,
	0x03a3, 0x03c3, 0x00b5, 0x03c4, 0x03a6, 0x0398, 0x03a9, 0x03b4, 0x221e, 0x03c6,
	0x03b5, 0x2229, 0x2261, 0x00b1, 0x2265, 0x2264, 0x2320, 0x2321, 0x00f7, 0x2248,
	0x00b0, 0x2219, 0x00b7, 0x221a, 0x207f, 0x00b2, 0x25a0, 0x00a0,
};

static void put_cp437(byte_vec *out, struct slice name)
{
	for (size_t i = 0; i < name.len; i++) {
		unsigned char byte = (unsigned char)name.at[i];
		char code[4];

		bytes_put(out, code,
			  utf8_write(code, byte < 0x80 ? byte : cp437[byte - 0x80]));
	}
}

void name_put(byte_vec *out, const char *raw)
{
	struct slice name = slice_from(raw);

	if (name.len == 0)
		name = SLICE("(unnamed)");
	if (utf8_valid(name))
		bytes_put(out, name.at, name.len);
	else
		put_cp437(out, name);
}

void name_shorten(byte_vec *name, size_t len)
{
	static const struct slice sign = { "\xe2\x80\xa6", 3 }; /* "…" */

	len = len > sign.len ? len - sign.len : 0;
	if (name->len <= len)
		return;
	while (len && (name->at[len] & 0xc0) == 0x80)
		len--;
	name->len = len;
	bytes_put(name, sign.at, sign.len);
}

static struct slice base_name(struct slice path)
{
	for (size_t i = path.len; i > 0; i--)
		if (path.at[i - 1] == '/' || path.at[i - 1] == '\\')
			return slice_skip(path, i);
	return path;
}

static bool ends_icase(struct slice text, struct slice tail)
{
	return text.len > tail.len &&
	       slice_equal_icase(slice_skip(text, text.len - tail.len), tail);
}

void name_put_inner(byte_vec *out, struct slice path)
{
	static const struct {
		struct slice from, to;
	} suffixes[] = {
		{ { ".gz", 3 }, { "", 0 } },       { { ".xz", 3 }, { "", 0 } },
		{ { ".zst", 4 }, { "", 0 } },      { { ".zstd", 5 }, { "", 0 } },
		{ { ".bz2", 4 }, { "", 0 } },      { { ".lz4", 4 }, { "", 0 } },
		{ { ".lzma", 5 }, { "", 0 } },     { { ".z", 2 }, { "", 0 } },
		{ { ".tgz", 4 }, { ".tar", 4 } },  { { ".txz", 4 }, { ".tar", 4 } },
		{ { ".tzst", 5 }, { ".tar", 4 } }, { { ".tbz2", 5 }, { ".tar", 4 } },
		{ { ".tbz", 4 }, { ".tar", 4 } },  { { ".tlz", 4 }, { ".tar", 4 } },
		{ { ".taz", 4 }, { ".tar", 4 } },
	};
	struct slice name = base_name(path);

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		if (!ends_icase(name, suffixes[i].from))
			continue;
		bytes_put(out, name.at, name.len - suffixes[i].from.len);
		bytes_put(out, suffixes[i].to.at, suffixes[i].to.len);
		return;
	}
	bytes_put(out, name.at, name.len);
}
