/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making the derived tables anew from the incidents. What an index holds besides bundles, incidents and their pieces follows from
 * them, so that other rules need no archive, and what is wrong can be told by comparison.
 */
#ifndef INDEX_DERIVE_H
#define INDEX_DERIVE_H

#include "index/change.h"

/* The tables that derive_incidents() fills, DERIVED_TABLES of them. */
#define DERIVED_TABLES 11
extern const enum table derived_tables[DERIVED_TABLES];

/* Reads these incidents from one view and writes what follows from them into another, which may be the same. */
bool derive_incidents(struct index_view *from, const uint64_t *ids, size_t count,
		      struct index_view *to, struct error *error);

#endif
