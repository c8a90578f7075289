/* SPDX-License-Identifier: Apache-2.0 */
/* One write transaction, whatever is done in it. */
#ifndef INDEX_TRANSACT_H
#define INDEX_TRANSACT_H

#include "index/env.h"

/* Runs work in a write transaction and commits it, durably. When the map is full the transaction is given up, the map
 * doubled and work run again, so work begins by forgetting what it did. False when it failed: nothing is written then.
 * No view of the index may be open. */
bool index_transact(struct index *index,
		    bool (*work)(void *context, struct index_view *view, struct error *error),
		    void *context, struct error *error);

#endif
