/* SPDX-License-Identifier: Apache-2.0 */
/*
 * .xz and .lzma by liblzma, straight into the caller's buffer. libarchive sets it no limit: a header of 13 bytes may ask for a
 * dictionary of 4 GiB. Here one has as much as the largest preset of xz takes, and some more.
 */
#include <lzma.h>

#include "stages/unpack_stream.h"

#define MEMORY_MAX (100u << 20) /* `xz -9` takes 65 MiB to decode */

struct xz_state {
	struct stream stream; /* first */
	lzma_stream lzma;
	bool source_ended;
};

static bool xz_open(struct level *level)
{
	struct xz_state *state = mem_alloc_zero(1, sizeof(*state));
	lzma_ret done;

	level->state = state;
	done = level->kind == KIND_XZ
		       ? lzma_stream_decoder(&state->lzma, MEMORY_MAX, LZMA_CONCATENATED)
		       : lzma_alone_decoder(&state->lzma, MEMORY_MAX);
	if (done != LZMA_OK)
		error_input(&level->open_error, "unsupported", "no memory");
	return true;
}

static int broke(struct level *level, lzma_ret result)
{
	switch (result) {
	case LZMA_MEM_ERROR:
	case LZMA_MEMLIMIT_ERROR:
		return stream_broke(level, "unsupported",
				    "its dictionary is larger than 100 MiB");
	case LZMA_OPTIONS_ERROR:
		return stream_broke(level, "unsupported", "options that are not known");
	case LZMA_BUF_ERROR:
		return stream_broke(level, "truncated", "cut inside a stream");
	case LZMA_FORMAT_ERROR:
		return stream_broke(level, "corrupt", "other bytes follow the stream");
	default:
		return stream_broke(level, "corrupt", "damaged data");
	}
}

/* Behind a .lzma, which has no mark for more, only zeros may follow. */
static int check_behind(struct level *level)
{
	struct stream *stream = level->state;
	int got = 1;

	level->member_ended = true;
	while (got > 0) {
		for (size_t i = 0; i < stream->input.len; i++)
			if (stream->input.at[i] != 0) {
				error_input(&stream->tail, "corrupt",
					    "%s: other bytes follow the stream",
					    kind_text(level->kind));
				return 0;
			}
		got = stream_more(level);
	}
	if (got < 0) {
		stream->tail = level->member_error;
		level->member_error = ERROR_INIT;
	}
	return 0;
}

static int decode(struct level *level, void *buffer, size_t len, size_t *done)
{
	struct xz_state *state = level->state;
	struct slice *input = &state->stream.input;
	lzma_ret result;
	int got = 1;

	if (input->len == 0 && !state->source_ended) {
		got = stream_more(level);
		state->source_ended = got == 0;
	}
	if (got < 0)
		return got;
	state->lzma.next_in = (const uint8_t *)input->at;
	state->lzma.avail_in = input->len;
	state->lzma.next_out = buffer;
	state->lzma.avail_out = len;
	result = lzma_code(&state->lzma, state->source_ended ? LZMA_FINISH : LZMA_RUN);
	*input = slice_skip(*input, input->len - state->lzma.avail_in);
	*done = len - state->lzma.avail_out;
	if (result == LZMA_STREAM_END)
		return check_behind(level);
	/* Without progress it says so at the second time only. */
	if (result == LZMA_OK || (result == LZMA_BUF_ERROR && *done))
		return 1;
	return broke(level, result);
}

static ssize_t xz_fill_into(struct level *level, void *buffer, size_t len)
{
	return stream_fill_into(level, buffer, len, decode);
}

static void xz_close(struct level *level)
{
	struct xz_state *state = level->state;

	lzma_end(&state->lzma);
	stream_release(&state->stream);
	free(state);
}

const struct decoder xz_decoder = {
	.open = xz_open,
	.next = stream_next,
	.fill = stream_fill,
	.fill_into = xz_fill_into,
	.close = xz_close,
};
