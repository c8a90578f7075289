/* SPDX-License-Identifier: Apache-2.0 */
/* `query --chain`: the chains that an expression matches, grouped by signature. */
#ifndef INDEX_QUERY_CHAIN_H
#define INDEX_QUERY_CHAIN_H

#include "index/chain_expr.h"
#include "index/select.h"

struct chain_filter {
	struct selector selector;      /* limit and offset count groups */
	const struct chain_expr *expr; /* NULL for every chain */
};

struct occurrence {
	uint64_t incident;
	const struct incident_row *row;
	const struct chain_list *list; /* the incident's chains */
	const struct chain *chain;     /* one of them */
};

struct chain_group {
	uint64_t signature;
	/* Of the occurrences' labels the one that is greatest in byte order, so that a
	 * full name wins over a cut one. */
	struct slice label;
	/* Whose label that is: the images of its hops are the group's path. */
	const struct occurrence *example;
	uint64_t incidents, chains;
	uint64_t machines; /* distinct names, without case; no name counts for nothing */
	int64_t first_seen, last_seen; /* MOMENT_NONE when no session time is known */
	bool first_zone_known, last_zone_known;
	int64_t longest_wait_ms; /* MS_NONE */
	/* Sorted by incident id, then in the order of the incident's chains. */
	struct occurrence *occurrences;
	size_t occurrence_count;
};

struct chain_groups; /* owns all that the groups point to */

/* Groups with most incidents first, then most chains, then by signature. NULL on
 * damage. They point into the map: to be freed before the view ends. */
struct chain_groups *query_chains(struct index_view *view,
				  const struct chain_filter *filter, struct error *error);
size_t chain_groups_count(const struct chain_groups *groups);
/* Matching groups before limit and offset. */
size_t chain_groups_total(const struct chain_groups *groups);
const struct chain_group *chain_groups_at(const struct chain_groups *groups, size_t i);
void chain_groups_free(struct chain_groups *groups);

#endif
