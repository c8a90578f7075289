/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A frame of a channel taken in as its bytes come, without ever waiting for the next one: so whoever takes it can look at the clock and at
 * signals meanwhile, and a sender that stops in the middle of a frame holds up nobody.
 */
#ifndef PIPELINE_INCOMING_H
#define PIPELINE_INCOMING_H

#include "pipeline/channel.h"

/* Zeroed before the first frame. */
struct incoming {
	unsigned char head[CHANNEL_HEAD_BYTES];
	size_t head_len;
	byte_vec frame; /* owned; what has come of it */
};

enum incoming_state {
	INCOMING_WHOLE, /* incoming->frame is a frame: the caller takes it, or leaves it to be overwritten */
	INCOMING_PART,  /* there is no more at the moment */
	INCOMING_ENDED, /* the channel, between two frames */
	INCOMING_BROKEN,
};

/* Takes what is there. INCOMING_BROKEN sets the error. */
enum incoming_state incoming_take(struct incoming *incoming, int channel, struct error *error);
void incoming_free(struct incoming *incoming);

#endif
