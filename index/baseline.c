/* SPDX-License-Identifier: Apache-2.0 */
/* Reading baselines: rows of one image lie side by side, its builds in order. */
#include "index/baseline.h"

#include "index/pattern.h"
#include "pipeline/base/bytes.h"

void baseline_row_encode(const struct baseline_row *row, byte_vec *out)
{
	uint32_t before = 0;

	bytes_put_varint(out, row->incidents);
	bytes_put_varint(out, row->counts.len);
	vec_for_each(count, &row->counts) {
		bytes_put_varint(out, count->threads - before);
		bytes_put_varint(out, count->processes);
		before = count->threads;
	}
}

bool baseline_row_decode(struct baseline_row *row, struct slice bytes)
{
	struct bytes_reader reader = bytes_reader_from(bytes.at, bytes.len);
	struct thread_count count = { 0 };
	size_t len;

	row->counts.len = 0;
	row->incidents = bytes_get_max(&reader, BASELINE_PROCESSES_MAX);
	len = bytes_get_count(&reader, 2);
	for (size_t i = 0; i < len && !reader.bad; i++) {
		uint32_t more = (uint32_t)bytes_get_max(&reader, UINT32_MAX - count.threads);

		count.threads += more;
		count.processes = bytes_get_max(&reader, BASELINE_PROCESSES_MAX);
		reader.bad |= count.processes == 0 || (i && more == 0);
		vec_push(&row->counts, count);
	}
	return row->incidents > 0 && len > 0 && !reader.bad && bytes_left(&reader) == 0;
}

void baseline_rows_free(baseline_rows *rows)
{
	vec_for_each(row, rows)
		vec_free(&row->counts);
	vec_free(rows);
}

static struct slice image_of_key(struct slice key)
{
	struct slice image = slice_first(key, KEY_IMAGE_BYTES);

	while (image.len && image.at[image.len - 1] == '\0')
		image.len--;
	return image;
}

/* Takes in the row that the scan stands on. */
static bool add_row(baseline_rows *rows, const struct table_scan *scan, struct error *error)
{
	struct baseline_row *row = vec_add(rows);
	struct slice value;

	*row = (struct baseline_row){ .image = image_of_key(scan->key),
				      .build = key_build(scan->key.at + KEY_IMAGE_BYTES) };
	return sealed_open(scan->key, scan->value, &value, error) &&
	       (baseline_row_decode(row, value) ||
		index_damaged(error, "a baseline of %.*s cannot be read",
			      SLICE_ARG(row->image)));
}

/* An image as the key has it, or a pattern. */
struct wanted {
	const struct key *image; /* NULL: the pattern says */
	struct slice pattern;
};

static bool matches(const struct wanted *wanted, struct slice image)
{
	return wanted->image ? memcmp(image.at, wanted->image->bytes, KEY_IMAGE_BYTES) == 0
			     : pattern_matches_image(wanted->pattern, image);
}

static bool walk(struct table_scan *scan, const struct wanted *wanted,
		 baseline_rows *rows, struct error *error)
{
	while (scan_next(scan, error)) {
		if (scan->key.len != KEY_BASELINE_BYTES)
			return index_damaged(error, "the key of a baseline has %zu bytes",
					     scan->key.len);
		if (matches(wanted, image_of_key(scan->key))) {
			if (!add_row(rows, scan, error))
				return false;
		} else if (wanted->image) {
			break;
		}
	}
	return error->kind == ERROR_NONE;
}

static bool find(struct index_view *view, const struct wanted *wanted,
		 baseline_rows *rows, struct error *error)
{
	struct slice from = wanted->image ? key_slice(wanted->image) : SLICE_NONE;
	struct table_scan scan;
	bool good;

	error->kind = ERROR_NONE;
	good = scan_begin(&scan, view, TABLE_BASELINE, from, error) &&
	       walk(&scan, wanted, rows, error);
	scan_end(&scan);
	if (!good)
		baseline_rows_free(rows);
	return good;
}

bool index_baselines(struct index_view *view, struct slice pattern, baseline_rows *rows,
		     struct error *error)
{
	struct key image = key_image(pattern);
	struct wanted wanted = { .pattern = pattern };

	if (pattern_is_literal(pattern))
		wanted.image = &image;
	return find(view, &wanted, rows, error);
}

/* ---- as find_patterns() asks ---- */

static bool counts_of_build(struct index_view *view, struct slice image, uint32_t build,
			    thread_counts *counts, struct error *error)
{
	struct key key = key_baseline(image, build);
	struct baseline_row row = { .counts = *counts };
	struct slice value;
	bool good = true;

	row.counts.len = 0;
	if (sealed_get(view, TABLE_BASELINE, &key, &value, error))
		good = baseline_row_decode(&row, value) ||
		       index_damaged(error, "a baseline of %.*s cannot be read",
				     SLICE_ARG(image));
	*counts = row.counts;
	return good && error->kind == ERROR_NONE;
}

static int compare_counts(const void *left, const void *right)
{
	const struct thread_count *a = left, *b = right;

	return a->threads < b->threads ? -1 : a->threads > b->threads;
}

void baseline_rows_sum(const struct baseline_row *rows, size_t count, thread_counts *sum)
{
	size_t kept = 0;

	sum->len = 0;
	for (size_t i = 0; i < count; i++)
		vec_for_each(more, &rows[i].counts)
			vec_push(sum, *more);
	if (sum->len < 2)
		return;
	qsort(sum->at, sum->len, sizeof(*sum->at), compare_counts);
	for (size_t i = 1; i < sum->len; i++) {
		if (sum->at[i].threads == sum->at[kept].threads)
			sum->at[kept].processes += sum->at[i].processes;
		else
			sum->at[++kept] = sum->at[i];
	}
	sum->len = kept + 1;
}

uint32_t baseline_rows_most(const struct baseline_row *rows, size_t count)
{
	thread_counts counts = { 0 };
	uint32_t most;

	baseline_rows_sum(rows, count, &counts);
	most = missing_threads_most(&counts);
	for (size_t i = 0; i < count; i++) {
		uint32_t own;

		baseline_rows_sum(&rows[i], 1, &counts);
		own = missing_threads_most(&counts);
		if (own != NUMBER_NONE && (most == NUMBER_NONE || own > most))
			most = own;
	}
	vec_free(&counts);
	return most;
}

static bool counts_of_image(struct index_view *view, struct slice image,
			    thread_counts *counts, struct error *error)
{
	struct key key = key_image(image);
	struct wanted wanted = { .image = &key };
	baseline_rows rows = { 0 };
	bool good = find(view, &wanted, &rows, error);

	baseline_rows_sum(rows.at, rows.len, counts);
	baseline_rows_free(&rows);
	return good;
}

static bool get_counts(void *from, struct slice image, uint32_t build, thread_counts *counts)
{
	struct baseline_source *source = from;
	struct error error = ERROR_INIT;
	bool good = build == NUMBER_NONE
			    ? counts_of_image(source->view, image, counts, &error)
			    : counts_of_build(source->view, image, build, counts, &error);

	if (!good && source->error.kind == ERROR_NONE)
		source->error = error;
	return good;
}

struct baseline baseline_of_index(struct baseline_source *source)
{
	return (struct baseline){ .counts = get_counts, .from = source };
}
