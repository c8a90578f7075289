/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts seen lately and the names they stand for. The same few symbols, images and reasons come again and again: to compare a
 * text with the one that stood in its place last is half the work of hashing it. What is not found is asked of the names (map.h) and
 * entered; a text that pushes another out costs no more than that.
 */
#ifndef STAGES_NAME_CACHE_H
#define STAGES_NAME_CACHE_H

#include "stages/eight.h"
#include "stages/record.h"

#define NAME_CACHE_BITS 8
/* Shorter texts are rare, longer ones are, too; neither is entered. */
#define NAME_CACHED_MIN 8
#define NAME_CACHED_MAX 56

/* Copies of the texts: those in a chunk go with it, those in a line's copy even before. */
struct name_cache {
	struct cached_name {
		name_id name;
		uint8_t len; /* 0: nothing was entered yet */
		char text[NAME_CACHED_MAX];
	} at[1 << NAME_CACHE_BITS];
};

static inline void name_cache_clear(struct name_cache *cache)
{
	for (size_t i = 0; i < 1 << NAME_CACHE_BITS; i++)
		cache->at[i].len = 0;
}

/* The place of a text, whatever stands there now; NULL for one that is never entered. */
static inline struct cached_name *name_cache_place(struct name_cache *cache, struct slice text)
{
	uint64_t key;

	if (text.len < NAME_CACHED_MIN || text.len > NAME_CACHED_MAX)
		return NULL;
	key = eight_load(text.at) * 3 + eight_load(text.at + text.len - 8);
	return &cache->at[key * 0x9E3779B97F4A7C15u >> (64 - NAME_CACHE_BITS)];
}

static inline bool cached_name_is(const struct cached_name *place, struct slice text)
{
	return place->len == text.len && memcmp(place->text, text.at, text.len) == 0;
}

static inline void cached_name_enter(struct cached_name *place, struct slice text, name_id name)
{
	place->name = name;
	place->len = (uint8_t)text.len;
	memcpy(place->text, text.at, text.len);
}

#endif
