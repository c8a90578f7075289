/* SPDX-License-Identifier: Apache-2.0 */
/* Making the derived tables anew; see derive.h. */
#include "index/derive.h"

#include "index/pieces.h"
#include "pipeline/base/work.h"

#include <inttypes.h>

const enum table derived_tables[DERIVED_TABLES] = {
	TABLE_BY_TIME,          TABLE_BY_ZOMBIES,         TABLE_IMAGE_INCIDENT,
	TABLE_PATTERN_INCIDENT, TABLE_GROUPING,           TABLE_SIGNATURE,
	TABLE_BY_INCIDENTS,     TABLE_SIGNATURE_INCIDENT, TABLE_SIGNATURE_MACHINE,
	TABLE_IMAGE_SIGNATURE,  TABLE_BASELINE,
};

/* What digest and census add. Read before anything is put, which may move the map. */
static bool collect_counts(struct index_view *from, const struct incident_row *row,
			   struct consequences *consequences, struct error *error)
{
	const struct summary *summary = &row->summary;
	struct place place = { .session_time = summary->session_time,
			       .zombies = summary->zombies };
	struct slice digest, census;

	if (!piece_get(from, TABLE_DIGEST, summary->id, row->version, &digest, error) ||
	    !piece_get(from, TABLE_CENSUS, summary->id, row->version, &census, error))
		return false;
	if (!postings_collect(&consequences->postings, summary->id, &place, digest, 1))
		return piece_unreadable(TABLE_DIGEST, summary->id, error);
	return baseline_collect(&consequences->baselines, census, 1) ||
	       piece_unreadable(TABLE_CENSUS, summary->id, error);
}

static bool derive_one(struct index_view *from, uint64_t id, struct index_view *to,
		       struct consequences *consequences, struct error *error)
{
	struct chain_list list = { .chains_found = 0 };
	struct incident_row row;
	bool good;

	if (!index_known_incident(from, id, &row, error))
		return false;
	good = collect_counts(from, &row, consequences, error) &&
	       index_row_chains(from, &row, &list, error) &&
	       signatures_gain(&consequences->signatures, &consequences->postings, to,
			       &row.summary, &list, error);
	chain_list_free(&list);
	incident_row_free(&row);
	return good;
}

bool derive_incidents(struct index_view *from, const uint64_t *ids, size_t count,
		      struct index_view *to, struct error *error)
{
	struct consequences consequences = { .postings = { 0 } };
	bool good = true;

	for (size_t i = 0; good && i < count; i++) {
		good = derive_one(from, ids[i], to, &consequences, error);
		work_step(1);
	}
	good = good && consequences_apply(&consequences, to, error);
	consequences_free(&consequences);
	return good;
}
