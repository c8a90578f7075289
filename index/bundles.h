/* SPDX-License-Identifier: Apache-2.0 */
/* All bundles, one after the other. */
#ifndef INDEX_BUNDLES_H
#define INDEX_BUNDLES_H

#include "index/index.h"

/* Calls visit for the row of each bundle, by path, until it returns false; the row is the callback's only while it runs. Only paths are
 * held for all of them. False on damage, or with the error that visit has set. */
bool index_bundles(struct index_view *view,
		   bool (*visit)(void *context, const struct bundle_row *row,
				 struct error *error),
		   void *context, struct error *error);

#endif
