/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of bundles are hashes: heads are put in order first, and each row is decoded whole when its turn has come. */
#include "index/bundles.h"

#include "index/bundle.h"

struct bundle_head {
	struct slice path, value; /* in the map */
};

typedef VEC(struct bundle_head) head_vec;

static bool unreadable(struct error *error)
{
	return index_damaged(error, "the row of a bundle cannot be read");
}

static bool take_head(const struct table_scan *scan, head_vec *heads, struct error *error)
{
	struct bundle_row row;
	struct slice value;

	if (!sealed_open(scan->key, scan->value, &value, error))
		return false;
	if (!bundle_head_decode(&row, value))
		return unreadable(error);
	vec_push(heads, ((struct bundle_head){ row.path, value }));
	bundle_row_free(&row);
	return true;
}

static bool take_heads(struct index_view *view, head_vec *heads, struct error *error)
{
	struct table_scan scan;
	bool ok = scan_begin(&scan, view, TABLE_BUNDLE, SLICE_NONE, error);

	while (ok && scan_next(&scan, error))
		ok = take_head(&scan, heads, error);
	scan_end(&scan);
	return ok && error->kind == ERROR_NONE;
}

static int by_path(const void *left, const void *right)
{
	const struct bundle_head *a = left, *b = right;

	return slice_compare(a->path, b->path);
}

bool index_bundles(struct index_view *view,
		   bool (*visit)(void *context, const struct bundle_row *row,
				 struct error *error),
		   void *context, struct error *error)
{
	head_vec heads = { 0 };
	bool ok = take_heads(view, &heads, error);

	if (heads.len > 1)
		qsort(heads.at, heads.len, sizeof(*heads.at), by_path);
	for (size_t i = 0; ok && i < heads.len; i++) {
		struct bundle_row row;

		ok = bundle_row_decode(&row, heads.at[i].value) || unreadable(error);
		if (!ok)
			break;
		ok = visit(context, &row, error);
		bundle_row_free(&row);
	}
	vec_free(&heads);
	return ok;
}
