/* SPDX-License-Identifier: Apache-2.0 */
/* What a batch of bundles changes in one incident, for index/write.c. */
#ifndef INDEX_CHANGE_H
#define INDEX_CHANGE_H

#include "index/places.h"
#include "index/posting.h"

struct change {
	uint64_t id;
	struct slice path;                    /* of the bundle */
	const struct encoded_incident *given; /* NULL: the bundle does not yield it any more */
};

/* Applies the changes of one incident, at most one per path. Collects its postings. */
bool incident_change(struct index_view *view, const struct change *changes, size_t count,
		     posting_vec *postings, struct error *error);

#endif
