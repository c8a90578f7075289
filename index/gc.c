/* SPDX-License-Identifier: Apache-2.0 */
/* Removal by session time: by_time tells which incidents, their rows from which bundles; see gc.h. */
#include "index/gc.h"

#include <inttypes.h>

#include "index/bundle.h"
#include "index/ids.h"
#include "index/change.h"
#include "index/pin.h"
#include "index/transact.h"
#include "pipeline/base/arena.h"
#include "pipeline/base/work.h"

/* An incident that a bundle is to lose. */
struct loss {
	struct key bundle;
	struct slice path; /* in the arena: the map moves under a write */
	uint64_t id;
};

struct gc {
	const struct gc_wish *wish;
	struct gc_counts *counts;
	id_vec ids;
	VEC(struct loss) losses;
	VEC(struct change) changes;
	struct consequences consequences;
	struct arena arena;
	byte_vec row;
};

static void gc_clear(struct gc *gc)
{
	*gc->counts = (struct gc_counts){ 0 };
	gc->ids.len = gc->losses.len = 0;
	consequences_clear(&gc->consequences);
	arena_reset(&gc->arena);
}

static void gc_free(struct gc *gc)
{
	vec_free(&gc->ids);
	vec_free(&gc->losses);
	vec_free(&gc->changes);
	vec_free(&gc->row);
	consequences_free(&gc->consequences);
	arena_free(&gc->arena);
}

/* One that by_time has behind the moment that was asked for: earlier, or without a time. */
static bool judge(struct gc *gc, struct index_view *view, int64_t moment, uint64_t id,
		  struct error *error)
{
	if (moment == MOMENT_NONE) {
		gc->counts->timeless++;
	} else if (gc->wish->keep_pinned && pin_is_set(view, id, error)) {
		gc->counts->pinned++;
	} else if (error->kind == ERROR_NONE) {
		gc->counts->removed++;
		vec_push(&gc->ids, id);
	}
	return error->kind == ERROR_NONE;
}

static bool walk(struct gc *gc, struct index_view *view, struct table_scan *scan,
		 struct error *error)
{
	while (scan_next(scan, error)) {
		if (scan->key.len != 2 * sizeof(uint64_t))
			return index_damaged(error, "a time is not 16 bytes");
		if (!judge(gc, view, key_moment(scan->key.at),
			   key_number(scan->key.at + sizeof(uint64_t)), error))
			return false;
	}
	return error->kind == ERROR_NONE;
}

/* Which are to go, ascending, and how many stay. */
static bool choose(struct gc *gc, struct index_view *view, struct error *error)
{
	struct key from = key_by_time(gc->wish->before - 1, 0);
	struct table_scan scan;
	MDB_stat stat;
	bool ok;

	ok = scan_begin(&scan, view, TABLE_BY_TIME, key_slice(&from), error) &&
	     walk(gc, view, &scan, error);
	scan_end(&scan);
	if (!ok)
		return false;
	mdb_stat(view->txn, view->index->tables[TABLE_INCIDENT], &stat);
	if (stat.ms_entries < gc->counts->removed)
		return index_damaged(error, "more incidents have a time than there are");
	gc->counts->stayed = stat.ms_entries - gc->counts->removed;
	ids_settle(&gc->ids);
	return true;
}

/* The incident as it is taken out of each of its places. */
static bool note_places(struct gc *gc, struct index_view *view, uint64_t id, struct error *error)
{
	struct incident_row row;

	if (!index_known_incident(view, id, &row, error))
		return false;
	gc->changes.len = 0;
	vec_for_each(bundle, &row.bundles) {
		struct slice path = arena_copy(&gc->arena, *bundle);

		vec_push(&gc->changes, ((struct change){ .id = id, .path = path }));
		vec_push(&gc->losses, ((struct loss){ key_bundle(path), path, id }));
	}
	incident_row_free(&row);
	return true;
}

