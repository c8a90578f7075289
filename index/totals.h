/* SPDX-License-Identifier: Apache-2.0 */
/* What an index holds, in numbers: for monitors, which want few of them and often. */
#ifndef INDEX_TOTALS_H
#define INDEX_TOTALS_H

#include "index/sizes.h"

struct reason_total {
	struct slice reason; /* in the map */
	uint64_t members;
};

struct index_totals {
	uint64_t bundles, bundle_bytes;
	uint64_t members[OUTCOMES];
	VEC(struct reason_total) reasons; /* of what is quarantined, in no order */
	uint64_t incidents, signatures;
	uint64_t most_zombies; /* of an incident */
	struct index_sizes sizes;
};

/* totals is zeroed, and to be freed before the view ends, also on failure. */
bool index_totals(struct index_view *view, struct index_totals *totals, struct error *error);
void index_totals_free(struct index_totals *totals);

#endif
