/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding signatures; see signature_find.h. Those that questions are answered by have rows of their own; the others are looked for
 * in the groupings of all incidents.
 */
#include "index/signature_find.h"

#include <inttypes.h>
#include <stdio.h>

#include "index/begin_with.h"
#include "index/grouping.h"

#define DIGITS 16
#define NAMED 4

struct finding_signature {
	struct id_range range;
	id_vec found; /* of one grouping */
};

/* Calls visit for the shares of every incident. */
static bool each_grouping(struct index_view *view,
			  void (*visit)(void *context, uint64_t id, const share_vec *shares),
			  void *context, struct error *error)
{
	struct table_scan scan;
	share_vec shares = { 0 };
	bool good = scan_begin(&scan, view, TABLE_GROUPING, SLICE_NONE, error);

	while (good && scan_next(&scan, error)) {
		struct slice value;

		good = scan.key.len == sizeof(uint64_t) &&
		       sealed_open(scan.key, scan.value, &value, error) &&
		       grouping_decode(&shares, value);
		if (good)
			visit(context, key_number(scan.key.at), &shares);
		else if (error->kind == ERROR_NONE)
			index_damaged(error, "a grouping cannot be read");
	}
	scan_end(&scan);
	vec_free(&shares);
	return good && error->kind == ERROR_NONE;
}

struct looking {
	struct finding_signature *finding;
	enum grouping grouping;
};

static void look_at(void *context, uint64_t id, const share_vec *shares)
{
	struct looking *looking = context;

	(void)id;
	vec_for_each(share, shares) {
		uint64_t signature = share->signatures.of[looking->grouping];

		if (signature >= looking->finding->range.low &&
		    signature <= looking->finding->range.high)
			vec_push(&looking->finding->found, signature);
	}
}

static bool find_in_groupings(struct index_view *view, struct finding_signature *finding,
			      enum grouping grouping, struct error *error)
{
	struct looking looking = { finding, grouping };

	if (!each_grouping(view, look_at, &looking, error))
		return false;
	ids_settle(&finding->found);
	return true;
}

/* What is none of a signature may be of an incident. */
static void explain_none(struct index_view *view, const char *typed, struct error *error)
{
	id_vec incidents = { 0 };
	bool good = incidents_begin_with(view, typed, 1, &incidents, error);

	if (good && incidents.len)
		error_set(error, ERROR_USAGE,
			  "%s is an incident, not a signature (`pipeline show %s` shows it)",
			  typed, typed);
	else if (good)
		error_set(error, ERROR_USAGE,
			  "%s is no signature in the index (`pipeline query --recurring` shows them)",
			  typed);
	vec_free(&incidents);
}

static void explain(struct index_view *view, const char *typed, const id_vec *found,
		    struct error *error)
{
	char names[NAMED * (DIGITS + 2) + sizeof(", ...")];
	size_t len = 0;

	if (found->len == 0) {
		explain_none(view, typed, error);
		return;
	}
	for (size_t i = 0; i < found->len && i < NAMED; i++)
		len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%016" PRIx64,
					i ? ", " : "", found->at[i]);
	if (found->len > NAMED)
		snprintf(names + len, sizeof(names) - len, ", ...");
	error_set(error, ERROR_USAGE, "%s begins %zu signatures: type one of %s", typed,
		  found->len, names);
}

size_t signature_find(struct index_view *view, const char *typed,
		      struct signature_of *found, struct error *error)
{
	static const enum grouping others[] = { GROUPING_ROOT, GROUPING_PATH, GROUPING_FRAME };
	struct finding_signature finding = { .found = { 0 } };
	enum grouping grouping = GROUPING_KIND;
	size_t count;
	bool good;

	error->kind = ERROR_NONE;
	if (!id_range_read(&finding.range, typed)) {
		error_set(error, ERROR_USAGE,
			  "%s is no signature: 16 hex digits, or how it begins", typed);
		return 0;
	}
	good = signatures_begin_with(view, typed, SIZE_MAX, &finding.found, error);
	/* One that was typed in full is not looked for any further. */
	for (size_t i = 0; good && i < 3; i++) {
		size_t before = finding.found.len;

		if (before && finding.range.low == finding.range.high)
			break;
		good = find_in_groupings(view, &finding, others[i], error);
		if (finding.found.len > before)
			grouping = others[i];
	}
	count = good ? finding.found.len : 0;
	if (count == 1)
		*found = (struct signature_of){ finding.found.at[0], grouping };
	else if (good)
		explain(view, typed, &finding.found, error);
	vec_free(&finding.found);
	return count;
}

struct collecting {
	const struct signature_of *of;
	id_vec *ids;
};

static void collect(void *context, uint64_t id, const share_vec *shares)
{
	struct collecting *collecting = context;

	vec_for_each(share, shares)
		if (share->signatures.of[collecting->of->grouping] == collecting->of->signature)
			vec_push(collecting->ids, id);
}

bool signature_incidents(struct index_view *view, const struct signature_of *of,
			 id_vec *ids, struct error *error)
{
	struct key key = key_signature(of->signature);
	struct collecting collecting = { of, ids };
	bool good;

	if (of->grouping == GROUPING_KIND)
		good = ids_of_duplicates(view, TABLE_SIGNATURE_INCIDENT, key_slice(&key),
					 0, ids, error);
	else
		good = each_grouping(view, collect, &collecting, error);
	ids_settle(ids);
	return good;
}
