/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A clean end must mean that everything came. libarchive takes a tar without its end mark for a whole
 * one, passes over what follows a compressed stream, and leaves a nested archive before the checksum of
 * the member around it was met; so the rest is looked at here.
 */
#include <string.h>
#include <unistd.h>

#include "stages/split_file.h"
#include "stages/unpack_archive.h"

#define DRAIN_MAX (1u << 20) /* of a tar's padding */

static unsigned char first_byte(enum archive_kind kind)
{
	switch (kind) {
	case KIND_BZIP2:
		return 'B';
	case KIND_LZ4:
		return 0x04;
	default:
		return 0;
	}
}

/* Behind a compressed stream only zeros may follow, as tapes and block devices add them. */
static bool tail_is_padding(struct level *level, size_t tail, struct error *error)
{
	const unsigned char *at = level->source.block;

	at += level->source.block_len - tail;
	for (size_t i = 0; i < tail; i++) {
		if (at[i] == 0)
			continue;
		if (i == 0 && at[0] == first_byte(level->kind))
			return error_input(error, "truncated", "%s: the next stream is cut",
					   kind_text(level->kind));
		return error_input(error, "corrupt", "%s: other bytes follow the stream",
				   kind_text(level->kind));
	}
	return true;
}

static bool stream_is_clean(struct level *level, struct error *error)
{
	struct source *source = &level->source;
	int64_t used = libarchive.filter_bytes(archive_state_of(level)->archive, -1);
	uint64_t tail;

	if (!level->member_ended)
		return true; /* nobody wanted the rest */
	if (used <= 0)
		return error_input(error, "truncated", "%s: cut in its header",
				   kind_text(level->kind));
	tail = source->offset > (uint64_t)used ? source->offset - (uint64_t)used : 0;
	if (tail == 0) {
		ssize_t got = source_next(source);

		tail = got > 0 ? (uint64_t)got : 0;
	}
	return tail_is_padding(
		level, tail < source->block_len ? (size_t)tail : source->block_len, error);
}

/* Reading on to the end lets the stream or member around the tar check its sum. */
static void tar_drain(struct level *level)
{
	uint64_t drained = 0;
	ssize_t got;

	while (drained < DRAIN_MAX && (got = source_next(&level->source)) > 0)
		drained += (uint64_t)got;
}

static bool tar_is_clean(struct level *level, struct error *error)
{
	/* The end mark has been consumed, if there was one. */
	if (libarchive.filter_bytes(archive_state_of(level)->archive, 0) <=
		    libarchive.read_header_position(archive_state_of(level)->archive) &&
	    level->source.error.kind == ERROR_NONE)
		return error_input(error, "truncated", "tar: no end mark");
	if (level->source.parent)
		tar_drain(level);
	return true;
}

static bool rar5_ends_at(struct level *level, int64_t at)
{
	unsigned char block[6];

	return at >= 8 &&
	       source_pread(&level->source, block, sizeof(block), (uint64_t)at) ==
		       sizeof(block) &&
	       block[4] == 3 && block[5] == 5;
}

/*
 * libarchive takes the end of the file for the end of a rar5, but that is a block: a checksum, length 3,
 * type 5. It stops behind the checksum when nothing follows the block, else behind the type and flags.
 */
static bool rar5_is_clean(struct level *level, struct error *error)
{
	int64_t used = libarchive.filter_bytes(archive_state_of(level)->archive, 0);

	if (rar5_ends_at(level, used - 4) || rar5_ends_at(level, used - 7))
		return true;
	return error_input(error, "truncated", "rar5: no end block");
}

/*
 * A directory that names nothing, in a file that begins with a member: as when an empty zip was written behind another. What it hides
 * would be lost without a word.
 */
static bool zip_is_clean(struct level *level, struct error *error)
{
	char magic[4];

	if (archive_state_of(level)->met_any ||
	    source_pread(&level->source, magic, sizeof(magic), 0) != sizeof(magic) ||
	    memcmp(magic, "PK\3\4", sizeof(magic)) != 0)
		return true;
	return error_input(error, "corrupt", "zip: members that its directory does not name");
}

bool end_is_clean(struct level *level, struct error *error)
{
	bool clean = true;

	if (level->kind == KIND_RAR5)
		clean = rar5_is_clean(level, error);
	else if (level->kind == KIND_ZIP)
		clean = zip_is_clean(level, error);
	else if (level->kind == KIND_TAR)
		clean = tar_is_clean(level, error);
	else if (kind_is_stream(level->kind))
		clean = stream_is_clean(level, error);
	if (level->source.error.kind == ERROR_NONE)
		return clean;
	*error = level->source.error;
	return false;
}

static uint64_t get_le64(const unsigned char *at)
{
	uint64_t value = 0;

	for (int i = 7; i >= 0; i--)
		value = value << 8 | at[i];
	return value;
}

void end_refine(struct level *level, struct error *error)
{
	unsigned char start[32];
	uint64_t offset, size, end;

	if (level->source.parts && level->source.parts->missing && error->reason) {
		error_input(error, "split-incomplete", "%s is missing",
			    level->source.parts->missing);
		return;
	}
	if (level->kind != KIND_7ZIP || !error->reason || strcmp(error->reason, "corrupt") != 0)
		return;
	if (source_pread(&level->source, start, sizeof(start), 0) != sizeof(start)) {
		error_input(error, "truncated", "7z: cut in its header");
		return;
	}
	offset = get_le64(start + 12);
	size = get_le64(start + 20);
	if (!__builtin_add_overflow(offset, size, &end) &&
	    !__builtin_add_overflow(end, sizeof(start), &end) && end > level->source.size)
		error_input(error, "truncated", "7z: its end is missing");
}
