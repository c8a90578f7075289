/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grouping all incidents anew, by the rules of this program. An index remembers by which rules it was grouped; one that was grouped by
 * others is still read, but its signatures are not those of this program.
 */
#ifndef INDEX_REGROUP_H
#define INDEX_REGROUP_H

#include "index/env.h"

struct regroup_counts {
	uint64_t incidents;
	uint64_t changed;       /* of them: some signature of theirs is another now */
	uint64_t before, after; /* signatures */
	uint64_t rules;         /* by which the index was grouped before */
};

/* What it would do. */
bool regroup_count(struct index_view *view, struct regroup_counts *counts,
		   struct error *error);
/* Does it, in one transaction. */
bool index_regroup(struct index *index, struct error *error);

/* Whether the index was grouped by other rules than this program's; counts are then what regrouping will change. False on failure
 * as well, with error->kind. */
bool index_rules_differ(struct index *index, struct regroup_counts *counts,
			struct error *error);

/* The rules that the index was grouped by. */
bool index_rules(struct index_view *view, uint64_t *rules, struct error *error);
/* For schema.c: a new index is grouped by the rules of this program. */
bool rules_put(struct index_view *view, struct error *error);

#endif
