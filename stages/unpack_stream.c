/* SPDX-License-Identifier: Apache-2.0 */
/* A compressed stream as a level of one member; see unpack_stream.h. */
#include "stages/unpack_stream.h"

int stream_more(struct level *level)
{
	struct stream *stream = level->state;
	ssize_t got = source_next(&level->source);

	if (got < 0) {
		level->member_error = level->source.error;
		return -1;
	}
	stream->input = (struct slice){ level->source.block, (size_t)got };
	return got > 0;
}

int stream_broke(struct level *level, const char *reason, const char *text)
{
	error_input(&level->member_error, reason, "%s: %s", kind_text(level->kind), text);
	return -1;
}

/* What nobody wanted of the member is not decoded, and not judged. */
static enum level_step stream_end(struct level *level, struct error *error)
{
	struct stream *stream = level->state;
	const struct error *found = &level->member_error;

	if (level->member_ended)
		found = &stream->tail;
	level->over = true;
	return found->kind == ERROR_NONE ? LEVEL_END : level_failed(level, found, error);
}

enum level_step stream_next(struct level *level, struct error *error)
{
	struct stream *stream = level->state;

	if (stream->begun)
		return stream_end(level, error);
	stream->begun = true;
	level_reset(level);
	name_put_inner(&level->name, slice_from(level->path));
	return LEVEL_MEMBER;
}

ssize_t stream_fill_into(struct level *level, void *buffer, size_t len, stream_some *some)
{
	size_t done = 0;
	int result = 1;

	while (done < len && result > 0) {
		size_t got = 0;

		result = some(level, (char *)buffer + done, len - done, &got);
		done += got;
	}
	return done ? (ssize_t)done : result;
}

int stream_fill(struct level *level)
{
	struct stream *stream = level->state;
	ssize_t got;

	if (!stream->block)
		stream->block = mem_alloc(STREAM_BLOCK);
	got = level->decoder->fill_into(level, stream->block, STREAM_BLOCK);
	if (got <= 0)
		return (int)got;
	level->block = stream->block;
	level->block_len = (size_t)got;
	return 1;
}

void stream_release(struct stream *stream)
{
	free(stream->block);
}
