/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables: get, put, delete, walk in order of keys, all with our errors instead of LMDB's.
 * Whatever a read yields points into the map: until the view ends, and in a write
 * transaction until the next put.
 *
 * A sealed value ends with a check sum over its bytes and the first eight bytes of its
 * key, so that a flipped bit is told before anything is decoded.
 */
#ifndef INDEX_TABLE_H
#define INDEX_TABLE_H

#include "index/env.h"
#include "index/keys.h"

/* False when there is nothing under key (error->kind is then ERROR_NONE), or on
 * failure. */
bool table_get(struct index_view *view, enum table table, struct slice key,
	       struct slice *value, struct error *error);
bool table_put(struct index_view *view, enum table table, struct slice key,
	       struct slice value, struct error *error);
/* What is deleted must be there. value: the one to delete in a table of duplicates,
 * else SLICE_NONE. */
bool table_delete(struct index_view *view, enum table table, struct slice key,
		  struct slice value, struct error *error);

/* The row with the greatest key. False when the table is empty (error->kind is then ERROR_NONE), or on failure. */
bool table_last(struct index_view *view, enum table table, struct slice *key,
		struct slice *value, struct error *error);
/* Whether a search comes to this row, which a walk came to. False on failure. */
bool table_leads(struct index_view *view, enum table table, struct slice key,
		 struct slice value, bool *leads, struct error *error);
/* Takes away all rows. */
bool table_empty(struct index_view *view, enum table table, struct error *error);
/* Takes away all values under key in a table of duplicates; that there are none is no failure. */
bool table_clear(struct index_view *view, enum table table, struct slice key,
		 struct error *error);
/* How many values there are under key in a table of duplicates. */
bool table_count(struct index_view *view, enum table table, struct slice key,
		 uint64_t *count, struct error *error);

/* How many rows a table has, duplicates counted each. */
size_t table_rows(struct index_view *view, enum table table);

bool sealed_get(struct index_view *view, enum table table, const struct key *key,
		struct slice *value, struct error *error);
bool sealed_put(struct index_view *view, enum table table, const struct key *key,
		struct slice value, struct error *error);
/* The value without its seal. */
bool sealed_open(struct slice key, struct slice sealed, struct slice *value,
		 struct error *error);

/* A walk over a table; a zeroed struct may be ended as well. */
struct table_scan {
	MDB_cursor *cursor;
	MDB_cursor_op step;
	struct slice key, value; /* where it stands */
};

/* Begins before the first key that is not less than `from` (empty: before all). */
bool scan_begin(struct table_scan *scan, struct index_view *view, enum table table,
		struct slice from, struct error *error);
/* False at the end (error->kind is then ERROR_NONE), or on failure. */
bool scan_next(struct table_scan *scan, struct error *error);
void scan_end(struct table_scan *scan);

#endif
