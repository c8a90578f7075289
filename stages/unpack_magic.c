/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tells archives and compressed streams by their first bytes, as strictly as that is cheap: a log must
 * never be taken for an archive, while an archive under a wrong name should be found. Pure functions.
 */
#include "stages/unpack_parts.h"

static bool at_has(struct slice first, size_t at, struct slice bytes)
{
	return slice_starts(slice_skip(first, at), bytes);
}

static unsigned byte_at(struct slice first, size_t at)
{
	return at < first.len ? (unsigned char)first.at[at] : 0;
}

/* Deflate is the only method there is; three flag bits are reserved. */
static bool is_gzip(struct slice first)
{
	return first.len >= 4 && slice_starts(first, SLICE("\x1f\x8b\x08")) &&
	       (byte_at(first, 3) & 0xe0) == 0;
}

static bool is_zstd(struct slice first)
{
	return slice_starts(first, SLICE("\x28\xb5\x2f\xfd")) ||
	       (at_has(first, 1, SLICE("\x2a\x4d\x18")) && (byte_at(first, 0) & 0xf0) == 0x50);
}

static bool is_bzip2(struct slice first)
{
	return slice_starts(first, SLICE("BZh")) && byte_at(first, 3) >= '1' &&
	       byte_at(first, 3) <= '9' &&
	       (at_has(first, 4, SLICE("\x31\x41\x59\x26\x53\x59")) ||
		at_has(first, 4, SLICE("\x17\x72\x45\x38\x50\x90")));
}

static bool is_lz4(struct slice first)
{
	return slice_starts(first, SLICE("\x04\x22\x4d\x18")) && first.len > 4 &&
	       (byte_at(first, 4) & 0xc0) == 0x40;
}

static bool is_compress(struct slice first)
{
	unsigned bits = byte_at(first, 2) & 0x1f;

	return slice_starts(first, SLICE("\x1f\x9d")) &&
	       (byte_at(first, 2) & 0x60) == 0 && bits >= 9 && bits <= 16;
}

/* No magic at all: the properties byte, then a dictionary size that encoders use. */
static bool is_lzma(struct slice first, struct slice name)
{
	if (!slice_ends(name, SLICE(".lzma")) && !slice_ends(name, SLICE(".tlz")))
		return false;
	return first.len >= 13 && byte_at(first, 0) < 9 * 5 * 5 && byte_at(first, 1) == 0;
}

static bool is_cab(struct slice first)
{
	return slice_starts(first, SLICE("MSCF\0\0\0\0"));
}

static unsigned octal(struct slice digits)
{
	unsigned value = 0;

	for (size_t i = 0; i < digits.len; i++)
		if (digits.at[i] >= '0' && digits.at[i] <= '7')
			value = value * 8 + (unsigned)(digits.at[i] - '0');
	return value;
}

/* Tars before POSIX have no magic but the checksum of the first header. */
static bool is_old_tar(struct slice first, struct slice name)
{
	unsigned sum = 8 * ' ';

	if (first.len < 512 || first.at[0] == 0 || !slice_ends(name, SLICE(".tar")))
		return false;
	for (size_t i = 0; i < 512; i++)
		sum += i >= 148 && i < 156 ? 0 : byte_at(first, i);
	return sum == octal(slice_first(slice_skip(first, 148), 8));
}

static enum archive_kind magic_container(struct slice first, struct slice name)
{
	if (slice_starts(first, SLICE("PK\3\4")) || slice_starts(first, SLICE("PK\5\6")) ||
	    slice_starts(first, SLICE("PK\7\10PK\3\4"))) /* the last is of one that zip split */
		return KIND_ZIP;
	if (slice_starts(first, SLICE("7z\xbc\xaf\x27\x1c")))
		return KIND_7ZIP;
	if (slice_starts(first, SLICE("Rar!\x1a\x07\0")))
		return KIND_RAR;
	if (slice_starts(first, SLICE("Rar!\x1a\x07\x01\0")))
		return KIND_RAR5;
	if (is_cab(first))
		return KIND_CAB;
	if (at_has(first, 257, SLICE("ustar")) || is_old_tar(first, name))
		return KIND_TAR;
	return KIND_NONE;
}

enum archive_kind magic_kind(struct slice first, struct slice name)
{
	if (is_gzip(first))
		return KIND_GZIP;
	if (slice_starts(first, SLICE("\xfd"
				      "7zXZ\0")))
		return KIND_XZ;
	if (is_zstd(first))
		return KIND_ZSTD;
	if (is_bzip2(first))
		return KIND_BZIP2;
	if (is_lz4(first))
		return KIND_LZ4;
	if (is_compress(first))
		return KIND_COMPRESS;
	if (is_lzma(first, name))
		return KIND_LZMA;
	return magic_container(first, name);
}

bool kind_is_stream(enum archive_kind kind)
{
	return kind >= KIND_GZIP;
}

bool kind_needs_seek(enum archive_kind kind)
{
	return kind >= KIND_ZIP && kind <= KIND_CAB;
}

const char *kind_text(enum archive_kind kind)
{
	static const char *const texts[] = {
		[KIND_NONE] = "file", [KIND_TAR] = "tar",
		[KIND_ZIP] = "zip",   [KIND_7ZIP] = "7z",
		[KIND_RAR] = "rar",   [KIND_RAR5] = "rar5",
		[KIND_CAB] = "cab",   [KIND_GZIP] = "gzip",
		[KIND_XZ] = "xz",     [KIND_LZMA] = "lzma",
		[KIND_ZSTD] = "zstd", [KIND_BZIP2] = "bzip2",
		[KIND_LZ4] = "lz4",   [KIND_COMPRESS] = "compress",
	};

	return texts[kind];
}
