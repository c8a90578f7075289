/* SPDX-License-Identifier: Apache-2.0 */
/* Counting what an index holds; see totals.h. */
#include "index/totals.h"

#include "index/bundle.h"

static void count_reason(struct index_totals *totals, struct slice reason)
{
	vec_for_each(known, &totals->reasons)
		if (slice_equal(known->reason, reason)) {
			known->members++;
			return;
		}
	vec_push(&totals->reasons, ((struct reason_total){ reason, 1 }));
}

static bool count_bundle(struct index_totals *totals, const struct table_scan *scan,
			 struct error *error)
{
	struct bundle_row row;

	if (!bundle_row_open(&row, scan, error))
		return false;
	totals->bundles++;
	totals->bundle_bytes += row.size;
	vec_for_each(member, &row.members) {
		totals->members[member->outcome]++;
		if (member->outcome == OUTCOME_QUARANTINED)
			count_reason(totals, member->reason);
	}
	bundle_row_free(&row);
	return true;
}

static bool count_bundles(struct index_view *view, struct index_totals *totals,
			  struct error *error)
{
	struct table_scan scan;
	bool good = scan_begin(&scan, view, TABLE_BUNDLE, SLICE_NONE, error);

	while (good && scan_next(&scan, error))
		good = count_bundle(totals, &scan, error);
	scan_end(&scan);
	return good && error->kind == ERROR_NONE;
}

/* by_zombies has the most first. */
static bool find_most_zombies(struct index_view *view, struct index_totals *totals,
			      struct error *error)
{
	struct table_scan scan;
	bool good = scan_begin(&scan, view, TABLE_BY_ZOMBIES, SLICE_NONE, error);

	if (good && scan_next(&scan, error)) {
		if (scan.key.len != 2 * sizeof(uint64_t))
			good = index_damaged(error, "a posting has a wrong length");
		else
			totals->most_zombies = key_count(scan.key.at);
	}
	scan_end(&scan);
	return good && error->kind == ERROR_NONE;
}

bool index_totals(struct index_view *view, struct index_totals *totals, struct error *error)
{
	error->kind = ERROR_NONE;
	totals->incidents = table_rows(view, TABLE_INCIDENT);
	totals->signatures = table_rows(view, TABLE_SIGNATURE);
	return count_bundles(view, totals, error) && find_most_zombies(view, totals, error) &&
	       index_sizes(view, &totals->sizes, error);
}

void index_totals_free(struct index_totals *totals)
{
	vec_free(&totals->reasons);
	vec_free(&totals->sizes.tables);
}
