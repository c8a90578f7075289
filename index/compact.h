/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes an index anew, without the room that changes have left in it. The copy is made beside
 * data.mdb and put in its place by a rename: at any moment one of the two is there, whole.
 */
#ifndef INDEX_COMPACT_H
#define INDEX_COMPACT_H

#include "index/index.h"

struct compact_sizes {
	uint64_t before, after; /* bytes of data.mdb */
};

/* Others may read meanwhile; for the rename, which takes no time, none may have the index open:
 * up to wait_ms is waited for that, then it is ERROR_BUSY as with another writer. On failure
 * the index is as it was. */
bool index_compact(const char *folder, enum index_lock lock, int64_t wait_ms,
		   struct compact_sizes *sizes, struct error *error);
/* The same with other transactions than of 16 MB of rows, for tests. */
bool index_compact_batched(const char *folder, enum index_lock lock, int64_t wait_ms,
			   size_t batch_bytes, struct compact_sizes *sizes,
			   struct error *error);

#endif
