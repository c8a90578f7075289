/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Brings what another index holds into this one: bundles with their incidents and what could not be read of them, and pins. What comes out is
 * what one index of both archives would hold, whichever is merged into which.
 *
 * A bundle that both know by its path is taken from the other when that is the later state of the file; of the same content, when less of
 * it was quarantined there. Else this index has it already, also where gc has taken its incidents out since.
 */
#ifndef INDEX_MERGE_H
#define INDEX_MERGE_H

#include "index/ids.h"

struct merge_counts {
	uint64_t added;    /* bundles that were not known here */
	uint64_t replaced; /* bundles of which the other's state was taken */
	uint64_t kept;     /* bundles that were in already */
	uint64_t pins;     /* incidents that are pinned now and were not */
	id_vec incidents;  /* that were not here before; a set when a function returns */
};

/* Whether everything that a merge would take from the other index can be: every row sealed, decoded and in its place, the records too. The
 * other one is a stranger's: ERROR_FORMAT when it is damaged or contradicts itself. */
bool merge_check(struct index_view *other, struct error *error);

/* Adds to counts what index_merge() would do. */
bool merge_count(struct index_view *view, struct index_view *other,
		 struct merge_counts *counts, struct error *error);

/* Writes in batches, each a transaction. Given again, it goes on where it was killed. The first batch begins a run (run.h) at the moment
 * `now`, unless *begun: what comes by a merge is new since the run before. No view of index may be open. Adds to counts. */
bool index_merge(struct index *index, struct index_view *other, int64_t now, bool *begun,
		 struct merge_counts *counts, struct error *error);

#endif
