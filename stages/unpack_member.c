/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of the member that a level stands on, in the blocks that its decoder makes of them. Its
 * first bytes are looked at before anybody reads them and come again then. A member that broke stays
 * broken, and everything that was decoded before is handed out first.
 */
#include "stages/unpack_parts.h"

#define FILL_INTO_MIN 16384 /* fewer are taken out of a block */

/* The bytes ready to be taken, zeros of a hole first. */
static void member_take(struct level *level, const char **at, size_t *len, size_t max)
{
	static const char zeros[16384];

	if (level->hole) {
		*at = zeros;
		*len = level->hole < sizeof(zeros) ? (size_t)level->hole : sizeof(zeros);
		*len = *len < max ? *len : max;
		level->hole -= *len;
		return;
	}
	*at = level->block;
	*len = level->block_len < max ? level->block_len : max;
	level->block += *len;
	level->block_len -= *len;
}

/* Counts what was just decoded; of what passes a limit of the bundle, that which lies within it is still handed out. A tar hands on what
 * the level below it has decoded, but for the holes that it makes itself. */
static int count_block(struct level *level)
{
	bool handed_on = level->kind == KIND_TAR && level->source.parent;
	uint64_t room = meter_room(level->meter);

	if (meter_decoded(level->meter, level->hole + (handed_on ? 0 : level->block_len)))
		return 1;
	level->member_error = level->meter->over;
	if (level->hole > room)
		level->hole = room;
	room -= level->hole;
	if (level->block_len > room || handed_on)
		level->block_len = handed_on ? 0 : room;
	return level->hole || level->block_len ? 1 : -1;
}

/* Makes sure that there are bytes to take: 1, 0 at the end, -1 with member_error set. */
static int member_ready(struct level *level)
{
	int got;

	if (level->hole || level->block_len)
		return 1;
	if (level->member_error.kind != ERROR_NONE)
		return -1;
	if (level->member_ended)
		return 0;
	got = level->decoder->fill(level);
	return got > 0 ? count_block(level) : got;
}

bool member_pass(struct level *level)
{
	do
		level->block_len = level->hole = 0;
	while (member_ready(level) > 0);
	return !meter_is_over(level->meter);
}

static void member_tell(struct level *level, struct error *error)
{
	*error = level->member_error;
	level->member_reported = true;
}

static int level_take(struct level *level, const char **at, size_t *len, size_t max,
		      struct error *error)
{
	int got;

	if (level->head_used < level->head_len) {
		*at = level->head + level->head_used;
		*len = level->head_len - level->head_used;
		*len = *len < max ? *len : max;
		level->head_used += *len;
		return 1;
	}
	got = member_ready(level);
	if (got > 0)
		member_take(level, at, len, max);
	if (got < 0)
		member_tell(level, error);
	return got;
}

int level_block(struct level *level, const char **at, size_t *len, struct error *error)
{
	return level_take(level, at, len, SIZE_MAX, error);
}

/* The same for bytes that are in the caller's buffer already: how many of them count, -1 for none. */
static ssize_t count_decoded(struct level *level, ssize_t got)
{
	uint64_t room = meter_room(level->meter);

	if (meter_decoded(level->meter, (uint64_t)got))
		return got;
	level->member_error = level->meter->over;
	level->member_ended = false;
	if ((uint64_t)got > room)
		got = (ssize_t)room;
	return got ? got : -1;
}

/* The next bytes into the buffer without a block between, where the decoder can. */
static ssize_t level_decode(struct level *level, void *buffer, size_t len, struct error *error)
{
	ssize_t got;

	if (level->member_ended)
		return 0;
	got = level->member_error.kind == ERROR_NONE
		      ? level->decoder->fill_into(level, buffer, len)
		      : -1;
	if (got > 0)
		got = count_decoded(level, got);
	if (got < 0)
		member_tell(level, error);
	return got;
}

static ssize_t level_copy(struct level *level, void *buffer, size_t len, struct error *error)
{
	const char *at;
	size_t got_len;
	int got = level_take(level, &at, &got_len, len, error);

	if (got <= 0)
		return got;
	memcpy(buffer, at, got_len);
	return (ssize_t)got_len;
}

ssize_t level_read(struct level *level, void *buffer, size_t len, struct error *error)
{
	size_t done = 0;

	while (done < len) {
		bool ready = level->head_used < level->head_len || level->hole ||
			     level->block_len;
		bool decode = !ready && level->decoder->fill_into &&
			      len - done >= FILL_INTO_MIN;
		char *to = (char *)buffer + done;
		ssize_t got = decode ? level_decode(level, to, len - done, error)
				     : level_copy(level, to, len - done, error);

		if (got < 0 && done == 0)
			return -1;
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

void member_peek(struct level *level)
{
	while (level->head_len < sizeof(level->head) && member_ready(level) > 0) {
		const char *at;
		size_t len;

		member_take(level, &at, &len, sizeof(level->head) - level->head_len);
		memcpy(level->head + level->head_len, at, len);
		level->head_len += len;
	}
}
