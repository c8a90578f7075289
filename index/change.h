/* SPDX-License-Identifier: Apache-2.0 */
/* What changes in one incident, for those who write: index/write.c and index/gc.c. */
#ifndef INDEX_CHANGE_H
#define INDEX_CHANGE_H

#include "index/baseline_change.h"
#include "index/places.h"
#include "index/posting.h"
#include "index/signature_change.h"

struct change {
	uint64_t id;
	struct slice path;                    /* of the bundle */
	const struct encoded_incident *given; /* NULL: the bundle does not yield it any more */
	/* inherit.h: if it was not there, it came in this run and not in that of the index. */
	bool inherits;
	uint64_t run;
};

/* What follows from changed incidents in the tables that are about many. */
struct consequences {
	posting_vec postings;
	baseline_changes baselines;
	struct signature_changes signatures;
};

/* Applies the changes of one incident, at most one per path. Collects what follows. */
bool incident_change(struct index_view *view, const struct change *changes, size_t count,
		     struct consequences *consequences, struct error *error);

/* Writes all of them, in order of keys; leaves them empty. */
bool consequences_apply(struct consequences *consequences, struct index_view *view,
			struct error *error);
/* Forgets them: the transaction that they were collected in is given up. */
void consequences_clear(struct consequences *consequences);
void consequences_free(struct consequences *consequences);

#endif
