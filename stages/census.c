/* SPDX-License-Identifier: Apache-2.0 */
/* Censuses as bytes and back; see census.h and index/FORMAT.md. */
#include "stages/census.h"

#include "stages/baseline.h"

/* One process, with its image cut and in lower case. */
struct counted {
	char image[IMAGE_CUT];
	uint8_t len;
	uint32_t threads;
};

typedef VEC(struct counted) counted_vec;

static struct counted count_process(struct slice image, uint32_t threads)
{
	struct counted counted = { .threads = threads };

	image = image_cut(image);
	counted.len = (uint8_t)image.len;
	for (size_t i = 0; i < image.len; i++) {
		char c = image.at[i];

		counted.image[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	return counted;
}

static struct slice counted_image(const struct counted *counted)
{
	return (struct slice){ counted->image, counted->len };
}

static int compare_counted(const void *left, const void *right)
{
	const struct counted *a = left, *b = right;
	int order = slice_compare(counted_image(a), counted_image(b));

	if (order)
		return order;
	return a->threads < b->threads ? -1 : a->threads > b->threads;
}

static void take(const struct records *records, counted_vec *all)
{
	vec_for_each(process, &records->processes) {
		struct counted counted;

		if (!baseline_takes(process))
			continue;
		counted = count_process(names_text(&records->names, process->image),
					process->threads);
		if (counted.len > 0)
			vec_push(all, counted);
	}
	if (all->len > 1)
		qsort(all->at, all->len, sizeof(*all->at), compare_counted);
}

/* Where the run of processes ends that are like the first: in image, or in threads as well. */
static size_t run_end(const counted_vec *all, size_t first, size_t end, bool threads)
{
	size_t at = first + 1;

	while (at < end &&
	       slice_equal(counted_image(&all->at[at]), counted_image(&all->at[first])) &&
	       (!threads || all->at[at].threads == all->at[first].threads))
		at++;
	return at;
}

static size_t count_runs(const counted_vec *all, size_t first, size_t end, bool threads)
{
	size_t runs = 0;

	for (size_t at = first; at < end; at = run_end(all, at, end, threads))
		runs++;
	return runs;
}

static void encode_image(const counted_vec *all, size_t first, size_t end, byte_vec *out)
{
	uint32_t before = 0;

	bytes_put_text(out, counted_image(&all->at[first]));
	bytes_put_varint(out, count_runs(all, first, end, true));
	for (size_t at = first, next; at < end; at = next) {
		next = run_end(all, at, end, true);
		bytes_put_varint(out, all->at[at].threads - before);
		bytes_put_varint(out, next - at);
		before = all->at[at].threads;
	}
}

void census_encode(const struct records *records, byte_vec *out)
{
	counted_vec all = { 0 };

	take(records, &all);
	bytes_put_varint(out, (uint32_t)(records->host.build + 1));
	bytes_put_varint(out, count_runs(&all, 0, all.len, false));
	for (size_t at = 0, next; at < all.len; at = next) {
		next = run_end(&all, at, all.len, false);
		encode_image(&all, at, next, out);
	}
	vec_free(&all);
}

/* Whether it is as an image is written: neither empty nor longer than the cut, and the same when cut and folded again. */
static bool is_folded(struct slice image)
{
	struct counted folded = count_process(image, 0);

	return image.len > 0 && slice_equal(image, counted_image(&folded));
}

static void decode_image(struct census *census, struct bytes_reader *reader)
{
	struct census_row row = { .image = bytes_get_text(reader) };
	size_t count = bytes_get_count(reader, 2);

	reader->bad |= !is_folded(row.image) || count == 0;
	if (census->rows.len)
		reader->bad |= slice_compare(census->rows.at[census->rows.len - 1].image,
					     row.image) >= 0;
	for (size_t i = 0; i < count && !reader->bad; i++) {
		uint32_t more = (uint32_t)bytes_get_max(reader, UINT32_MAX - row.threads);

		row.threads += more;
		row.processes = (uint32_t)bytes_get_max(reader, UINT32_MAX);
		reader->bad |= row.processes == 0 || (i && more == 0);
		vec_push(&census->rows, row);
	}
}

bool census_decode(struct census *census, const void *bytes, size_t len)
{
	struct bytes_reader reader = bytes_reader_from(bytes, len);
	size_t images;

	census->rows.len = 0;
	census->build = (uint32_t)bytes_get_max(&reader, UINT32_MAX) - 1;
	images = bytes_get_count(&reader, 5);
	for (size_t i = 0; i < images && !reader.bad; i++)
		decode_image(census, &reader);
	if (!reader.bad && bytes_left(&reader) == 0)
		return true;
	census->rows.len = 0;
	census->build = NUMBER_NONE;
	return false;
}

void census_free(struct census *census)
{
	vec_free(&census->rows);
}
