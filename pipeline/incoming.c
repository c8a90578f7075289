/* SPDX-License-Identifier: Apache-2.0 */
/* Frames piece by piece; see incoming.h. */
#include "pipeline/incoming.h"

#include <errno.h>
#include <sys/socket.h>

/* Room grows with what has come, so that an announcement alone takes no memory. */
#define STEP (1u << 20)

/* Up to len bytes: how many, 0 at the end of the channel, -1 when there are none or on failure. */
static ssize_t take_bytes(int channel, void *bytes, size_t len)
{
	ssize_t got;

	do
		got = recv(channel, bytes, len, MSG_DONTWAIT);
	while (got < 0 && errno == EINTR);
	return got;
}

static enum incoming_state came_to_nothing(const struct incoming *incoming, ssize_t got,
					   struct error *error)
{
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return INCOMING_PART;
	if (got == 0 && incoming->head_len == 0)
		return INCOMING_ENDED;
	if (got == 0)
		error_set(error, ERROR_INTERNAL, "channel: ended in a frame");
	else
		error_errno(error, "channel");
	return INCOMING_BROKEN;
}

enum incoming_state incoming_take(struct incoming *incoming, int channel, struct error *error)
{
	byte_vec *frame = &incoming->frame;
	size_t len;
	ssize_t got;

	while (incoming->head_len < CHANNEL_HEAD_BYTES) {
		got = take_bytes(channel, incoming->head + incoming->head_len,
				 CHANNEL_HEAD_BYTES - incoming->head_len);
		if (got <= 0)
			return came_to_nothing(incoming, got, error);
		incoming->head_len += (size_t)got;
		frame->len = 0;
	}
	if (!channel_frame_len(incoming->head, &len, error))
		return INCOMING_BROKEN;
	while (frame->len < len) {
		size_t step = len - frame->len < STEP ? len - frame->len : STEP;

		vec_reserve(frame, frame->len + step);
		got = take_bytes(channel, frame->at + frame->len, step);
		if (got <= 0)
			return came_to_nothing(incoming, got, error);
		frame->len += (size_t)got;
	}
	incoming->head_len = 0;
	return INCOMING_WHOLE;
}

void incoming_free(struct incoming *incoming)
{
	vec_free(&incoming->frame);
	*incoming = (struct incoming){ .head_len = 0 };
}
