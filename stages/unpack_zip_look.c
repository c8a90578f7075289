/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A look at the central directory of a zip, before it is opened: is anything in it encrypted, or packed in a way that libarchive does not
 * know? The numbers are those of PKWARE's APPNOTE.TXT. Where it has no directory (it is cut), its first member speaks for all.
 */
#include "stages/unpack_zip.h"

#define END_MAX (ZIP_END_BYTES + 65535) /* with its comment */
#define BLOCK_SIZE (256u << 10)

enum {
	METHOD_AES = 99,
	EXTRA_AES = 0x9901,
};

static bool has(const char *at, const char *signature)
{
	return memcmp(at, signature, 4) == 0;
}

/* What is packed by WinZip's AES says so, and how it was packed before in an extra field. */
static unsigned real_method(unsigned method, struct slice extra)
{
	struct slice aes = zip_extra_find(extra, EXTRA_AES);

	return method == METHOD_AES && aes.len >= 7 ? zip_u16(aes.at + 5) : method;
}

/* Stored, Deflate, bzip2, LZMA, xz, PPMd; what it lacks is above all Deflate64, which Windows packs large folders by. */
static bool libarchive_has(unsigned method)
{
	return method == 0 || method == 8 || method == 12 || method == 14 ||
	       method == 95 || method == 98;
}

static void look_at(struct zip_look *look, unsigned flags, unsigned method)
{
	look->encrypted |= (flags & ZIP_FLAG_ENCRYPTED) != 0;
	look->outside |= !libarchive_has(method);
}

/* Where the directory is and how long, by the record at its end; of a large one that is in another record. */
static bool find_directory(struct source *source, uint64_t *offset, uint64_t *size)
{
	size_t len = source->size < END_MAX ? (size_t)source->size : END_MAX;
	uint64_t from = source->size - len;
	char *bytes = mem_alloc(len + 1), end64[ZIP_END64_BYTES];
	bool found = len >= ZIP_END_BYTES && zip_read_at(source, bytes, len, from);

	for (size_t at = len - ZIP_END_BYTES; found; at--) {
		if (has(bytes + at, "PK\5\6")) {
			*size = zip_u32(bytes + at + 12);
			*offset = zip_u32(bytes + at + 16);
			if (at >= ZIP_LOCATOR_BYTES &&
			    has(bytes + at - ZIP_LOCATOR_BYTES, "PK\6\7") &&
			    zip_read_at(source, end64, sizeof(end64),
					zip_u64(bytes + at - ZIP_LOCATOR_BYTES + 8)) &&
			    has(end64, "PK\6\6")) {
				*size = zip_u64(end64 + 40);
				*offset = zip_u64(end64 + 48);
			}
			break;
		}
		found = at > 0;
	}
	free(bytes);
	return found;
}

/* One entry at the front of the bytes: its length, 0 when it is not whole or none. */
static size_t look_at_entry(struct zip_look *look, const char *at, size_t len)
{
	size_t name, extra, comment, all;

	if (len < ZIP_CENTRAL_BYTES || !has(at, "PK\1\2"))
		return 0;
	name = zip_u16(at + 28);
	extra = zip_u16(at + 30);
	comment = zip_u16(at + 32);
	all = ZIP_CENTRAL_BYTES + name + extra + comment;
	if (all > len)
		return 0;
	look_at(look, zip_u16(at + 8),
		real_method(zip_u16(at + 10),
			    (struct slice){ at + ZIP_CENTRAL_BYTES + name, extra }));
	return all;
}

static bool walk_directory(struct zip_look *look, struct source *source, uint64_t offset,
			   uint64_t size)
{
	char *block = mem_alloc(BLOCK_SIZE);
	uint64_t end = source->size;
	size_t len = 0;
	bool any = false;

	if (offset < end && size < end - offset)
		end = offset + size;
	while (offset < end && !(look->encrypted && look->outside)) {
		size_t want = BLOCK_SIZE - len, used = 0, step;

		if (want > end - offset)
			want = (size_t)(end - offset);
		if (!zip_read_at(source, block + len, want, offset))
			break;
		offset += want;
		len += want;
		while ((step = look_at_entry(look, block + used, len - used)))
			used += step;
		if (used == 0)
			break; /* an entry is at most 193 KB long */
		any = true;
		len -= used;
		memmove(block, block + used, len);
	}
	free(block);
	return any;
}

static void look_at_first(struct zip_look *look, struct source *source)
{
	char head[ZIP_LOCAL_BYTES];
	uint64_t at = zip_read_at(source, head, 4, 0) && has(head, "PK\7\10") ? 4 : 0;

	if (zip_read_at(source, head, sizeof(head), at) && has(head, "PK\3\4"))
		look_at(look, zip_u16(head + 6), zip_u16(head + 8));
}

struct zip_look zip_look(struct source *source)
{
	struct zip_look look = { 0 };
	uint64_t offset = 0, size = 0;

	if (!find_directory(source, &offset, &size) ||
	    !walk_directory(&look, source, offset, size))
		look_at_first(&look, source);
	return look;
}
