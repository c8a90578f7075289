/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of bundles and of what is quarantined in them. */
#include <inttypes.h>

#include "index/bundles.h"
#include "pipeline/export/export.h"

struct walk {
	struct export *export;
	const uint64_t *ids; /* NULL: all bundles */
	size_t count;
};

static int compare(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return *a < *b ? -1 : *a > *b;
}

static bool is_wanted(const struct walk *walk, const struct bundle_row *row)
{
	if (!walk->ids)
		return true;
	vec_for_each(id, &row->incidents)
		if (bsearch(id, walk->ids, walk->count, sizeof(*id), compare))
			return true;
	return false;
}

static void put_content(struct export_table *table, const struct hash128 *content)
{
	char text[33];

	snprintf(text, sizeof(text), "%016" PRIx64 "%016" PRIx64, content->high, content->low);
	export_hash(table, hash128_is_none(content) ? NULL : text);
}

static void put_bundle(struct export_table *table, const struct bundle_row *row)
{
	uint64_t outcomes[OUTCOMES] = { 0 };

	vec_for_each(member, &row->members)
		outcomes[member->outcome]++;
	export_text(table, row->path);
	export_u64(table, row->size);
	put_content(table, &row->content);
	export_u64(table, row->incidents.len);
	export_u64(table, row->members.len);
	export_u64(table, outcomes[OUTCOME_PARSED]);
	export_u64(table, outcomes[OUTCOME_IGNORED]);
	export_u64(table, outcomes[OUTCOME_QUARANTINED]);
	export_row_end(table);
}

static void put_member(struct export_table *table, struct slice bundle,
		       const struct member_row *member)
{
	export_text(table, bundle);
	export_text(table, member->path);
	export_text(table, member->reason);
	export_text(table, member->text);
	export_u64(table, member->bytes);
	export_row_end(table);
}

static bool visit(void *context, const struct bundle_row *row, struct error *error)
{
	struct walk *walk = context;
	struct export_table *tables = walk->export->tables;

	if (!is_wanted(walk, row))
		return true;
	put_bundle(&tables[EXPORT_bundles], row);
	vec_for_each(member, &row->members)
		if (member->outcome == OUTCOME_QUARANTINED)
			put_member(&tables[EXPORT_quarantine], row->path, member);
	return export_check(walk->export, error);
}

bool export_bundles(struct export *export, struct index_view *view, const uint64_t *ids,
		    size_t count, struct error *error)
{
	struct walk walk = { export, ids, count };

	return index_bundles(view, visit, &walk, error);
}
