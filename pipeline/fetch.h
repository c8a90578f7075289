/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fetching the original lines of evidence: by a reader, out of a bundle that still is what it was when it was ingested. Nothing
 * of the bundle is decoded here.
 */
#ifndef PIPELINE_FETCH_H
#define PIPELINE_FETCH_H

#include "index/index.h"
#include "pipeline/confine.h"
#include "stages/excerpt.h"
#include "stages/finding_evidence.h"

struct fetched {
	struct slice bundle; /* that the lines are from; in the view */
	struct excerpt_reply reply; /* excerpts.at[i] is of the list's pieces.at[i], for the first of them */
	const struct summary *summary; /* of that bundle, for the members' names; in the row */
};

/*
 * Lines of the incident's first bundle, or, where that is gone or changed, of the next one that yielded the same records. False
 * with what is wrong with the first one when none can be read: ERROR_INPUT, or what kept a reader from being started. fetched is
 * zeroed, and to be freed by fetched_free().
 */
bool fetch_evidence(struct index_view *view, const struct incident_row *row,
		    const struct evidence_list *list, enum sandbox sandbox,
		    struct fetched *fetched, struct error *error);
void fetched_free(struct fetched *fetched);

#endif
