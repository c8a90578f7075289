/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The channel between keeper and reader: a stream socket on which each side sends frames of bytes. A frame
 * may carry one open descriptor, which is how the reader comes to its inputs without naming a path.
 */
#ifndef PIPELINE_CHANNEL_H
#define PIPELINE_CHANNEL_H

#include "pipeline/base/bytes.h"
#include "pipeline/base/error.h"

/* No frame is longer; whoever announces one is broken. */
#define CHANNEL_FRAME_MAX (1u << 30)

/* A frame begins with its length in so many bytes, most significant first. */
#define CHANNEL_HEAD_BYTES 4

/* Sends one frame, waiting as long as it takes. fd -1: none. */
bool channel_send(int channel, const void *bytes, size_t len, int fd, struct error *error);

/* The next frame, waiting for it: 1 with *frame replaced (and *fd, -1 for none, when fd is not NULL), 0 at the
 * end of the channel, -1 when it broke off in a frame, announced too much, or could not be read. */
int channel_receive(int channel, byte_vec *frame, int *fd, struct error *error);

/* What a frame's first bytes announce. False with an error when that is too much. */
bool channel_frame_len(const unsigned char head[CHANNEL_HEAD_BYTES], size_t *len,
		       struct error *error);

#endif
