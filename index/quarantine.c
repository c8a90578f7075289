/* SPDX-License-Identifier: Apache-2.0 */
/* A walk over all bundles, whose keys are hashes: what is found is put in order at the end. */
#include "index/quarantine.h"

#include "index/bundle.h"
#include "index/pattern.h"
#include "index/select.h"

static bool is_wanted(const struct quarantine_wish *wish, const struct member_row *member)
{
	return member->outcome == OUTCOME_QUARANTINED &&
	       (!wish->reason || pattern_matches(slice_from(wish->reason), member->reason));
}

static bool look_at(const struct table_scan *scan, const struct quarantine_wish *wish,
		    quarantined_vec *found, struct error *error)
{
	struct bundle_row row;

	if (!bundle_row_open(&row, scan, error))
		return false;
	if (!wish->bundle || bundle_matches(wish->bundle, row.path))
		vec_for_each(member, &row.members)
			if (is_wanted(wish, member))
				vec_push(found, ((struct quarantined){ row.path, *member }));
	bundle_row_free(&row);
	return true;
}

static int compare(const void *left, const void *right)
{
	const struct quarantined *a = left, *b = right;
	int order = slice_compare(a->bundle, b->bundle);

	return order ? order : slice_compare(a->member.path, b->member.path);
}

void quarantined_sort(quarantined_vec *found)
{
	if (found->len > 1)
		qsort(found->at, found->len, sizeof(*found->at), compare);
}

bool index_quarantine(struct index_view *view, const struct quarantine_wish *wish,
		      quarantined_vec *found, struct error *error)
{
	struct table_scan scan;
	bool ok = scan_begin(&scan, view, TABLE_BUNDLE, SLICE_NONE, error);

	while (ok && scan_next(&scan, error))
		ok = look_at(&scan, wish, found, error);
	scan_end(&scan);
	quarantined_sort(found);
	return ok && error->kind == ERROR_NONE;
}
