/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open addressing with linear probing, at most seven places in ten taken. The seed is
 * drawn when the first table grows: an empty table is never hashed into, so looking up
 * needs no check. Nothing that is stored or printed may depend on the order of places,
 * which differs from process to process.
 */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "pipeline/base/map.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#define FIRST_CAP 16
/* A cleared table larger than this that was mostly empty is given back. */
#define KEPT_CAP 4096

static struct {
	uint64_t add, multiply;
} seed;

static void draw_seed(void)
{
	struct timespec now = { 0 };

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed)) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		seed.add = XXH3_64bits(&now, sizeof(now));
		seed.multiply = seed.add ^ (uintptr_t)&now * 0x9e3779b97f4a7c15u;
	}
	seed.multiply |= 1;
}

static void need_seed(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, draw_seed);
}

static bool is_full(size_t len, size_t cap)
{
	return len >= cap / 10 * 7;
}

static size_t next_cap(size_t cap)
{
	return cap ? cap * 2 : FIRST_CAP;
}

/* A table far too large for what it held must not slow down every clearing to come. */
static bool is_oversized(size_t len, size_t cap)
{
	return cap > KEPT_CAP && len < cap / 16;
}

static size_t hash_key(uint64_t key)
{
	unsigned __int128 product = (unsigned __int128)(key ^ seed.add) * seed.multiply;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The place of key, or the free one where it belongs. The table must not be empty. */
static size_t map_probe(const struct map *map, uint64_t key)
{
	size_t mask = map->cap - 1;
	size_t place = hash_key(key) & mask;

	while (map->values[place] != MAP_NONE && map->keys[place] != key)
		place = (place + 1) & mask;
	return place;
}

static void map_grow(struct map *map)
{
	struct map wider = { .len = map->len, .cap = next_cap(map->cap) };

	need_seed();
	wider.keys = mem_resize(NULL, wider.cap, sizeof(*wider.keys));
	wider.values = mem_resize(NULL, wider.cap, sizeof(*wider.values));
	memset(wider.values, 0xff, wider.cap * sizeof(*wider.values));
	for (size_t i = 0; i < map->cap; i++) {
		size_t place;

		if (map->values[i] == MAP_NONE)
			continue;
		place = map_probe(&wider, map->keys[i]);
		wider.keys[place] = map->keys[i];
		wider.values[place] = map->values[i];
	}
	map_free(map);
	*map = wider;
}

uint64_t map_hash(uint64_t key)
{
	need_seed();
	return hash_key(key);
}

uint32_t map_get(const struct map *map, uint64_t key)
{
	return map->len ? map->values[map_probe(map, key)] : MAP_NONE;
}

uint32_t *map_place(struct map *map, uint64_t key)
{
	size_t place = 0;

	if (map->cap) {
		place = map_probe(map, key);
		if (map->values[place] != MAP_NONE)
			return &map->values[place];
	}
	if (is_full(map->len, map->cap)) {
		map_grow(map);
		place = map_probe(map, key);
	}
	map->keys[place] = key;
	map->len++;
	return &map->values[place];
}

void map_clear(struct map *map)
{
	if (is_oversized(map->len, map->cap))
		map_free(map);
	else if (map->len)
		memset(map->values, 0xff, map->cap * sizeof(*map->values));
	map->len = 0;
}

void map_free(struct map *map)
{
	free(map->keys);
	free(map->values);
	*map = (struct map){ 0 };
}

static uint32_t hash_text(struct slice text)
{
	return (uint32_t)XXH3_64bits_withSeed(text.at, text.len, seed.add);
}

/* The slot that holds the number of text, or the free one where it belongs. */
static size_t names_probe(const struct names *names, struct slice text, uint32_t hash)
{
	size_t mask = names->cap - 1;
	size_t slot = hash & mask;
	uint32_t number;

	while ((number = names->slots[slot]) != 0) {
		if (names->hashes[number - 1] == hash &&
		    slice_equal(names->texts.at[number - 1], text))
			break;
		slot = (slot + 1) & mask;
	}
	return slot;
}

static void names_grow(struct names *names)
{
	size_t cap = next_cap(names->cap), mask = cap - 1;

	need_seed();
	free(names->slots);
	names->slots = mem_alloc_zero(cap, sizeof(*names->slots));
	names->hashes = mem_resize(names->hashes, cap, sizeof(*names->hashes));
	names->cap = cap;
	for (size_t i = 0; i < names->texts.len; i++) {
		size_t slot = names->hashes[i] & mask;

		while (names->slots[slot] != 0)
			slot = (slot + 1) & mask;
		names->slots[slot] = (uint32_t)i + 1;
	}
}

uint32_t names_add(struct names *names, struct slice text)
{
	uint32_t hash, number;
	size_t slot;

	if (text.len == 0)
		return 0;
	if (names->cap == 0)
		names_grow(names);
	hash = hash_text(text);
	slot = names_probe(names, text, hash);
	if (names->slots[slot] != 0)
		return names->slots[slot];
	if (is_full(names->texts.len, names->cap)) {
		names_grow(names);
		slot = names_probe(names, text, hash);
	}
	vec_push(&names->texts, arena_copy(&names->arena, text));
	number = (uint32_t)names->texts.len;
	names->hashes[number - 1] = hash;
	names->slots[slot] = number;
	return number;
}

uint32_t names_find(const struct names *names, struct slice text)
{
	if (text.len == 0 || names->cap == 0)
		return 0;
	return names->slots[names_probe(names, text, hash_text(text))];
}

struct slice names_text(const struct names *names, uint32_t number)
{
	if (number == 0 || number > names->texts.len)
		return SLICE_NONE;
	return names->texts.at[number - 1];
}

void names_clear(struct names *names)
{
	if (is_oversized(names->texts.len, names->cap)) {
		names_free(names);
		return;
	}
	if (names->texts.len)
		memset(names->slots, 0, names->cap * sizeof(*names->slots));
	names->texts.len = 0;
	arena_reset(&names->arena);
}

void names_free(struct names *names)
{
	arena_free(&names->arena);
	vec_free(&names->texts);
	free(names->slots);
	free(names->hashes);
	*names = (struct names){ 0 };
}
