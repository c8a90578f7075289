/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions about chains over all incidents: --chain, --recurring, --blocker. The answer is groups of chains of one signature.
 * What was asked of the incidents (when, where, which) is asked of each; what was asked of the chains alone is answered from
 * the rows that the index keeps of every signature, so that it costs what is printed.
 */
#ifndef INDEX_QUERY_CHAIN_H
#define INDEX_QUERY_CHAIN_H

#include "index/chain_expr.h"
#include "index/group_sum.h"
#include "index/select.h"
#include "index/signature_find.h"

struct chain_filter {
	struct selector selector;      /* limit and offset count groups */
	const struct chain_expr *expr; /* NULL for every chain */
	const char *blocker; /* image or pattern of the last hop, in a deadlock of one of the ring; NULL for any */
	uint64_t min_incidents;            /* groups of fewer are left out */
	const id_vec *among;               /* incidents that it is about; NULL for all */
	enum grouping grouping;            /* what makes chains one group */
	const struct signature_of *within; /* only chains of this signature; NULL for any */
	bool by_incident; /* never answer from the rows of signatures: the answer is the same, for tests */
};

#define CHAIN_FILTER_ALL \
	((struct chain_filter){ .selector = SELECTOR_ALL, .grouping = GROUPING_KIND })

struct occurrence {
	uint64_t incident;
	const struct incident_row *row;
	const struct chain_list *list; /* the incident's chains */
	const struct chain *chain;     /* one of them */
};

struct chain_groups; /* owns all that the groups point to, but for what points into the map */

/* Groups with most incidents first, then most chains, then by signature. NULL on damage, to be freed before the view ends. */
struct chain_groups *query_chains(struct index_view *view,
				  const struct chain_filter *filter, struct error *error);
size_t chain_groups_count(const struct chain_groups *groups);
/* Matching groups before limit and offset; SIZE_MAX when they were not counted. */
size_t chain_groups_total(const struct chain_groups *groups);
const struct chain_group *chain_groups_at(const struct chain_groups *groups, size_t i);
/* The chains of a group, by incident id and then in the order of the incident, until visit returns false. What it is given is
 * its own only while it runs. False on damage. */
bool chain_groups_visit(const struct chain_groups *groups, size_t i,
			bool (*visit)(void *context, const struct occurrence *occurrence),
			void *context, struct error *error);
void chain_groups_free(struct chain_groups *groups);

/* ---- for other questions about chains ---- */

/* A sum, and of which incidents it is to be: a set, or NULL for all that are looked at. */
struct chain_sum {
	struct group_sum *sum;
	const id_vec *of;
};

/* Adds what the filter accepts to the sums, count of them, each at its own grouping; every incident is read once. ids: those that are looked
 * at, NULL for all that may have such a chain. The sums are left to be finished. */
bool sum_chains(struct index_view *view, const struct chain_filter *filter, const id_vec *ids,
		const struct chain_sum *sums, size_t count, struct error *error);

#endif
