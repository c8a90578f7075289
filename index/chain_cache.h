/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chains of incidents that are asked for again and again: the groups of an answer are printed one after the other, and an incident
 * may be in each of them. So many incidents as fit into CHAIN_CACHE_BYTES stay decoded; the others are decoded whenever they
 * are asked for.
 */
#ifndef INDEX_CHAIN_CACHE_H
#define INDEX_CHAIN_CACHE_H

#include "index/index.h"

#define CHAIN_CACHE_BYTES ((size_t)128 << 20)

struct cached_chains {
	struct incident_row row;
	struct chain_list list;
	size_t bytes;
};

struct chain_cache;

/* capacity: bytes that may stay, CHAIN_CACHE_BYTES but for tests. To be freed before the view ends. */
struct chain_cache *chain_cache_new(struct index_view *view, size_t capacity);
/* Valid until the next call. NULL on damage. */
const struct cached_chains *chain_cache_get(struct chain_cache *cache, uint64_t id,
					    struct error *error);
void chain_cache_free(struct chain_cache *cache);

#endif
