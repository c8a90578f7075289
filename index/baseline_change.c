/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changing baselines. A row holds nothing but sums, so that what was added can be taken away again, whatever came
 * between; a row whose last incident goes goes with it.
 */
#include "index/baseline_change.h"

#include "index/baseline.h"
#include "stages/census.h"

bool baseline_collect(baseline_changes *changes, struct slice census, int sign)
{
	struct census decoded = { 0 };
	bool good = census_decode(&decoded, census.at, census.len);

	vec_for_each(row, &decoded.rows) {
		bool same_image = row > decoded.rows.at &&
				  slice_equal(row[-1].image, row->image);

		vec_push(changes, ((struct baseline_change){
					  .key = key_baseline(row->image, decoded.build),
					  .threads = row->threads,
					  .incidents = same_image ? 0 : sign,
					  .processes = (int64_t)sign * row->processes,
				  }));
	}
	census_free(&decoded);
	return good;
}

static int compare_changes(const void *left, const void *right)
{
	const struct baseline_change *a = left, *b = right;
	int order = memcmp(a->key.bytes, b->key.bytes, KEY_BASELINE_BYTES);

	if (order)
		return order;
	return a->threads < b->threads ? -1 : a->threads > b->threads;
}

static bool read_row(struct index_view *view, const struct key *key,
		     struct baseline_row *row, struct error *error)
{
	struct slice value;

	row->incidents = row->counts.len = 0;
	if (!sealed_get(view, TABLE_BASELINE, key, &value, error))
		return error->kind == ERROR_NONE;
	return baseline_row_decode(row, value) ||
	       index_damaged(error, "a baseline cannot be read");
}

/* Only what has changed is written: a row without counts is one that was there. */
static bool write_row(struct index_view *view, const struct key *key,
		      const struct baseline_row *row, struct error *error)
{
	byte_vec value = { 0 };
	bool good;

	if (row->counts.len == 0)
		return table_delete(view, TABLE_BASELINE, key_slice(key), SLICE_NONE, error);
	baseline_row_encode(row, &value);
	good = sealed_put(view, TABLE_BASELINE, key,
			  (struct slice){ (const char *)value.at, value.len }, error);
	vec_free(&value);
	return good;
}

/* Adds to a number that must stay one; bad is set when it does not. */
static uint64_t add(uint64_t number, int64_t more, bool *bad)
{
	int64_t sum = (int64_t)number + more;

	*bad |= sum < 0 || sum > (int64_t)BASELINE_PROCESSES_MAX;
	return (uint64_t)sum;
}

/* What all changes to one number of threads come to; *at goes behind them. */
static int64_t sum_of_threads(const struct baseline_change *changes, size_t count, size_t *at)
{
	uint32_t threads = changes[*at].threads;
	int64_t processes = 0;

	for (; *at < count && changes[*at].threads == threads; ++*at)
		processes += changes[*at].processes;
	return processes;
}

/* The row as it was and the changes to it, both by threads, put together. */
static bool sum_up(const struct baseline_row *old, const struct baseline_change *changes,
		   size_t count, struct baseline_row *new)
{
	int64_t incidents = 0;
	bool bad = false;
	size_t i = 0, k = 0;

	new->counts.len = 0;
	while (i < count || k < old->counts.len) {
		struct thread_count sum = { 0 };
		bool changed = i < count && (k == old->counts.len ||
					     changes[i].threads <= old->counts.at[k].threads);

		if (changed)
			sum.threads = changes[i].threads;
		if (!changed ||
		    (k < old->counts.len && old->counts.at[k].threads == sum.threads))
			sum = old->counts.at[k++];
		if (changed)
			sum.processes = add(sum.processes,
					    sum_of_threads(changes, count, &i), &bad);
		if (sum.processes)
			vec_push(&new->counts, sum);
	}
	for (i = 0; i < count; i++)
		incidents += changes[i].incidents;
	new->incidents = add(old->incidents, incidents, &bad);
	return !bad && (new->counts.len > 0) == (new->incidents > 0);
}

static bool is_same(const struct baseline_row *a, const struct baseline_row *b)
{
	if (a->incidents != b->incidents || a->counts.len != b->counts.len)
		return false;
	for (size_t i = 0; i < a->counts.len; i++)
		if (a->counts.at[i].threads != b->counts.at[i].threads ||
		    a->counts.at[i].processes != b->counts.at[i].processes)
			return false;
	return true;
}

static bool apply_row(struct index_view *view, const struct baseline_change *changes,
		      size_t count, struct baseline_row *old, struct baseline_row *new,
		      struct error *error)
{
	const struct key *key = &changes->key;

	if (!read_row(view, key, old, error))
		return false;
	if (!sum_up(old, changes, count, new))
		return index_damaged(error,
				     "a baseline does not hold what its incidents added");
	return is_same(old, new) || write_row(view, key, new, error);
}

bool baseline_apply(baseline_changes *changes, struct index_view *view, struct error *error)
{
	struct baseline_row old = { .incidents = 0 }, new = { .incidents = 0 };
	size_t i = 0, next;
	bool good = true;

	if (changes->len > 1)
		qsort(changes->at, changes->len, sizeof(*changes->at), compare_changes);
	for (; good && i < changes->len; i = next) {
		struct slice key = key_slice(&changes->at[i].key);

		for (next = i + 1; next < changes->len; next++)
			if (!slice_equal(key, key_slice(&changes->at[next].key)))
				break;
		good = apply_row(view, &changes->at[i], next - i, &old, &new, error);
	}
	vec_free(&old.counts);
	vec_free(&new.counts);
	changes->len = 0;
	return good;
}
