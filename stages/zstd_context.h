/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What zstd works with, kept by each thread: a context of its own for every dump costs more than a small dump's bytes. Freed
 * when the thread ends; the main thread's lasts as long as the process.
 */
#ifndef STAGES_ZSTD_CONTEXT_H
#define STAGES_ZSTD_CONTEXT_H

#include <zstd.h>

/* As new: nothing is set, nothing begun. */
ZSTD_CCtx *zstd_compressor(void);
ZSTD_DCtx *zstd_decompressor(void);

/* One for a stream, which different threads may decode in turns. It is given back with the room for its window, megabytes that would
 * have to be asked of the system again page by page. NULL when there is no memory. */
ZSTD_DCtx *zstd_stream_take(void);
void zstd_stream_give(ZSTD_DCtx *context);

#endif
