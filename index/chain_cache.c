/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decoded chains; see chain_cache.h. Nothing that is kept is ever given up: incidents are asked for in the same order by every group,
 * and whoever gives up the one that was not asked for longest gives up each just before it is asked for again.
 */
#include "index/chain_cache.h"

#include "pipeline/base/map.h"

struct chain_cache {
	struct index_view *view;
	size_t left;
	struct map places; /* id -> place in kept */
	VEC(struct cached_chains *) kept;
	struct cached_chains *loose; /* the one at hand, when it is not kept */
};

struct chain_cache *chain_cache_new(struct index_view *view, size_t capacity)
{
	struct chain_cache *cache = mem_alloc_zero(1, sizeof(*cache));

	cache->view = view;
	cache->left = capacity;
	return cache;
}

static void cached_free(struct cached_chains *cached)
{
	if (!cached)
		return;
	incident_row_free(&cached->row);
	chain_list_free(&cached->list);
	free(cached);
}

void chain_cache_free(struct chain_cache *cache)
{
	if (!cache)
		return;
	vec_for_each(cached, &cache->kept)
		cached_free(*cached);
	vec_free(&cache->kept);
	cached_free(cache->loose);
	map_free(&cache->places);
	free(cache);
}

/* About: what it takes beside is in proportion. */
static size_t bytes_of(const struct cached_chains *cached)
{
	const struct chain_list *list = &cached->list;

	return sizeof(*cached) + list->hops.cap * sizeof(struct hop) +
	       list->chains.cap * sizeof(struct chain) +
	       list->endpoints.cap * sizeof(struct endpoint) +
	       list->objects.cap * sizeof(struct endpoint_object) +
	       list->candidates.cap * sizeof(uint64_t) + list->names.arena.bytes +
	       list->names.texts.cap * (sizeof(struct slice) + 3 * sizeof(uint32_t));
}

static struct cached_chains *decode(const struct chain_cache *cache, uint64_t id,
				    struct error *error)
{
	struct cached_chains *cached = mem_alloc_zero(1, sizeof(*cached));

	if (!index_known_incident(cache->view, id, &cached->row, error) ||
	    !index_row_chains(cache->view, &cached->row, &cached->list, error)) {
		cached_free(cached);
		return NULL;
	}
	cached->bytes = bytes_of(cached);
	return cached;
}

const struct cached_chains *chain_cache_get(struct chain_cache *cache, uint64_t id,
					    struct error *error)
{
	uint32_t at = map_get(&cache->places, id);
	struct cached_chains *cached;

	if (at != MAP_NONE)
		return cache->kept.at[at];
	cached_free(cache->loose);
	cache->loose = NULL;
	cached = decode(cache, id, error);
	if (!cached || cached->bytes > cache->left) {
		cache->loose = cached;
		return cached;
	}
	cache->left -= cached->bytes;
	*map_place(&cache->places, id) = (uint32_t)cache->kept.len;
	vec_push(&cache->kept, cached);
	return cached;
}
