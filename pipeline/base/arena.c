/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests are cut from the front of the newest block. A request too large to be cut from
 * a block without wasting much of it gets its own, which is linked in behind the newest,
 * so that the rest of the newest stays in use. Under AddressSanitizer the uncut rest is
 * poisoned: running over the end of a request into memory not handed out yet is reported
 * like any other overflow.
 */
#include "pipeline/base/arena.h"

#include <stdlib.h>

#include "pipeline/base/mem.h"

#ifdef __has_feature
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, len) ((void)(at), (void)(len))
#define ASAN_UNPOISON_MEMORY_REGION(at, len) ((void)(at), (void)(len))
#endif

#define FIRST_BLOCK ((size_t)1 << 10)
#define LAST_BLOCK ((size_t)1 << 20)
#define LARGE_REQUEST (LAST_BLOCK / 4)
#define ALIGNMENT _Alignof(max_align_t)

struct arena_block {
	struct arena_block *older;
	size_t size; /* of bytes */
	max_align_t bytes[];
};

static struct arena_block *new_block(size_t size)
{
	struct arena_block *block;
	size_t whole;

	if (__builtin_add_overflow(sizeof(*block), size, &whole))
		whole = SIZE_MAX; /* mem_alloc() says that there is not so much */
	block = mem_alloc(whole);
	block->size = size;
	return block;
}

static void cut_from(struct arena *arena, struct arena_block *block)
{
	arena->free_at = (char *)block->bytes;
	arena->free_len = block->size;
	ASAN_POISON_MEMORY_REGION(arena->free_at, arena->free_len);
}

static void *large_request(struct arena *arena, size_t size)
{
	struct arena_block *block = new_block(size);
	struct arena_block **place = &arena->newest;

	if (*place)
		place = &(*place)->older;
	block->older = *place;
	*place = block;
	return block->bytes;
}

static void add_block(struct arena *arena, size_t request)
{
	size_t size = arena->newest ? arena->newest->size * 2 : FIRST_BLOCK;
	struct arena_block *block;

	if (size > LAST_BLOCK)
		size = LAST_BLOCK;
	while (size < request)
		size *= 2;
	block = new_block(size);
	block->older = arena->newest;
	arena->newest = block;
	cut_from(arena, block);
}

static void *cut(struct arena *arena, size_t size, size_t alignment)
{
	size_t padding = -(uintptr_t)arena->free_at & (alignment - 1);
	char *request;

	if (size == 0)
		size = 1;
	arena->bytes += size;
	if (size > LARGE_REQUEST)
		return large_request(arena, size);
	if (size + padding > arena->free_len) {
		add_block(arena, size);
		padding = 0;
	}
	request = arena->free_at + padding;
	arena->free_at = request + size;
	arena->free_len -= padding + size;
	ASAN_UNPOISON_MEMORY_REGION(request, size);
	return request;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	return cut(arena, size, ALIGNMENT);
}

struct slice arena_copy(struct arena *arena, struct slice text)
{
	char *copy = cut(arena, text.len + 1, 1);

	if (text.len)
		memcpy(copy, text.at, text.len);
	copy[text.len] = '\0';
	return (struct slice){ copy, text.len };
}

static void free_blocks(struct arena_block *block)
{
	while (block) {
		struct arena_block *older = block->older;

		free(block);
		block = older;
	}
}

void arena_reset(struct arena *arena)
{
	struct arena_block *kept = arena->newest;

	if (!kept || kept->size > LAST_BLOCK) {
		arena_free(arena);
		return;
	}
	free_blocks(kept->older);
	kept->older = NULL;
	arena->bytes = 0;
	cut_from(arena, kept);
}

void arena_free(struct arena *arena)
{
	free_blocks(arena->newest);
	*arena = (struct arena){ 0 };
}
