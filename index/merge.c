/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A walk over the bundles of the other index, in the order of their keys. Each is handed to index_write() as if it had just been read; what
 * follows from incidents is made here, by the rules of this program, and never taken over. All bytes stay in the other's map.
 */
#include "index/merge.h"

#include <inttypes.h>

#include "index/bundle.h"
#include "index/pieces.h"
#include "index/pin.h"
#include "index/places.h"
#include "index/run.h"
#include "pipeline/base/work.h"
#include "stages/incident.h"

/* So much is written in one transaction. */
#define BATCH_BYTES ((size_t)8 << 20)
#define BATCH_BUNDLES 256

/* A bundle of the other index with all that it yields. */
struct merged {
	struct bundle_row row;
	struct encoded_incident *incidents; /* of row.incidents */
	size_t bytes;                       /* of these */
};

struct merge {
	struct index_view *other;
	VEC(struct merged) batch;
	size_t batch_bytes;
};

static void merged_free(struct merged *merged)
{
	bundle_row_free(&merged->row);
	free(merged->incidents);
}

static void batch_clear(struct merge *merge)
{
	vec_for_each(merged, &merge->batch)
		merged_free(merged);
	merge->batch.len = 0;
	merge->batch_bytes = 0;
}

/* ---- what the other one has ---- */

static bool take_pieces(struct index_view *other, uint64_t id, const struct place *place,
			struct encoded_incident *taken, struct error *error)
{
	struct slice *const pieces[PIECE_TABLES] = { &taken->chains, &taken->census,
						     &taken->digest, &taken->records };
	static const enum table tables[PIECE_TABLES] = { TABLE_CHAINS, TABLE_CENSUS,
							 TABLE_DIGEST, TABLE_RECORDS };

	for (size_t i = 0; i < PIECE_TABLES; i++)
		if (!piece_get(other, tables[i], id, place->version, pieces[i], error))
			return false;
	taken->summary = place->summary;
	return incident_version(taken) == place->version ||
	       index_damaged(error,
			     "incident %016" PRIx64 " has another version than it says", id);
}

/* The incident as the bundle at that path yields it. */
static bool take_incident(struct index_view *other, uint64_t id, struct slice path,
			  struct encoded_incident *taken, struct error *error)
{
	struct key key = key_incident(id);
	const struct place *found = NULL;
	place_vec places = { 0 };
	struct slice value;
	bool good;

	if (!sealed_get(other, TABLE_INCIDENT, &key, &value, error))
		return error->kind == ERROR_NONE ? index_damaged(error,
								 "incident %016" PRIx64
								 " of %.*s is not there",
								 id, SLICE_ARG(path))
						 : false;
	if (places_decode(&places, value))
		vec_for_each(place, &places)
			if (slice_equal(place->path, path))
				found = place;
	good = found ? take_pieces(other, id, found, taken, error)
		     : index_damaged(error, "incident %016" PRIx64 " does not lie in %.*s",
				     id, SLICE_ARG(path));
	vec_free(&places);
	return good;
}

static bool take_incidents(struct index_view *other, struct merged *merged, struct error *error)
{
	const struct bundle_row *row = &merged->row;

	merged->incidents =
		mem_alloc_zero(row->incidents.len + 1, sizeof(*merged->incidents));
	for (size_t i = 0; i < row->incidents.len; i++) {
		struct encoded_incident *taken = &merged->incidents[i];

		if (!take_incident(other, row->incidents.at[i], row->path, taken, error))
			return false;
		merged->bytes += taken->summary.len + taken->chains.len +
				 taken->census.len + taken->digest.len + taken->records.len;
	}
	return true;
}

static bool take_row(const struct table_scan *scan, struct bundle_row *row, struct error *error)
{
	struct key key;

	if (!bundle_row_open(row, scan, error))
		return false;
	key = key_bundle(row->path);
	return (row->path.len && slice_equal(key_slice(&key), scan->key)) ||
	       index_damaged(error, "the row of %.*s is another path's", SLICE_ARG(row->path));
}

