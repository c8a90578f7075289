/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the decoders of compressed streams that are our own (unpack_zstd.c, unpack_gzip.c, unpack_xz.c), and to some part that of zip share: the one member of a
 * stream, the pieces its bytes come in, and what is told at its end.
 */
#ifndef STAGES_UNPACK_STREAM_H
#define STAGES_UNPACK_STREAM_H

#include "stages/unpack_parts.h"

/* Decoded bytes that are handed out by block, as a tar inside takes them. Small enough to stay in a core's cache. */
#define STREAM_BLOCK (128u * 1024)

/* The first field of such a decoder's state. */
struct stream {
	struct slice input; /* of the source's last piece: what is not decoded yet */
	bool begun;
	struct error tail; /* what is wrong behind bytes that are all there; kind is ERROR_NONE until then */
	char *block; /* STREAM_BLOCK bytes; NULL until somebody takes blocks */
};

/* More input behind an empty one: 1, 0 at the end of the source, -1 with member_error set. */
int stream_more(struct level *level);
/* Sets member_error and returns -1. */
int stream_broke(struct level *level, const char *reason, const char *text);

/* Decodes at most len bytes: 1, 0 at the end, -1 with member_error set; done, 0 before, is their number in any case. */
typedef int stream_some(struct level *level, void *buffer, size_t len, size_t *done);

/* decoder.fill_into, by as many calls as fill the buffer. */
ssize_t stream_fill_into(struct level *level, void *buffer, size_t len, stream_some *some);
/* decoder.next and decoder.fill; the latter by the decoder's fill_into. */
enum level_step stream_next(struct level *level, struct error *error);
int stream_fill(struct level *level);
/* Releases what the stream holds itself. */
void stream_release(struct stream *stream);

#endif
