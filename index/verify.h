/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checking an index: that every blob is what was written, that bundles, incidents and pieces belong together, and that all other
 * tables hold what follows from the incidents and nothing else; and that searches find all of it. For this they are made anew, in a scratch index, and
 * compared row by row.
 */
#ifndef INDEX_VERIFY_H
#define INDEX_VERIFY_H

#include "index/env.h"

struct verified {
	uint64_t bundles, incidents;
	uint64_t rows;     /* compared, of the tables that follow */
	uint64_t problems; /* reported */
};

/* report is called for everything that is wrong. Writes into a folder of its own below the one for temporary files. False when the
 * check could not be made; what is damaged is no failure. */
bool index_verify(struct index_view *view, void (*report)(void *context, const char *text),
		  void *context, struct verified *verified, struct error *error);

#endif
