/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an incident adds to the tables that lead to it. Writing an incident collects what it had as -1 and what it now has as +1;
 * what is left after both are summed up is put, in order of keys.
 */
#ifndef INDEX_POSTING_H
#define INDEX_POSTING_H

#include "index/places.h"
#include "index/table.h"

struct posting {
	struct key key; /* in a table of duplicates key and value together */
	uint8_t table;  /* enum table */
	int8_t delta;
};

typedef VEC(struct posting) posting_vec;

/* Adds the postings of an incident with this first place and digest, each with delta: by_time, by_zombies, image_incident,
 * pattern_incident. False when the digest cannot be decoded. */
bool postings_collect(posting_vec *postings, uint64_t id, const struct place *place,
		      struct slice digest, int delta);
/* Sorts, sums up and writes; leaves postings empty. */
bool postings_apply(posting_vec *postings, struct index_view *view, struct error *error);

#endif
