/* SPDX-License-Identifier: Apache-2.0 */
/* One incident in full; see judge.h. */
#include "index/judge.h"

#include "index/baseline.h"

bool index_judge(struct index_view *view, uint64_t id, struct incident *incident,
		 struct findings *findings, struct error *error)
{
	struct baseline_source source = { .view = view };
	struct baseline baseline = baseline_of_index(&source);
	struct slice records;

	if (!index_records(view, id, &records, error))
		return error->kind == ERROR_NONE &&
		       index_damaged(error, "an incident has lost its row");
	if (!incident_decode(incident, records.at, records.len, error))
		return false;
	incident_analyse(incident);
	find_patterns(incident, &baseline, findings);
	if (source.error.kind == ERROR_NONE)
		return true;
	*error = source.error;
	return false;
}
