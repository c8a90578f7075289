/* SPDX-License-Identifier: Apache-2.0 */
/*
 * index_write(): a batch of bundles in one transaction, table by table in order of keys.
 * Nothing of a batch is seen before all of it is on disk.
 */
#include "index/bundle.h"
#include "index/inherit.h"
#include "index/night.h"
#include "index/run.h"
#include "index/transact.h"

struct batch_bundle {
	struct key key;
	const struct bundle_result *result;
};

struct batch {
	VEC(struct batch_bundle) bundles; /* by key */
	VEC(struct change) changes;
	struct consequences consequences;
	byte_vec row;
};

static int compare_bundles(const void *left, const void *right)
{
	const struct batch_bundle *a = left, *b = right;

	return slice_compare(key_slice(&a->key), key_slice(&b->key));
}

static bool check_row(const struct bundle_row *row, struct error *error)
{
	for (size_t i = 1; i < row->incidents.len; i++)
		if (row->incidents.at[i - 1] >= row->incidents.at[i])
			return error_set(error, ERROR_INTERNAL,
					 "%.*s: its incidents are not in order",
					 SLICE_ARG(row->path));
	return row->path.len > 0 ||
	       error_set(error, ERROR_INTERNAL, "a bundle without a path");
}

static bool batch_init(struct batch *batch, const struct bundle_result *results,
		       size_t count, struct error *error)
{
	vec_reserve(&batch->bundles, count);
	for (size_t i = 0; i < count; i++) {
		struct batch_bundle bundle = { .result = &results[i] };

		if (!check_row(results[i].row, error))
			return false;
		bundle.key = key_bundle(results[i].row->path);
		vec_push(&batch->bundles, bundle);
	}
	if (count > 1)
		qsort(batch->bundles.at, count, sizeof(*batch->bundles.at), compare_bundles);
	for (size_t i = 1; i < count; i++)
		if (compare_bundles(&batch->bundles.at[i - 1], &batch->bundles.at[i]) == 0)
			return error_set(error, ERROR_INTERNAL, "%.*s is twice in one batch",
					 SLICE_ARG(batch->bundles.at[i].result->row->path));
	return true;
}

static void batch_free(struct batch *batch)
{
	vec_free(&batch->bundles);
	vec_free(&batch->changes);
	consequences_free(&batch->consequences);
	vec_free(&batch->row);
}

static bool holds(const struct bundle_row *row, uint64_t id)
{
	size_t low = 0, high = row->incidents.len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (row->incidents.at[middle] < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < row->incidents.len && row->incidents.at[low] == id;
}

/* Notes the incidents that the bundle held before and now does not. */
static bool note_removed(struct batch *batch, const struct bundle_row *new,
			 struct slice value, struct error *error)
{
	struct bundle_row old;
	bool same_path;

	if (!bundle_head_decode(&old, value))
		return index_damaged(error, "the row of %.*s cannot be read",
				     SLICE_ARG(new->path));
	same_path = slice_equal(old.path, new->path);
	vec_for_each(id, &old.incidents)
		if (!holds(new, *id))
			vec_push(&batch->changes,
				 ((struct change){ .id = *id, .path = new->path }));
	bundle_row_free(&old);
	return same_path || error_set(error, ERROR_INTERNAL, "%.*s: its key is another path's",
				      SLICE_ARG(new->path));
}

/* A file that was touched: its row says when. */
static bool touch_bundle(struct batch *batch, struct index_view *view,
			 const struct batch_bundle *bundle, struct error *error)
{
	const struct bundle_row *row = bundle->result->row;
	struct bundle_row kept;
	struct slice value;

	if (!sealed_get(view, TABLE_BUNDLE, &bundle->key, &value, error))
		return error->kind == ERROR_NONE &&
		       error_set(error, ERROR_INTERNAL, "%.*s: nothing is known of it",
				 SLICE_ARG(row->path));
	if (!bundle_row_decode(&kept, value))
		return index_damaged(error, "the row of %.*s cannot be read",
				     SLICE_ARG(row->path));
	kept.size = row->size;
	kept.mtime_ns = row->mtime_ns;
	batch->row.len = 0;
	bundle_row_encode(&kept, &batch->row);
	bundle_row_free(&kept);
	value = (struct slice){ (const char *)batch->row.at, batch->row.len };
	return sealed_put(view, TABLE_BUNDLE, &bundle->key, value, error);
}

static bool write_bundle(struct batch *batch, struct index_view *view,
			 const struct batch_bundle *bundle, struct error *error)
{
	const struct bundle_row *row = bundle->result->row;
	struct slice new, old = SLICE_NONE;

	batch->row.len = 0;
	bundle_row_encode(row, &batch->row);
	new = (struct slice){ (const char *)batch->row.at, batch->row.len };
	for (size_t i = 0; i < row->incidents.len; i++)
		vec_push(&batch->changes, ((struct change){
						  .id = row->incidents.at[i],
						  .path = row->path,
						  .given = &bundle->result->incidents[i],
					  }));
	if (sealed_get(view, TABLE_BUNDLE, &bundle->key, &old, error)) {
		if (slice_equal(new, old))
			return true;
		if (!note_removed(batch, row, old, error))
			return false;
	} else if (error->kind != ERROR_NONE) {
		return false;
	}
	return night_note_bundle(view, &bundle->key, row, old, error) &&
	       sealed_put(view, TABLE_BUNDLE, &bundle->key, new, error);
}

static int compare_changes(const void *left, const void *right)
{
	const struct change *a = left, *b = right;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return slice_compare(a->path, b->path);
}

static bool write_incidents(struct batch *batch, struct index_view *view, struct error *error)
{
	const struct change *changes = batch->changes.at;
	size_t count = batch->changes.len, next;

	if (count > 1)
		qsort(batch->changes.at, count, sizeof(*changes), compare_changes);
	if (!inherit_arrivals(view, batch->changes.at, count, error))
		return false;
	for (size_t i = 0; i < count; i = next) {
		for (next = i + 1; next < count && changes[next].id == changes[i].id;)
			next++;
		if (!incident_change(view, changes + i, next - i, &batch->consequences, error))
			return false;
	}
	return consequences_apply(&batch->consequences, view, error);
}

static bool write_batch(void *context, struct index_view *view, struct error *error)
{
	struct batch *batch = context;

	batch->changes.len = 0;
	consequences_clear(&batch->consequences);
	vec_for_each(bundle, &batch->bundles)
		if (!(bundle->result->unchanged ? touch_bundle
						: write_bundle)(batch, view, bundle, error))
			return false;
	return confinement_put(view, error) && write_incidents(batch, view, error);
}

bool index_write(struct index *index, const struct bundle_result *results, size_t count,
		 struct error *error)
{
	struct batch batch = { .row = { 0 } };
	bool ok = batch_init(&batch, results, count, error) &&
		  index_transact(index, write_batch, &batch, error);

	batch_free(&batch);
	index->confinement_noted &= !ok;
	return ok;
}