/* Visits all bundles of the other index until visit fails. */
static bool each_bundle(struct index_view *other, const char *what,
			bool (*visit)(void *context, struct bundle_row *row,
				      struct error *error),
			void *context, struct error *error)
{
	struct bundle_row row;
	struct table_scan scan;
	bool good = scan_begin(&scan, other, TABLE_BUNDLE, SLICE_NONE, error);

	work_begin(what, table_rows(other, TABLE_BUNDLE));
	while (good && scan_next(&scan, error)) {
		good = take_row(&scan, &row, error) && visit(context, &row, error);
		bundle_row_free(&row);
		work_step(1);
	}
	work_end();
	scan_end(&scan);
	return good && error->kind == ERROR_NONE;
}

/* ---- which of them are to come ---- */

enum verdict {
	VERDICT_KEEP,
	VERDICT_ADD,
	VERDICT_REPLACE,
};

static uint64_t quarantined_in(const struct bundle_row *row)
{
	uint64_t count = 0;

	vec_for_each(member, &row->members)
		count += member->outcome == OUTCOME_QUARANTINED;
	return count;
}

static int compare_content(const struct bundle_row *a, const struct bundle_row *b)
{
	if (a->content.high != b->content.high)
		return a->content.high < b->content.high ? -1 : 1;
	if (a->content.low != b->content.low)
		return a->content.low < b->content.low ? -1 : 1;
	return 0;
}

/* Later, or where both are of one moment the one that any order of merging comes to. */
static bool is_later(const struct bundle_row *theirs, const struct bundle_row *ours)
{
	if (theirs->mtime_ns != ours->mtime_ns)
		return theirs->mtime_ns > ours->mtime_ns;
	if (theirs->size != ours->size)
		return theirs->size > ours->size;
	return compare_content(theirs, ours) > 0;
}

static bool judge(struct index_view *view, const struct bundle_row *theirs,
		  enum verdict *verdict, struct error *error)
{
	struct key key = key_bundle(theirs->path);
	struct bundle_row ours;
	struct slice value;

	*verdict = VERDICT_ADD;
	if (!sealed_get(view, TABLE_BUNDLE, &key, &value, error))
		return error->kind == ERROR_NONE;
	if (!bundle_row_decode(&ours, value) || !slice_equal(ours.path, theirs->path)) {
		bundle_row_free(&ours);
		return index_damaged(error, "the row of %.*s cannot be read",
				     SLICE_ARG(theirs->path));
	}
	*verdict = VERDICT_KEEP;
	if (compare_content(theirs, &ours) == 0
		    ? quarantined_in(theirs) < quarantined_in(&ours)
		    : is_later(theirs, &ours))
		*verdict = VERDICT_REPLACE;
	bundle_row_free(&ours);
	return true;
}

static bool count_bundle(struct index_view *view, const struct bundle_row *row,
			 enum verdict verdict, struct merge_counts *counts,
			 struct error *error)
{
	struct slice value;

	counts->added += verdict == VERDICT_ADD;
	counts->replaced += verdict == VERDICT_REPLACE;
	counts->kept += verdict == VERDICT_KEEP;
	if (verdict == VERDICT_KEEP)
		return true;
	vec_for_each(id, &row->incidents) {
		struct key key = key_incident(*id);

		if (!table_get(view, TABLE_INCIDENT, key_slice(&key), &value, error)) {
			if (error->kind != ERROR_NONE)
				return false;
			vec_push(&counts->incidents, *id);
		}
	}
	return true;
}

/* ---- pins ---- */

/* Those of the other one that are of incidents which are here, or will be, and have none. */
static bool pins_to_come(struct index_view *view, struct index_view *other,
			 const struct merge_counts *counts, pin_vec *pins, struct error *error)
{
	pin_vec theirs = { 0 };
	bool good = index_pins(other, &theirs, error);

	for (size_t i = 0; good && i < theirs.len; i++) {
		uint64_t id = theirs.at[i];
		struct key key = key_incident(id);
		struct slice value;
		bool here = ids_hold(&counts->incidents, id) ||
			    table_get(view, TABLE_INCIDENT, key_slice(&key), &value, error);

		good = error->kind == ERROR_NONE;
		if (good && here && !pin_is_set(view, id, error))
			vec_push(pins, id);
		good = good && error->kind == ERROR_NONE;
	}
	vec_free(&theirs);
	return good;
}

static bool merge_pins(struct index *index, struct index_view *other,
		       struct merge_counts *counts, struct error *error)
{
	struct index_view *view = index_view_begin(index, error);
	pin_vec pins = { 0 };
	uint64_t changed = 0;
	bool good = view && pins_to_come(view, other, counts, &pins, error);

