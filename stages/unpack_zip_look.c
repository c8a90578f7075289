/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A look at the central directory of a zip, before it is opened: is anything in it encrypted, or packed in a way that libarchive does not
 * know? The numbers are those of PKWARE's APPNOTE.TXT. Where it has no directory (it is cut), its first member speaks for all.
 */
#include "stages/unpack_parts.h"

#define END_SIZE 22
#define END_MAX (END_SIZE + 65535) /* with its comment */
#define END64_SIZE 56
#define LOCATOR_SIZE 20
#define ENTRY_SIZE 46
#define LOCAL_SIZE 30
#define BLOCK_SIZE (256u << 10)

static unsigned u16(const unsigned char *at)
{
	return at[0] | (unsigned)at[1] << 8;
}

static uint32_t u32(const unsigned char *at)
{
	return u16(at) | (uint32_t)u16(at + 2) << 16;
}

static uint64_t u64(const unsigned char *at)
{
	return u32(at) | (uint64_t)u32(at + 4) << 32;
}

static bool has(const unsigned char *at, const char *signature)
{
	return memcmp(at, signature, 4) == 0;
}

/* What is packed by WinZip's AES says so, and how it was packed before in an extra field. */
static unsigned real_method(unsigned method, const unsigned char *extra, size_t len)
{
	while (method == 99 && len >= 4) {
		size_t size = u16(extra + 2);

		if (size > len - 4)
			break;
		if (u16(extra) == 0x9901 && size >= 7)
			return u16(extra + 9);
		extra += 4 + size;
		len -= 4 + size;
	}
	return method;
}

/* Stored, Deflate, bzip2, LZMA, xz, PPMd; what it lacks is above all Deflate64, which Windows packs large folders by. */
static bool libarchive_has(unsigned method)
{
	return method == 0 || method == 8 || method == 12 || method == 14 ||
	       method == 95 || method == 98;
}

static void look_at(struct zip_look *look, unsigned flags, unsigned method)
{
	look->encrypted |= (flags & 1) != 0;
	look->outside |= !libarchive_has(method);
}

static bool read_at(struct source *source, void *bytes, size_t len, uint64_t offset)
{
	return source_pread(source, bytes, len, offset) == (ssize_t)len;
}

/* Where the directory is and how long, by the record at its end; of a large one that is in another record. */
static bool find_directory(struct source *source, uint64_t *offset, uint64_t *size)
{
	size_t len = source->size < END_MAX ? (size_t)source->size : END_MAX;
	uint64_t from = source->size - len;
	unsigned char *bytes = mem_alloc(len + 1), end64[END64_SIZE];
	bool found = len >= END_SIZE && read_at(source, bytes, len, from);

	for (size_t at = len - END_SIZE; found; at--) {
		if (has(bytes + at, "PK\5\6")) {
			*size = u32(bytes + at + 12);
			*offset = u32(bytes + at + 16);
			if (at >= LOCATOR_SIZE && has(bytes + at - LOCATOR_SIZE, "PK\6\7") &&
			    read_at(source, end64, sizeof(end64),
				    u64(bytes + at - LOCATOR_SIZE + 8)) &&
			    has(end64, "PK\6\6")) {
				*size = u64(end64 + 40);
				*offset = u64(end64 + 48);
			}
			break;
		}
		found = at > 0;
	}
	free(bytes);
	return found;
}

/* One entry at the front of the bytes: its length, 0 when it is not whole or none. */
static size_t look_at_entry(struct zip_look *look, const unsigned char *at, size_t len)
{
	size_t name, extra, comment, all;

	if (len < ENTRY_SIZE || !has(at, "PK\1\2"))
		return 0;
	name = u16(at + 28);
	extra = u16(at + 30);
	comment = u16(at + 32);
	all = ENTRY_SIZE + name + extra + comment;
	if (all > len)
		return 0;
	look_at(look, u16(at + 8), real_method(u16(at + 10), at + ENTRY_SIZE + name, extra));
	return all;
}

static bool walk_directory(struct zip_look *look, struct source *source, uint64_t offset,
			   uint64_t size)
{
	unsigned char *block = mem_alloc(BLOCK_SIZE);
	size_t len = 0;
	bool any = false;

	while (size > 0 && !(look->encrypted && look->outside)) {
		size_t want = BLOCK_SIZE - len, used = 0, step;
		ssize_t got = source_pread(source, block + len,
					   want < size ? want : (size_t)size, offset);

		if (got <= 0)
			break;
		offset += (uint64_t)got;
		size -= (uint64_t)got;
		len += (size_t)got;
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
	unsigned char head[LOCAL_SIZE];

	uint64_t at = read_at(source, head, 4, 0) && has(head, "PK\7\10") ? 4 : 0;

	if (read_at(source, head, sizeof(head), at) && has(head, "PK\3\4"))
		look_at(look, u16(head + 6), u16(head + 8));
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
