/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An arena hands out memory that is released all at once. Blocks double from 4 KiB to 1 MiB, larger
 * requests get a block of their own. Not shared between threads. A zeroed struct is an empty arena.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "pipeline/base/slice.h"

struct arena_block;

struct arena {
	struct arena_block *newest;
	char *free_at;
	size_t free_len;
	size_t bytes; /* handed out since the last reset, for reports */
};

/* Aligned for any type, not zeroed, never NULL. */
void *arena_alloc(struct arena *arena, size_t size);
/* A copy that lives as long as the arena; NUL-terminated behind its length. */
struct slice arena_copy(struct arena *arena, struct slice text);
/* Forgets everything handed out but keeps one block for the next use. */
void arena_reset(struct arena *arena);
void arena_free(struct arena *arena);

#endif
