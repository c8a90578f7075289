/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grouping of an incident: the signatures of its chains, and how much of each there is. It follows from the chains by the
 * rules of stages/signature.h and is kept so that questions about groups need not read chains, and so that it can be told what
 * other rules would change.
 */
#ifndef INDEX_GROUPING_H
#define INDEX_GROUPING_H

#include "index/table.h"
#include "stages/signature.h"

/* The chains of an incident that are alike to the last frame. */
struct share {
	struct signatures signatures;
	uint64_t chains;         /* at least 1 */
	int64_t longest_wait_ms; /* MS_NONE */
};

typedef VEC(struct share) share_vec;

/* Of a list that was decoded or analysed. Sorted by the signatures from the coarsest to the finest, each once. */
void grouping_of_chains(const struct chain_list *list, share_vec *shares);

void grouping_encode(const share_vec *shares, byte_vec *out);
bool grouping_decode(share_vec *shares, struct slice bytes);
/* False when the incident has none (error->kind is then ERROR_NONE), or on failure. */
bool grouping_get(struct index_view *view, uint64_t id, share_vec *shares,
		  struct error *error);

#endif
