/* SPDX-License-Identifier: Apache-2.0 */
/* Open addressing with linear probing, at most seven slots in ten taken, by the upper bits of a hash of 32 bits; see place_map.h. */
#include "pipeline/base/place_map.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAP 16

static uint64_t key_of(struct place_keys keys, uint32_t at)
{
	uint64_t key;

	memcpy(&key, (const char *)keys.key_at + at * keys.stride, sizeof(key));
	return key;
}

/* More slots than the tag can tell apart would only be probed longer. */
static size_t first_slot(const struct place_map *map, uint32_t tag)
{
	return (size_t)(((uint64_t)tag * map->cap) >> 32);
}

static struct place_slot *probe(const struct place_map *map, uint64_t key, uint32_t tag,
				struct place_keys keys)
{
	size_t mask = map->cap - 1, at = first_slot(map, tag);
	struct place_slot *slot;

	for (;; at = (at + 1) & mask) {
		slot = &map->slots[at];
		if (slot->at == MAP_NONE ||
		    (slot->tag == tag && key_of(keys, slot->at) == key))
			return slot;
	}
}

static void grow(struct place_map *map)
{
	struct place_map wider = { .len = map->len,
				   .cap = map->cap ? map->cap * 2 : FIRST_CAP };

	wider.slots = mem_resize(NULL, wider.cap, sizeof(*wider.slots));
	memset(wider.slots, 0xff, wider.cap * sizeof(*wider.slots));
	for (size_t i = 0; i < map->cap; i++) {
		size_t at = first_slot(&wider, map->slots[i].tag);

		if (map->slots[i].at == MAP_NONE)
			continue;
		while (wider.slots[at].at != MAP_NONE)
			at = (at + 1) & (wider.cap - 1);
		wider.slots[at] = map->slots[i];
	}
	free(map->slots);
	*map = wider;
}

uint32_t place_get(const struct place_map *map, uint64_t key, struct place_keys keys)
{
	if (map->len == 0)
		return MAP_NONE;
	return probe(map, key, (uint32_t)(map_hash(key) >> 32), keys)->at;
}

void place_foretell(const struct place_map *map, uint64_t key)
{
	if (map->cap)
		__builtin_prefetch(
			&map->slots[first_slot(map, (uint32_t)(map_hash(key) >> 32))]);
}

uint32_t place_put(struct place_map *map, uint64_t key, struct place_keys keys, size_t fresh)
{
	uint32_t tag = (uint32_t)(map_hash(key) >> 32);
	struct place_slot *slot;

	if (map->len >= map->cap / 10 * 7)
		grow(map);
	slot = probe(map, key, tag, keys);
	if (slot->at != MAP_NONE)
		return slot->at;
	*slot = (struct place_slot){ tag, (uint32_t)fresh };
	map->len++;
	return MAP_NONE;
}

void place_map_free(struct place_map *map)
{
	free(map->slots);
	*map = (struct place_map){ 0 };
}
