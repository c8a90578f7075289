/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is new, worse, recurring or gone: the chains of two sets of incidents, group by group. For `diff A B` and
 * `query --new-since`.
 */
#ifndef INDEX_QUERY_DIFF_H
#define INDEX_QUERY_DIFF_H

#include "index/query_chain.h"

/* In the order of the answer. */
enum diff_status {
#define DIFF_STATUS(id, text, what) DIFF_##id,
#include "index/diff_statuses.def"
#undef DIFF_STATUS
	DIFF_STATUSES,
};

/* In what a group is worse, a bit each. */
enum {
	WORSE_WAIT = 1,     /* somebody waits longer than ever before */
	WORSE_CHAINS = 2,   /* more wait */
	WORSE_MACHINES = 4, /* on more machines */
};

struct diff_side {
	uint64_t incidents, chains, machines;
	int64_t longest_wait_ms; /* MS_NONE */
};

struct diff_group {
	struct chain_group group; /* of both sides together */
	struct diff_side before, after;
	uint8_t status; /* enum diff_status */
	uint8_t worse;
};

struct diff {
	VEC(struct diff_group) groups; /* by status, then as chain_group_compare() */
	size_t first, count;           /* those within the filter's offset and limit */
	uint64_t of_status[DIFF_STATUSES]; /* groups, before offset and limit */
	struct group_sum sum;              /* what the groups point into */
};

/* Compares the chains that the filter accepts in these incidents. Both are sets; what is in both counts on both sides. diff is
 * zeroed, and to be freed before the view ends, also on failure. */
bool query_diff(struct index_view *view, const struct chain_filter *filter,
		const id_vec *before, const id_vec *after, struct diff *diff,
		struct error *error);
void diff_free(struct diff *diff);

const char *diff_status_text(enum diff_status status);

#endif
