/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zstandard by libzstd, straight into the caller's buffer: frame after frame, skippable ones passed over. What a frame's
 * window may take is libzstd's own limit, 128 MiB, which no frame of `zstd --long` exceeds.
 */
#include <zstd.h>
#include <zstd_errors.h>

#include "stages/unpack_stream.h"
#include "stages/zstd_context.h"

/* Decoded a call: a block. What a call decoded before it met damage is lost, so a call must not decode many. */
#define PIECE (128u * 1024)

struct zstd_state {
	struct stream stream; /* first */
	ZSTD_DCtx *context;
	bool in_frame;
	bool full; /* the last call filled its buffer: there may be more without more input */
};

static bool zstd_open(struct level *level)
{
	struct zstd_state *state = mem_alloc_zero(1, sizeof(*state));

	level->state = state;
	state->context = zstd_stream_take();
	if (!state->context)
		error_input(&level->open_error, "unsupported", "no memory");
	return true;
}

static int broke(struct level *level, size_t result)
{
	const char *reason = "corrupt";

	switch (ZSTD_getErrorCode(result)) {
	case ZSTD_error_version_unsupported:
	case ZSTD_error_frameParameter_unsupported:
	case ZSTD_error_frameParameter_windowTooLarge:
	case ZSTD_error_memory_allocation:
		reason = "unsupported";
		break;
	default:
		break;
	}
	return stream_broke(level, reason, ZSTD_getErrorName(result));
}

/* The source is at its end. */
static int at_end(struct level *level)
{
	struct zstd_state *state = level->state;

	if (state->in_frame)
		return stream_broke(level, "truncated", "cut inside a frame");
	level->member_ended = true;
	return 0;
}

static int decode(struct level *level, void *buffer, size_t len, size_t *done)
{
	struct zstd_state *state = level->state;
	struct slice *input = &state->stream.input;
	ZSTD_outBuffer out = { buffer, len < PIECE ? len : PIECE, 0 };
	ZSTD_inBuffer in;
	size_t result;
	int got = 1;

	if (input->len == 0 && !state->full)
		got = stream_more(level);
	if (got <= 0)
		return got < 0 ? got : at_end(level);
	in = (ZSTD_inBuffer){ input->at, input->len, 0 };
	result = ZSTD_decompressStream(state->context, &out, &in);
	*input = slice_skip(*input, in.pos);
	if (ZSTD_isError(result))
		return broke(level, result);
	*done = out.pos;
	state->in_frame = result != 0;
	state->full = state->in_frame && out.pos == out.size;
	return 1;
}

static ssize_t zstd_fill_into(struct level *level, void *buffer, size_t len)
{
	return stream_fill_into(level, buffer, len, decode);
}

static void zstd_close(struct level *level)
{
	struct zstd_state *state = level->state;

	zstd_stream_give(state->context);
	stream_release(&state->stream);
	free(state);
}

const struct decoder zstd_decoder = {
	.open = zstd_open,
	.next = stream_next,
	.fill = stream_fill,
	.fill_into = zstd_fill_into,
	.close = zstd_close,
};
