/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One of each a thread, made when it is first asked for and freed when the thread ends, and a shelf of those for streams; see
 * zstd_context.h.
 */
#include "stages/zstd_context.h"

#include <pthread.h>

#include "pipeline/base/mem.h"

static pthread_key_t compressor, decompressor;

static void free_compressor(void *context)
{
	ZSTD_freeCCtx(context);
}

static void free_decompressor(void *context)
{
	ZSTD_freeDCtx(context);
}

static void make_keys(void)
{
	if (pthread_key_create(&compressor, free_compressor) != 0 ||
	    pthread_key_create(&decompressor, free_decompressor) != 0)
		mem_leave();
}

static void need_keys(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make_keys);
}

static void keep(pthread_key_t key, void *context)
{
	if (!context || pthread_setspecific(key, context) != 0)
		mem_leave();
}

ZSTD_CCtx *zstd_compressor(void)
{
	ZSTD_CCtx *context;

	need_keys();
	context = pthread_getspecific(compressor);
	if (!context)
		keep(compressor, context = ZSTD_createCCtx());
	ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters);
	return context;
}

ZSTD_DCtx *zstd_decompressor(void)
{
	ZSTD_DCtx *context;

	need_keys();
	context = pthread_getspecific(decompressor);
	if (!context)
		keep(decompressor, context = ZSTD_createDCtx());
	ZSTD_DCtx_reset(context, ZSTD_reset_session_and_parameters);
	return context;
}

/* ---- for streams ---- */

/* More bundles than that are seldom read side by side. */
#define SHELF 16
/* With the window of zstd's level 19; one that was made for a larger window is not kept. */
#define KEPT_MAX (9u << 20)

static pthread_mutex_t shelf_lock = PTHREAD_MUTEX_INITIALIZER;
static ZSTD_DCtx *shelf[SHELF];
static size_t on_shelf;

ZSTD_DCtx *zstd_stream_take(void)
{
	ZSTD_DCtx *context = NULL;

	pthread_mutex_lock(&shelf_lock);
	if (on_shelf)
		context = shelf[--on_shelf];
	pthread_mutex_unlock(&shelf_lock);
	return context ? context : ZSTD_createDCtx();
}

void zstd_stream_give(ZSTD_DCtx *context)
{
	if (!context)
		return;
	ZSTD_DCtx_reset(context, ZSTD_reset_session_and_parameters);
	if (ZSTD_sizeof_DCtx(context) <= KEPT_MAX) {
		pthread_mutex_lock(&shelf_lock);
		if (on_shelf < SHELF) {
			shelf[on_shelf++] = context;
			context = NULL;
		}
		pthread_mutex_unlock(&shelf_lock);
	}
	ZSTD_freeDCtx(context);
}
