/* SPDX-License-Identifier: Apache-2.0 */
/* How large an index is, table by table. */
#ifndef INDEX_SIZES_H
#define INDEX_SIZES_H

#include "index/index.h"
#include "pipeline/base/vec.h"

struct table_size {
	const char *name;
	uint64_t rows; /* duplicates counted each */
	uint64_t bytes; /* of its pages; the values of duplicates that lie apart are not among them */
};

struct index_sizes {
	uint64_t file; /* bytes of data.mdb */
	uint64_t free; /* of them: in pages that no table uses */
	uint64_t map;  /* bytes that it may grow to before its map is made larger */
	VEC(struct table_size) tables; /* in the order of tables.def */
};

/* sizes is zeroed, and to be freed by vec_free(&sizes->tables). */
bool index_sizes(struct index_view *view, struct index_sizes *sizes, struct error *error);

#endif
