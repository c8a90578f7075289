/* SPDX-License-Identifier: Apache-2.0 */
/* Which members could not be read, over all bundles. */
#ifndef INDEX_QUARANTINE_H
#define INDEX_QUARANTINE_H

#include "index/index.h"
#include "pipeline/base/vec.h"

struct quarantine_wish {
	const char *reason; /* a reason code, * and ? are wildcards; NULL: any */
	const char *bundle; /* path or name, * and ? are wildcards; NULL: any */
};

struct quarantined {
	struct slice bundle; /* path */
	struct member_row member;
};

typedef VEC(struct quarantined) quarantined_vec;

/* Adds them by path of the bundle and then of the member. False on damage. */
bool index_quarantine(struct index_view *view, const struct quarantine_wish *wish,
		      quarantined_vec *found, struct error *error);
/* By path of the bundle and then of the member. */
void quarantined_sort(quarantined_vec *found);

#endif
