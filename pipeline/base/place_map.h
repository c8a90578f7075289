/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a 64-bit key to the place of the element that holds it, in an array of the caller's. The keys stay in the
 * elements: a slot is eight bytes, where one of struct map takes twelve in two arrays. A zeroed struct is empty. Hashed as struct map is.
 */
#ifndef BASE_PLACE_MAP_H
#define BASE_PLACE_MAP_H

#include "pipeline/base/map.h"

struct place_slot {
	uint32_t tag; /* of the key's hash */
	uint32_t at;  /* MAP_NONE marks a free slot */
};

struct place_map {
	struct place_slot *slots;
	size_t len, cap; /* cap is 0 or a power of two */
};

/* Elements of `stride` bytes; the key is a uint64_t, key_at the one of the first. */
struct place_keys {
	const void *key_at;
	size_t stride;
};

/* The keys of a vector of records with an address. */
#define PLACE_KEYS(list) \
	((struct place_keys){ (list)->at ? &(list)->at->address : NULL, sizeof(*(list)->at) })

/* Where the key's element is, or MAP_NONE. Every place that was stored must have its element. */
uint32_t place_get(const struct place_map *map, uint64_t key, struct place_keys keys);
/* The same, but a key that is new is given the place `fresh`, and MAP_NONE returned: the caller puts its element there
 * before the next call. */
uint32_t place_put(struct place_map *map, uint64_t key, struct place_keys keys, size_t fresh);
/* Says that the key will be asked for soon: in a map larger than the caches each look is a wait, unless it was foretold. */
void place_foretell(const struct place_map *map, uint64_t key);
/* So many elements ahead is soon. */
#define FORETOLD 8
void place_map_free(struct place_map *map);

#endif
