/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two hash tables. `struct map` goes from a 64-bit key (a kernel address) to a 32-bit index.
 * `struct names` gives every distinct text a small number, 1 upwards in order of first sight;
 * number 0 stands for "no text". Zeroed structs are empty. Hostile keys are met by a hash that
 * depends on a per-process random seed.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "pipeline/base/arena.h"
#include "pipeline/base/vec.h"

#define MAP_NONE UINT32_MAX

struct map {
	uint64_t *keys;
	uint32_t *values; /* MAP_NONE marks a free place */
	size_t len, cap;  /* cap is 0 or a power of two */
};

/* The value under key, or MAP_NONE. */
uint32_t map_get(const struct map *map, uint64_t key);
/* The place of key's value: MAP_NONE in it when the key is new. The caller must then store a value
 * other than MAP_NONE. The pointer is valid until the next call. */
uint32_t *map_place(struct map *map, uint64_t key);
/* The hash of a key, by the seed of this process. */
uint64_t map_hash(uint64_t key);
void map_clear(struct map *map);
void map_free(struct map *map);

struct names {
	struct arena arena;
	VEC(struct slice) texts; /* texts.at[0] is name 1 */
	uint32_t *slots;
	uint32_t *hashes; /* one per text, so that growing does not read the texts again */
	size_t cap;
};

/* The number of text, given now if it is new; 0 for an empty text. The text is copied. */
uint32_t names_add(struct names *names, struct slice text);
/* The number of text, or 0 when it is not there. */
uint32_t names_find(const struct names *names, struct slice text);
/* The text of a number; SLICE_NONE for 0 or a number never given. */
struct slice names_text(const struct names *names, uint32_t number);
void names_clear(struct names *names);
void names_free(struct names *names);

#endif
