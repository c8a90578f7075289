/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which archives have to decode what they pass over, since members share one stream. libarchive does that inside one call, in which no
 * limit is looked at; so it is done here, block by block.
 */
#include <unistd.h>

#include "stages/unpack_archive.h"

#define RAR5_SIGNATURE 8
#define RAR5_MAIN 1
#define RAR5_HAS_EXTRA 1
#define RAR5_SOLID 4

/* As the RAR 5.0 archive format has its main header behind the signature: checksum, then numbers of 7 bits a byte: size, type,
 * flags, size of extra area if any, flags of the archive. */
static bool rar5_is_solid(int fd)
{
	unsigned char head[40];
	ssize_t got = pread(fd, head, sizeof(head), RAR5_SIGNATURE + 4);
	struct bytes_reader reader = bytes_reader_from(head, got > 0 ? (size_t)got : 0);
	uint64_t type, flags;

	bytes_get_varint(&reader);
	type = bytes_get_varint(&reader);
	flags = bytes_get_varint(&reader);
	if (flags & RAR5_HAS_EXTRA)
		bytes_get_varint(&reader);
	flags = bytes_get_varint(&reader);
	return reader.bad || type != RAR5_MAIN || (flags & RAR5_SOLID) != 0;
}

bool archive_is_solid(struct level *level)
{
	switch (level->kind) {
	case KIND_7ZIP:
	case KIND_CAB:
		return true;
	case KIND_RAR5:
		return level->source.fd < 0 || rar5_is_solid(level->source.fd);
	default:
		return false;
	}
}
