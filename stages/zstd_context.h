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

#endif
