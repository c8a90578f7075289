/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Summing up signatures anew, from all incidents that have them now. Each incident is read once, however many of the signatures it
 * has, and what it adds is forgotten but for what the totals keep of it.
 */
#ifndef INDEX_SIGNATURE_TOTAL_H
#define INDEX_SIGNATURE_TOTAL_H

#include "index/ids.h"
#include "index/signature_row.h"

struct signature_total {
	uint64_t signature;
	struct signature_row row; /* zeros when no incident has it; machines are left 0 */
	id_vec machines;          /* machine_hash(), a set without 0 */
};

struct signature_totals {
	VEC(struct signature_total) list; /* by signature */
	struct arena arena;               /* texts of the rows */
};

/* Of these signatures, a set. totals is zeroed, and to be freed also on failure. */
bool signature_totals(struct index_view *view, const id_vec *signatures,
		      struct signature_totals *totals, struct error *error);
/* NULL when it was not summed up. */
const struct signature_total *signature_totals_find(const struct signature_totals *totals,
						    uint64_t signature);
void signature_totals_free(struct signature_totals *totals);

#endif
