/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gzip: member after member, inflated straight into the caller's buffer, CRC-32 and length of each checked. Behind the
 * last only zeros may follow, as tapes and block devices add them.
 */
#include "stages/inflate.h"
#include "stages/unpack_stream.h"

/* A call inflates so much and takes the sum of it while it is in the cache. */
#define PIECE (128u * 1024)

enum {
	FLAG_HEADER_SUM = 2,
	FLAG_EXTRA = 4,
	FLAG_NAME = 8,
	FLAG_COMMENT = 16,
	FLAGS_RESERVED = 0xe0,
};

enum header {
	HEADER_WHOLE,
	HEADER_NONE, /* something else stands here */
	HEADER_CUT,
	HEADER_BROKE, /* member_error is set */
};

struct gzip_state {
	struct stream stream; /* first */
	struct inflate *inflate;
};

static bool gzip_open(struct level *level)
{
	struct gzip_state *state = mem_alloc_zero(1, sizeof(*state));
	struct error missing = ERROR_INIT;

	level->state = state;
	if (inflate_prepare(&missing))
		state->inflate = inflate_new();
	else
		error_input(&level->open_error, "unsupported", "%s", missing.text);
	return true;
}

/* ---- the header of a member ---- */

/* The next byte of the input; -1 when there is none, and why: HEADER_CUT or HEADER_BROKE. */
static int take_byte(struct level *level, enum header *why)
{
	struct slice *input = &((struct gzip_state *)level->state)->stream.input;
	unsigned char byte;
	int got = 1;

	if (input->len == 0)
		got = stream_more(level);
	if (got <= 0) {
		*why = got < 0 ? HEADER_BROKE : HEADER_CUT;
		return -1;
	}
	byte = (unsigned char)input->at[0];
	*input = slice_skip(*input, 1);
	return byte;
}

static bool skip_bytes(struct level *level, size_t len, enum header *why)
{
	while (len--)
		if (take_byte(level, why) < 0)
			return false;
	return true;
}

static bool skip_text(struct level *level, enum header *why)
{
	int byte;

	do
		byte = take_byte(level, why);
	while (byte > 0);
	return byte == 0;
}

static bool skip_extra(struct level *level, enum header *why)
{
	int low = take_byte(level, why);
	int high = low < 0 ? -1 : take_byte(level, why);

	return high >= 0 && skip_bytes(level, (size_t)low | (size_t)high << 8, why);
}

static bool skip_fields(struct level *level, int flags, enum header *why)
{
	if (flags & FLAG_EXTRA && !skip_extra(level, why))
		return false;
	if (flags & FLAG_NAME && !skip_text(level, why))
		return false;
	if (flags & FLAG_COMMENT && !skip_text(level, why))
		return false;
	return !(flags & FLAG_HEADER_SUM) || skip_bytes(level, 2, why);
}

/* Takes a member's header. `first` is its first byte, which was looked at before. */
static enum header take_header(struct level *level, int first)
{
	static const unsigned char magic[] = { 0x1f, 0x8b, 8 };
	enum header why = HEADER_WHOLE;
	int byte = first;

	for (size_t i = 0; i < sizeof(magic); i++) {
		if (i > 0)
			byte = take_byte(level, &why);
		if (byte < 0)
			return why;
		if (byte != magic[i])
			return HEADER_NONE;
	}
	byte = take_byte(level, &why); /* the flags */
	if (byte < 0)
		return why;
	if (byte & FLAGS_RESERVED)
		return HEADER_NONE;
	/* Time, extra flags and system tell nothing. */
	if (skip_bytes(level, 6, &why))
		skip_fields(level, byte, &why);
	return why;
}

/* Only zeros are left, or what is wrong goes to tail. */
static void check_padding(struct level *level, int byte)
{
	struct stream *stream = level->state;
	enum header why = HEADER_WHOLE;

	while (byte == 0)
		byte = take_byte(level, &why);
	if (why == HEADER_BROKE)
		stream->tail = level->member_error;
	else if (byte > 0)
		error_input(&stream->tail, "corrupt", "gzip: other bytes follow the stream");
	level->member_error = ERROR_INIT;
}

/* Behind a member: the next one is begun, or the stream is over and what is wrong behind it in tail. */
static int next_member(struct level *level)
{
	struct gzip_state *state = level->state;
	enum header why = HEADER_WHOLE;
	int first = take_byte(level, &why);

	if (why == HEADER_BROKE)
		return -1;
	level->member_ended = true;
	if (first != 0x1f) {
		check_padding(level, first);
		return 0;
	}
	switch (take_header(level, first)) {
	case HEADER_WHOLE:
		level->member_ended = false;
		inflate_begin(state->inflate, INFLATE_GZIP);
		return 1;
	case HEADER_BROKE:
		level->member_ended = false;
		return -1;
	case HEADER_NONE:
		error_input(&state->stream.tail, "corrupt",
			    "gzip: other bytes follow the stream");
		return 0;
	default:
		error_input(&state->stream.tail, "truncated", "gzip: the next stream is cut");
		return 0;
	}
}

/* ---- the bytes ---- */

static int judge(struct level *level, enum inflate_result result)
{
	switch (result) {
	case INFLATE_ENDED:
		return next_member(level);
	case INFLATE_DAMAGED:
		return stream_broke(level, "corrupt", "damaged data");
	case INFLATE_WRONG_SUM:
		return stream_broke(level, "corrupt", "its checksum or length is wrong");
	default:
		return 1;
	}
}

static int inflate_some(struct level *level, void *buffer, size_t len, size_t *done)
{
	struct gzip_state *state = level->state;
	struct slice *input = &state->stream.input;
	size_t most = len < PIECE ? len : PIECE, before = input->len;
	enum inflate_result result;
	int got;

	result = inflate_run(state->inflate, input, buffer, most, done);
	if (result != INFLATE_GOES_ON)
		return judge(level, result);
	if (*done == most || input->len < before)
		return 1;
	if (input->len > 0)
		return stream_broke(level, "corrupt", "no progress");
	got = stream_more(level);
	return got == 0 ? stream_broke(level, "truncated", "cut inside a member") : got;
}

static ssize_t gzip_fill_into(struct level *level, void *buffer, size_t len)
{
	return stream_fill_into(level, buffer, len, inflate_some);
}

/* The first header is taken before there is a member to stand on. */
static enum level_step gzip_next(struct level *level, struct error *error)
{
	struct gzip_state *state = level->state;
	enum header why = HEADER_WHOLE, header;
	struct error found;
	int first;

	if (state->stream.begun)
		return stream_next(level, error);
	first = take_byte(level, &why);
	header = first < 0 ? why : take_header(level, first);
	if (header == HEADER_WHOLE) {
		inflate_begin(state->inflate, INFLATE_GZIP);
		return stream_next(level, error);
	}
	found = level->member_error;
	if (header != HEADER_BROKE)
		error_input(&found, header == HEADER_NONE ? "corrupt" : "truncated",
			    "gzip: %s in its header",
			    header == HEADER_NONE ? "damaged" : "cut");
	return level_failed(level, &found, error);
}

static void gzip_close(struct level *level)
{
	struct gzip_state *state = level->state;

	inflate_free(state->inflate);
	stream_release(&state->stream);
	free(state);
}

const struct decoder gzip_decoder = {
	.open = gzip_open,
	.next = gzip_next,
	.fill = stream_fill,
	.fill_into = gzip_fill_into,
	.close = gzip_close,
};
