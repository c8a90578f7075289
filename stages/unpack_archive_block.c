/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a member in the blocks that libarchive decodes them to; everything that came before it broke is handed out first. */
#include "stages/inflate.h"
#include "stages/unpack_archive.h"

#define HOLE_MAX (64u << 20) /* of a sparse member; a log has none */
#define EMPTY_BLOCKS_MAX 65536

static void broke(struct level *level, int result)
{
	archive_state_of(level)->member_fatal = result == ARCHIVE_FATAL;
	archive_error(level, &level->member_error);
}

static int refuse(struct level *level, const char *reason, const char *text)
{
	error_input(&level->member_error, reason, "%s: %s", kind_text(level->kind), text);
	return -1;
}

/* A zip's last block comes together with the news that its checksum is wrong. */
static bool has_last_block(struct level *level, int result, const void *block)
{
	return level->kind == KIND_ZIP && result != ARCHIVE_FATAL && block;
}

/* Takes the next block from libarchive, and the hole that a sparse tar has before it. */
static int fill(struct level *level)
{
	struct archive_state *state = level->state;

	for (unsigned tries = 0; tries < EMPTY_BLOCKS_MAX; tries++) {
		const void *block = NULL;
		size_t len = 0;
		la_int64_t offset = 0;
		int result =
			libarchive.read_data_block(state->archive, &block, &len, &offset);

		if (result == ARCHIVE_EOF) {
			if (state->sum_known && state->sum != state->sum_wanted)
				return refuse(level, "corrupt", "its checksum is wrong");
			level->member_ended = true;
			return 0;
		}
		if (result != ARCHIVE_OK)
			broke(level, result);
		if (result != ARCHIVE_OK &&
		    (len == 0 || !has_last_block(level, result, block)))
			return -1;
		if (len == 0)
			continue;
		if (offset < 0 || (uint64_t)offset < state->at)
			return refuse(level, "corrupt", "data goes backwards");
		level->hole = (uint64_t)offset - state->at;
		if (level->hole > HOLE_MAX)
			return refuse(level, "limit-size", "a hole in a sparse file");
		state->at = (uint64_t)offset + len;
		if (state->sum_known)
			state->sum = inflate_crc_add(state->sum, block, len);
		level->block = block;
		level->block_len = len;
		return 1;
	}
	return refuse(level, "corrupt", "no progress");
}

int archive_fill(struct level *level)
{
	int got;

	archive_enter(level);
	got = fill(level);
	archive_leave(level);
	return got;
}
