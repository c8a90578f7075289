/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libarchive leaves undone of rar5: it does not look at the checksum of a member that is stored. So the member's header is read
 * here once more, as the RAR 5.0 archive format has it: a checksum, then numbers of 7 bits a byte. Where anything is not as expected
 * nothing is claimed.
 */
#include "stages/inflate.h"
#include "stages/unpack_archive.h"

enum {
	SIGNATURE_BYTES = 8,
	BLOCK_MAIN = 1,
	BLOCK_FILE = 2,
	BLOCKS_MAX = 16, /* between two members: comments and the like */
	HEADER_MAX = 70000,
	HAS_EXTRA = 1,
	HAS_DATA = 2,
	CONTINUES = 8 | 16, /* from, or in, another volume */
	ARCHIVE_SOLID = 4,
	FILE_HAS_TIME = 2,
	FILE_HAS_SUM = 4,
	METHOD_SHIFT = 7, /* of the compression's number */
	METHOD_MASK = 7,
};

struct block {
	uint64_t type, flags, data_bytes;
	uint64_t next;              /* the place behind it and its data */
	struct bytes_reader fields; /* its own, behind those that all have */
};

static uint32_t get_u32_le(struct bytes_reader *reader)
{
	uint32_t value = 0;

	for (int shift = 0; shift < 32; shift += 8)
		value |= (uint32_t)bytes_get_u8(reader) << shift;
	return value;
}

/* The block at that place, in `room` of HEADER_MAX bytes. False where there is none whose checksum is right. */
static bool block_read(struct level *level, uint64_t place, unsigned char *room,
		       struct block *block)
{
	ssize_t got = source_pread(&level->source, room, HEADER_MAX, place);
	struct bytes_reader reader;
	uint64_t len, head;
	uint32_t sum;

	if (got < 7)
		return false;
	reader = bytes_reader_from(room, (size_t)got);
	sum = get_u32_le(&reader);
	len = bytes_get_varint(&reader);
	if (reader.bad || len > bytes_left(&reader))
		return false;
	head = (uint64_t)got - bytes_left(&reader);
	if (inflate_crc_add(0, room + 4, head - 4 + len) != sum)
		return false;
	block->fields = bytes_reader_from(room + head, len);
	block->type = bytes_get_varint(&block->fields);
	block->flags = bytes_get_varint(&block->fields);
	if (block->flags & HAS_EXTRA)
		bytes_get_varint(&block->fields);
	block->data_bytes = block->flags & HAS_DATA ? bytes_get_varint(&block->fields) : 0;
	return !block->fields.bad &&
	       !__builtin_add_overflow(place + head + len, block->data_bytes, &block->next);
}

bool rar5_is_solid(struct level *level)
{
	unsigned char *room = mem_alloc(HEADER_MAX);
	struct block block;
	bool solid = true;

	if (block_read(level, SIGNATURE_BYTES, room, &block) && block.type == BLOCK_MAIN)
		solid = bytes_get_varint(&block.fields) & ARCHIVE_SOLID;
	level->source.error = ERROR_INIT;
	free(room);
	return solid;
}

/* Of the member that this file's header is of. */
static bool take_sum(const struct level *level, struct block *block, uint32_t *sum)
{
	struct bytes_reader *fields = &block->fields;
	uint64_t flags = bytes_get_varint(fields), bytes = bytes_get_varint(fields), method;

	bytes_get_varint(fields); /* attributes */
	if (flags & FILE_HAS_TIME)
		get_u32_le(fields);
	*sum = flags & FILE_HAS_SUM ? get_u32_le(fields) : 0;
	method = bytes_get_varint(fields) >> METHOD_SHIFT & METHOD_MASK;
	return !fields->bad && flags & FILE_HAS_SUM && method == 0 &&
	       !(block->flags & CONTINUES) && bytes == level->size &&
	       block->data_bytes == bytes;
}

bool rar5_stored_sum(struct level *level, uint64_t place, uint32_t *sum)
{
	unsigned char *room = mem_alloc(HEADER_MAX);
	struct block block;
	bool known = false;

	if (place < SIGNATURE_BYTES)
		place = SIGNATURE_BYTES; /* of the first member the signature is in front */
	for (int i = 0; i < BLOCKS_MAX && block_read(level, place, room, &block); i++) {
		place = block.next;
		if (block.type != BLOCK_FILE)
			continue;
		known = take_sum(level, &block, sum);
		break;
	}
	level->source.error = ERROR_INIT;
	free(room);
	return known;
}
