/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeping the tables about signatures: grouping, signature, by_incidents, signature_incident, signature_machine, image_signature.
 * What is only added is added to what is there; a signature that an incident no longer has is summed up anew from the
 * incidents that are left, since neither a latest nor a longest can be taken away.
 */
#ifndef INDEX_SIGNATURE_CHANGE_H
#define INDEX_SIGNATURE_CHANGE_H

#include "index/ids.h"
#include "index/posting.h"
#include "index/signature_row.h"

struct signature_change {
	uint64_t signature;
	uint64_t machine; /* hash of its name; 0 when it has none */
	bool gone;        /* some incident does not have it any more; row is then empty */
	struct signature_row row; /* what one incident adds */
};

struct signature_changes {
	VEC(struct signature_change) list;
	struct arena arena; /* texts of the rows */
};

void signature_changes_clear(struct signature_changes *changes);
void signature_changes_free(struct signature_changes *changes);

/* What an incident adds to the rows of its signatures; of those in a set only, unless that is NULL. */
void signature_changes_collect(struct signature_changes *changes,
			       const struct summary *summary,
			       const struct chain_list *list, const id_vec *only);
/* An incident now has these chains, by this summary: writes its grouping, collects postings and what its signatures
 * gain. */
bool signatures_gain(struct signature_changes *changes, posting_vec *postings,
		     struct index_view *view, const struct summary *summary,
		     const struct chain_list *list, struct error *error);
/* An incident has its chains no more: takes its grouping away. */
bool signatures_lose(struct signature_changes *changes, posting_vec *postings,
		     struct index_view *view, uint64_t id, struct error *error);
/* Writes what was collected. All incidents and their postings must be written before. */
bool signatures_apply(struct signature_changes *changes, struct index_view *view,
		      struct error *error);

#endif
