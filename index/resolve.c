/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what a user typed to one incident. An id wins over a bundle's name; a full path
 * wins over a base name. What is not unique is answered with the first few candidates, so
 * that the next try succeeds.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "index/begin_with.h"
#include "index/bundle.h"
#include "index/ids.h"
#include "pipeline/base/cleanup.h"

#define NAMED 3 /* candidates that the error names */

struct candidates {
	const char *typed;
	id_vec ids;     /* what matches, may repeat until finish() */
	size_t bundles; /* that have the name */
};

static void add_bundle(struct candidates *found, const struct bundle_row *row)
{
	found->bundles++;
	vec_for_each(id, &row->incidents)
		vec_push(&found->ids, *id);
}

static bool find_path(struct index_view *view, struct candidates *found, const char *path,
		      struct error *error)
{
	struct bundle_row row;

	if (!path)
		return true;
	if (!index_bundle(view, path, &row, error))
		return error->kind == ERROR_NONE;
	add_bundle(found, &row);
	bundle_row_free(&row);
	return true;
}

static bool has_name(struct slice path, struct slice name)
{
	return path.len > name.len && slice_ends(path, name) &&
	       path.at[path.len - name.len - 1] == '/';
}

static bool find_name(struct index_view *view, struct candidates *found, struct error *error)
{
	struct slice name = slice_from(found->typed);
	struct table_scan scan;
	struct bundle_row row;
	bool ok = scan_begin(&scan, view, TABLE_BUNDLE, SLICE_NONE, error);

	while (ok && scan_next(&scan, error)) {
		ok = bundle_head_open(&row, &scan, error);
		if (!ok)
			break;
		if (has_name(row.path, name))
			add_bundle(found, &row);
		bundle_row_free(&row);
	}
	scan_end(&scan);
	return ok && error->kind == ERROR_NONE;
}

static bool find(struct index_view *view, struct candidates *found, struct error *error)
{
	cleanup_free char *resolved = NULL;

	if (!incidents_begin_with(view, found->typed, SIZE_MAX, &found->ids, error))
		return false;
	if (found->ids.len)
		return true;
	if (!find_path(view, found, found->typed, error))
		return false;
	if (found->bundles)
		return true;
	resolved = realpath(found->typed, NULL);
	if (!find_path(view, found, resolved, error))
		return false;
	if (found->bundles || found->typed[0] == '/' || found->typed[0] == '\0')
		return true;
	return find_name(view, found, error);
}

/* What is none of an incident may be of something else that has an id. */
static void explain_none(struct index_view *view, const char *typed, struct error *error)
{
	id_vec signatures = { 0 };
	bool good = signatures_begin_with(view, typed, 1, &signatures, error);

	if (good && signatures.len)
		error_set(error, ERROR_USAGE,
			  "%s is a signature, not an incident (`pipeline explain %s` shows it)",
			  typed, typed);
	else if (good)
		error_set(error, ERROR_USAGE,
			  "%s is no incident and no bundle in the index (`pipeline list` shows them)",
			  typed);
	vec_free(&signatures);
}

static void explain(struct index_view *view, const struct candidates *found, struct error *error)
{
	char ids[NAMED * (16 + 2) + sizeof(", …")];
	size_t len = 0;

	if (found->ids.len == 0 && found->bundles) {
		error_set(error, ERROR_USAGE, "%s holds no incident", found->typed);
		return;
	}
	if (found->ids.len == 0) {
		explain_none(view, found->typed, error);
		return;
	}
	for (size_t i = 0; i < found->ids.len && i < NAMED; i++)
		len += (size_t)snprintf(ids + len, sizeof(ids) - len, "%s%016" PRIx64,
					i ? ", " : "", found->ids.at[i]);
	if (found->ids.len > NAMED)
		snprintf(ids + len, sizeof(ids) - len, ", …");
	error_set(error, ERROR_USAGE, "%s %s %zu incidents: type one of %s", found->typed,
		  found->bundles ? "holds" : "begins the ids of", found->ids.len, ids);
}

size_t index_resolve(struct index_view *view, const char *typed, uint64_t *id,
		     struct error *error)
{
	struct candidates found = { .typed = typed };
	size_t count = 0;

	error->kind = ERROR_NONE;
	if (find(view, &found, error)) {
		ids_settle(&found.ids);
		count = found.ids.len;
		if (count == 1)
			*id = found.ids.at[0];
		else
			explain(view, &found, error);
	}
	vec_free(&found.ids);
	return count;
}
