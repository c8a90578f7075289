/* SPDX-License-Identifier: Apache-2.0 */
/* One incident in full: its records, what follows from them, and what is found in it against the index as it stands. */
#ifndef INDEX_JUDGE_H
#define INDEX_JUDGE_H

#include "index/index.h"
#include "stages/finding.h"

/* incident is initialised, findings zeroed; both are to be freed, also on failure. */
bool index_judge(struct index_view *view, uint64_t id, struct incident *incident,
		 struct findings *findings, struct error *error);

#endif
