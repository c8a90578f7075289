/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an incident adds to the tables that lead to it: by_time, image_signature and
 * signature_incident. Writing an incident collects what it had as -1 and what it now has
 * as +1; what is left after both are summed up is put, in order of keys.
 */
#ifndef INDEX_POSTING_H
#define INDEX_POSTING_H

#include "index/table.h"
#include "stages/chain.h"

struct posting {
	struct key key; /* for signature_incident both numbers */
	uint8_t table;  /* enum table */
	int32_t delta;  /* incidents */
};

typedef VEC(struct posting) posting_vec;

/* Adds the postings of an incident with these chains (chain_list_encode()), each with
 * delta. False when the chains cannot be decoded. */
bool postings_collect(posting_vec *postings, uint64_t id, int64_t session_time,
		      struct slice chains, int32_t delta);
/* Sorts, sums up and writes; leaves postings empty. */
bool postings_apply(posting_vec *postings, struct index_view *view, struct error *error);

#endif