static bool remove_pin(struct index_view *view, uint64_t id, struct error *error)
{
	struct key key = key_incident(id);

	if (!pin_is_set(view, id, error))
		return error->kind == ERROR_NONE;
	return table_delete(view, TABLE_PIN, key_slice(&key), SLICE_NONE, error);
}

static bool remove_incidents(struct gc *gc, struct index_view *view, struct error *error)
{
	bool good = true;

	work_begin("incidents removed", gc->ids.len);
	for (size_t i = 0; good && i < gc->ids.len; i++) {
		good = note_places(gc, view, gc->ids.at[i], error) &&
		       incident_change(view, gc->changes.at, gc->changes.len,
				       &gc->consequences, error) &&
		       remove_pin(view, gc->ids.at[i], error);
		work_step(1);
	}
	good = good && consequences_apply(&gc->consequences, view, error);
	work_end();
	return good;
}

static int compare_losses(const void *left, const void *right)
{
	const struct loss *a = left, *b = right;
	int order = slice_compare(key_slice(&a->bundle), key_slice(&b->bundle));

	return order ? order : a->id < b->id ? -1 : a->id > b->id;
}

/* Takes the ids of count losses, ascending as those of the row, out of it. False when one is not there. */
static bool take_ids(struct bundle_row *row, const struct loss *losses, size_t count)
{
	size_t kept = 0, next = 0;

	vec_for_each(id, &row->incidents)
		if (next < count && losses[next].id == *id)
			next++;
		else
			row->incidents.at[kept++] = *id;
	row->incidents.len = kept;
	return next == count;
}

static bool write_bundle(struct gc *gc, struct index_view *view,
			 const struct loss *losses, size_t count, struct error *error)
{
	struct bundle_row row = { .size = 0 };
	struct slice value;
	bool good;

	if (!sealed_get(view, TABLE_BUNDLE, &losses->bundle, &value, error))
		return error->kind != ERROR_NONE ? false
						 : index_damaged(error, "%.*s has no row",
								 SLICE_ARG(losses->path));
	good = bundle_row_decode(&row, value) && slice_equal(row.path, losses->path) &&
	       take_ids(&row, losses, count);
	gc->row.len = 0;
	if (good)
		bundle_row_encode(&row, &gc->row);
	bundle_row_free(&row);
	if (!good)
		return index_damaged(error, "the row of %.*s does not fit its incidents",
				     SLICE_ARG(losses->path));
	value = (struct slice){ (const char *)gc->row.at, gc->row.len };
	return sealed_put(view, TABLE_BUNDLE, &losses->bundle, value, error);
}

static bool write_bundles(struct gc *gc, struct index_view *view, struct error *error)
{
	const struct loss *losses = gc->losses.at;
	size_t count = gc->losses.len, next;

	if (count > 1)
		qsort(gc->losses.at, count, sizeof(*losses), compare_losses);
	for (size_t i = 0; i < count; i = next) {
		for (next = i + 1; next < count; next++)
			if (!slice_equal(losses[next].path, losses[i].path))
				break;
		if (!write_bundle(gc, view, losses + i, next - i, error))
			return false;
	}
	return true;
}

static bool collect_garbage(void *context, struct index_view *view, struct error *error)
{
	struct gc *gc = context;

	gc_clear(gc);
	return choose(gc, view, error) && remove_incidents(gc, view, error) &&
	       write_bundles(gc, view, error);
}

bool index_gc(struct index *index, const struct gc_wish *wish, struct gc_counts *counts,
	      struct error *error)
{
	struct gc gc = { .wish = wish, .counts = counts };
	bool ok = index_transact(index, collect_garbage, &gc, error);

	gc_free(&gc);
	return ok;
}

bool gc_count(struct index_view *view, const struct gc_wish *wish,
	      struct gc_counts *counts, struct error *error)
{
	struct gc gc = { .wish = wish, .counts = counts };
	bool ok;

	gc_clear(&gc);
	ok = choose(&gc, view, error);
	gc_free(&gc);
	return ok;
}
