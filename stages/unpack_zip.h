/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of our own zip reader share. It reads ordinary zips: a central directory at the end, members stored
 * or deflated in the clear. Any other is passed on, so nothing here needs to make sense of what is odd. Source of the layout:
 * PKWARE's APPNOTE.TXT, sections 4.3.7 to 4.3.16, 4.4.2 and 4.5.3.
 */
#ifndef STAGES_UNPACK_ZIP_H
#define STAGES_UNPACK_ZIP_H

#include "stages/unpack_parts.h"

enum {
	ZIP_LOCAL_BYTES = 30, /* of a local header, names not counted */
	ZIP_CENTRAL_BYTES = 46,
	ZIP_END_BYTES = 22, /* of the end record without its comment */
	ZIP_END64_BYTES = 56,
	ZIP_LOCATOR_BYTES = 20,
	ZIP_STORED = 0,
	ZIP_DEFLATED = 8,
	ZIP_FLAG_ENCRYPTED = 1,
	ZIP_FLAG_DESCRIPTOR = 8, /* sizes and sum stand behind the data, perhaps only there */
	ZIP_EXTRA_ZIP64 = 1,
};

struct zip_entry {
	uint64_t at;            /* of its local header */
	uint64_t packed, bytes; /* of the data, as stored and decoded */
	uint64_t limit; /* where its data must end at the latest: the next member, or the directory */
	uint32_t crc;
	uint32_t name; /* place in zip_directory.bytes */
	uint16_t name_len;
	uint16_t method;
	bool is_file;
};

struct zip_directory {
	VEC(struct zip_entry) entries; /* in the order of their data */
	byte_vec bytes;                /* as it stands in the file */
};

/* All of len bytes at that place of a source with a descriptor. False when it has not so many, which is no failure of the source. */
bool zip_read_at(struct source *source, void *buffer, size_t len, uint64_t at);
/* Reads the directory of a zip with a descriptor. False when it is missing or holds anything that is not ordinary. */
bool zip_directory_read(struct zip_directory *directory, struct source *source);
void zip_directory_free(struct zip_directory *directory);
struct slice zip_entry_name(const struct zip_directory *directory,
			    const struct zip_entry *entry);

/* Written by an archiver of Windows that parts folders by backslashes, against the rules: it has no slash, and is no text of a code page,
 * in some of which a backslash is half a character. */
bool zip_name_is_windows(struct slice name);

/* The fields behind a header that is longer than a fixed size: the first of this kind, or an empty slice. */
struct slice zip_extra_find(struct slice extra, unsigned kind);

static inline uint16_t zip_u16(const char *at)
{
	const unsigned char *byte = (const unsigned char *)at;

	return (uint16_t)(byte[0] | byte[1] << 8);
}

static inline uint32_t zip_u32(const char *at)
{
	return zip_u16(at) | (uint32_t)zip_u16(at + 2) << 16;
}

static inline uint64_t zip_u64(const char *at)
{
	return zip_u32(at) | (uint64_t)zip_u32(at + 4) << 32;
}

#endif
