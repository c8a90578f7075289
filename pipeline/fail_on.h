/* SPDX-License-Identifier: Apache-2.0 */
/* --fail-on: an exit status of its own for what a cron job is to stop at. What is printed stays the same. */
#ifndef PIPELINE_FAIL_ON_H
#define PIPELINE_FAIL_ON_H

#include "index/query_diff.h"
#include "pipeline/selecting.h"

enum fail_on {
#define FAIL_ON(id, name, compares, what) FAIL_ON_##id,
#include "pipeline/fail_on.def"
#undef FAIL_ON
	FAIL_ONS,
};

extern const char fail_on_words[];

/* clang-format off */
#define OPTIONS_FAIL_ON                                                                      \
	{ OPTION_FAIL_ON, 0, "fail-on", "WHAT,...", "exit with 3 if one of these holds",     \
	  fail_on_words }
/* clang-format on */

/* Takes in one or several names, a comma between them, a bit each. */
bool fail_on_option(unsigned *wanted, const struct options *options);
/* Whether some of what is wanted can only be said of two sets. */
bool fail_on_compares(unsigned wanted);
/* Whether some of what is wanted holds for these incidents, a set. diff is NULL unless two sets were compared. */
bool fail_on_holds(struct index_view *view, unsigned wanted, const struct diff *diff,
		   const id_vec *ids, bool *holds, struct error *error);

#endif
