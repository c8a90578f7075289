/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grouping chains by signature, for the queries that print groups. First every chain is
 * added, by incident id and then in the order of the incident; then chain_groups_finish()
 * makes the groups.
 */
#ifndef INDEX_GROUP_H
#define INDEX_GROUP_H

#include "index/query_chain.h"

/* What the groups need of an incident. */
struct kept_incident {
	struct incident_row row;
	struct chain_list list;
};

struct kept_incident *kept_incident_new(void);
void kept_incident_free(struct kept_incident *kept);

struct chain_groups *chain_groups_new(void);
/* Adds a chain of kept->list; the caller then hands over kept itself by
 * chain_groups_keep(). */
void chain_groups_add(struct chain_groups *groups, const struct kept_incident *kept,
		      const struct chain *chain);
void chain_groups_keep(struct chain_groups *groups, struct kept_incident *kept);
/* Groups, sorts, and leaves `limit` groups (0: all) from `offset` on. */
void chain_groups_finish(struct chain_groups *groups, uint64_t offset, uint64_t limit);

#endif