	if (view)
		index_view_end(view);
	good = good && (pins.len == 0 || index_pin(index, &pins, true, &changed, error));
	counts->pins += changed;
	vec_free(&pins);
	return good;
}

/* ---- check and count ---- */

static bool check_bundle(void *context, struct bundle_row *row, struct error *error)
{
	struct merged merged = { .row = *row };
	bool good = take_incidents(context, &merged, error);

	for (size_t i = 0; good && i < row->incidents.len; i++) {
		struct slice records = merged.incidents[i].records;

		good = incident_check(row->incidents.at[i], records.at, records.len, error);
	}
	free(merged.incidents);
	return good;
}

bool merge_check(struct index_view *other, struct error *error)
{
	return each_bundle(other, "bundles checked", check_bundle, other, error);
}

struct counting {
	struct index_view *view;
	struct merge_counts *counts;
};

static bool count_one(void *context, struct bundle_row *row, struct error *error)
{
	struct counting *counting = context;
	enum verdict verdict;

	return judge(counting->view, row, &verdict, error) &&
	       count_bundle(counting->view, row, verdict, counting->counts, error);
}

bool merge_count(struct index_view *view, struct index_view *other,
		 struct merge_counts *counts, struct error *error)
{
	struct counting counting = { view, counts };
	pin_vec pins = { 0 };
	bool good = each_bundle(other, "bundles compared", count_one, &counting, error);

	ids_settle(&counts->incidents);
	good = good && pins_to_come(view, other, counts, &pins, error);
	counts->pins += pins.len;
	vec_free(&pins);
	return good;
}

/* ---- merging ---- */

struct merging {
	struct merge merge;
	struct index *index;
	int64_t now;
	bool *begun;
	struct merge_counts *counts;
};

static bool write_batch(struct merging *merging, struct error *error)
{
	struct merge *merge = &merging->merge;
	VEC(struct bundle_result) results = { 0 };
	bool good = true;

	if (merge->batch.len == 0)
		return true;
	if (!*merging->begun)
		good = *merging->begun = index_begin_run(merging->index, merging->now, error);
	vec_for_each(merged, &merge->batch)
		vec_push(&results, ((struct bundle_result){ .row = &merged->row,
							    .incidents = merged->incidents }));
	good = good && index_write(merging->index, results.at, results.len, error);
	vec_free(&results);
	batch_clear(merge);
	return good;
}

/* What is to be done about it is asked of the index as it stands: the batch at hand has no two bundles of one path. */
static bool judge_now(struct merging *merging, const struct bundle_row *row,
		      enum verdict *verdict, struct error *error)
{
	struct index_view *view = index_view_begin(merging->index, error);
	bool good = view && judge(view, row, verdict, error) &&
		    count_bundle(view, row, *verdict, merging->counts, error);

	if (view)
		index_view_end(view);
	return good;
}

static bool merge_bundle(void *context, struct bundle_row *row, struct error *error)
{
	struct merging *merging = context;
	struct merge *merge = &merging->merge;
	struct merged *merged;
	enum verdict verdict;

	if (!judge_now(merging, row, &verdict, error))
		return false;
	if (verdict == VERDICT_KEEP)
		return true;
	merged = vec_add(&merge->batch);
	*merged = (struct merged){ .row = *row };
	*row = (struct bundle_row){ .size = 0 };
	if (!take_incidents(merge->other, merged, error))
		return false;
	merge->batch_bytes += merged->bytes;
	return (merge->batch.len < BATCH_BUNDLES && merge->batch_bytes < BATCH_BYTES) ||
	       write_batch(merging, error);
}

bool index_merge(struct index *index, struct index_view *other, int64_t now, bool *begun,
		 struct merge_counts *counts, struct error *error)
{
	struct merging merging = {
		.merge.other = other, .index = index, .now = now, .begun = begun, .counts = counts
	};
	bool good;

	index->source = other;
	good = each_bundle(other, "bundles merged", merge_bundle, &merging, error) &&
	       write_batch(&merging, error);

	batch_clear(&merging.merge);
	vec_free(&merging.merge.batch);
	ids_settle(&counts->incidents);
	good = good && merge_pins(index, other, counts, error);
	index->source = NULL;
	return good;
}
