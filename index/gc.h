/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking old incidents out of the index. Their bundles stay known, without them, so that the next ingest passes
 * over a bundle that has not changed; one that has, or another with the same dump, brings its incidents in again.
 */
#ifndef INDEX_GC_H
#define INDEX_GC_H

#include "index/index.h"

struct gc_wish {
	int64_t before; /* moment: incidents whose session time is earlier go */
	bool keep_pinned;
};

struct gc_counts {
	uint64_t removed, stayed;
	uint64_t pinned;   /* of those that stayed: earlier, but pinned */
	uint64_t timeless; /* of those that stayed: without a session time */
};

/* In one transaction. */
bool index_gc(struct index *index, const struct gc_wish *wish, struct gc_counts *counts,
	      struct error *error);
/* What it would do. */
bool gc_count(struct index_view *view, const struct gc_wish *wish,
	      struct gc_counts *counts, struct error *error);

#endif
