/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pieces of an incident that are kept by id and version, once for all bundles that yield the same bytes. For the files of this
 * folder.
 */
#ifndef INDEX_PIECES_H
#define INDEX_PIECES_H

#include "index/table.h"

#define PIECE_TABLES 4
extern const enum table piece_tables[PIECE_TABLES];

/* False when it is not there, which is damage, or on failure. */
bool piece_get(struct index_view *view, enum table table, uint64_t id, uint64_t version,
	       struct slice *bytes, struct error *error);
/* What to say of one that does not decode; false. */
bool piece_unreadable(enum table table, uint64_t id, struct error *error);

#endif
