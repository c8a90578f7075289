/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Summing up chains to groups, incident by incident, in any order: what the index keeps of every signature, made for the
 * chains that a question picks, at any grouping.
 */
#ifndef INDEX_GROUP_SUM_H
#define INDEX_GROUP_SUM_H

#include "index/ids.h"
#include "index/signature_row.h"

struct chain_group {
	uint64_t signature;
	struct signature_row row;
	bool cycles_differ; /* of a grouping that does not look at cycles: row.cycle is but one of several */
};

struct group_member {
	uint64_t signature, incident;
	uint64_t machine; /* machine_hash() */
};

struct group_sum {
	enum grouping grouping;
	VEC(struct chain_group) groups; /* after group_sum_finish(): most incidents first, then most chains, then by signature */
	VEC(struct group_member) members; /* after group_sum_finish(): by signature, then incident */
	struct map places;                /* signature -> group */
	struct arena arena;               /* texts of the groups */
	struct arena scratch;             /* of what one incident adds */
	struct chain_runs runs; /* of the list at hand */
};

/* Adds the picked chains (indices of list->chains, ascending) of an incident. */
void group_sum_add(struct group_sum *sum, const struct summary *summary,
		   const struct chain_list *list, const uint32_t *picked, size_t count);
/* Counts machines and sorts groups and members. */
void group_sum_finish(struct group_sum *sum);
/* After group_sum_finish(): places leads to the groups as they stand now. */
void group_sum_place(struct group_sum *sum);
void group_sum_free(struct group_sum *sum);

/* For qsort(): as group_sum_finish() sorts groups. */
int chain_group_compare(const void *left, const void *right);
/* The members of a group, by incident; NULL when there are none. */
const struct group_member *group_sum_members(const struct group_sum *sum,
					     uint64_t signature, size_t *count);

#endif
