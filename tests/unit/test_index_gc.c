/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Removal by session time and pins: what is left is what an index of the younger incidents alone holds, and the
 * bundles are known as before.
 */
#include "tests/unit/test_index_fixture.h"

#include "index/gc.h"
#include "index/pin.h"

#define BUNDLES 60

struct archive {
	struct sample_bundle samples[BUNDLES];
	char paths[BUNDLES][32];
};

static uint32_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

/* The same dump has the same time wherever it lies; every fifth has none. */
static struct sample_incident make_one(uint64_t id)
{
	static const char *const paths[] = { "a.exe>b.exe", "a.exe>b.exe>c.exe",
					     "d.exe>b.exe", "c.exe>a.exe" };

	return (struct sample_incident){
		.id = id,
		.time = id % 5 ? (int64_t)(1000 + id * 37 % 100) : 0,
		.build = 6000 + (uint32_t)(id % 3),
		.machine = id % 2 ? "TS1" : "TS2",
		.chains = { { paths[id % 4], (int64_t)id, 0 }, { paths[id * 7 % 4], 9, 2 } },
		.processes = { { "a.exe", (uint32_t)(1 + id % 9) }, { "b.exe", 4 } },
	};
}

/* Incidents lie in several bundles; some of them are read in part there. */
static void make_archive(struct archive *archive, uint64_t seed)
{
	for (size_t i = 0; i < BUNDLES; i++) {
		struct sample_bundle *sample = &archive->samples[i];
		size_t count = next_random(&seed) % (SAMPLE_INCIDENTS + 1);
		uint64_t id = 0;

		snprintf(archive->paths[i], sizeof(archive->paths[i]), "/srv/%zu.zip", i);
		*sample = (struct sample_bundle){ .path = archive->paths[i] };
		for (size_t k = 0; k < count; k++) {
			id += 1 + next_random(&seed) % 40;
			sample->incidents[k] = make_one(id);
			sample->incidents[k].partial = next_random(&seed) % 4 == 0;
		}
	}
}

static bool is_pinned(const uint64_t *pins, size_t count, uint64_t id)
{
	for (size_t i = 0; i < count; i++)
		if (pins[i] == id)
			return true;
	return false;
}

/* Leaves out of the archive what gc is to remove. */
static void thin_out(struct archive *archive, int64_t before, const uint64_t *pins, size_t count)
{
	for (size_t i = 0; i < BUNDLES; i++) {
		struct sample_incident *incidents = archive->samples[i].incidents;
		size_t kept = 0;

		for (size_t k = 0; k < SAMPLE_INCIDENTS && incidents[k].id; k++)
			if (!incidents[k].time || incidents[k].time >= before ||
			    is_pinned(pins, count, incidents[k].id))
				incidents[kept++] = incidents[k];
		for (; kept < SAMPLE_INCIDENTS; kept++)
			incidents[kept] = (struct sample_incident){ .id = 0 };
	}
}

/* All rows but those of bundles, which go on to tell their members, and pins. */
static void dump_content(const char *folder, byte_vec *out)
{
	struct index *index = must_open_read(folder);
	struct index_view *view = must_view(index);
	struct error error = ERROR_INIT;

	out->len = 0;
	for (int table = 0; table < TABLES; table++) {
		struct table_scan scan;

		if (table == TABLE_BUNDLE || table == TABLE_PIN)
			continue;
		bytes_put_u8(out, (uint8_t)table);
		assert_true(scan_begin(&scan, view, table, SLICE_NONE, &error));
		while (scan_next(&scan, &error)) {
			bytes_put_text(out, scan.key);
			bytes_put_text(out, scan.value);
		}
		scan_end(&scan);
	}
	index_view_end(view);
	index_close(index);
}

static void check_bundles(const char *folder, const struct archive *all,
			  const struct archive *kept)
{
	struct index *index = must_open_read(folder);
	struct index_view *view = must_view(index);
	struct error error = ERROR_INIT;

	for (size_t i = 0; i < BUNDLES; i++) {
		struct made_bundle was, now;
		struct bundle_row row;

		make_bundle(&was, &all->samples[i]);
		make_bundle(&now, &kept->samples[i]);
		assert_true(index_bundle(view, all->paths[i], &row, &error));
		assert_int_equal(row.size, was.row.size);
		assert_int_equal(row.mtime_ns, was.row.mtime_ns);
		assert_int_equal(row.members.len, was.row.members.len);
		assert_int_equal(row.incidents.len, now.row.incidents.len);
		for (size_t k = 0; k < row.incidents.len; k++)
			assert_int_equal(row.incidents.at[k], now.row.incidents.at[k]);
		bundle_row_free(&row);
		made_free(&was);
		made_free(&now);
	}
	index_view_end(view);
	index_close(index);
}

static size_t count_incidents(const char *folder)
{
	struct index *index = must_open_read(folder);
	struct index_view *view = must_view(index);
	size_t count = count_rows(view, TABLE_INCIDENT);

	index_view_end(view);
	index_close(index);
	return count;
}

static void must_gc(const char *folder, const struct gc_wish *wish, struct gc_counts *counts)
{
	struct index *index = must_open_write(folder);
	struct index_view *view = must_view(index);
	struct error error = ERROR_INIT;
	struct gc_counts told;

	assert_true(gc_count(view, wish, &told, &error));
	index_view_end(view);
	if (!index_gc(index, wish, counts, &error))
		fail_msg("%s", error.text);
	assert_memory_equal(&told, counts, sizeof(told));
	index_close(index);
}

static void pin(const char *folder, const uint64_t *ids, size_t count)
{
	struct index *index = must_open_write(folder);
	struct error error = ERROR_INIT;
	pin_vec all = { 0 };
	uint64_t changed;

	for (size_t i = 0; i < count; i++)
		vec_push(&all, ids[i]);
	assert_true(index_pin(index, &all, true, &changed, &error));
	assert_int_equal(changed, count);
	assert_true(index_pin(index, &all, true, &changed, &error));
	assert_int_equal(changed, 0);
	vec_free(&all);
	index_close(index);
}

static void try_archive(uint64_t seed, int64_t before, bool keep_pinned)
{
	static const uint64_t pins[] = { 3, 8, 21, 34, 47, 1000000 };
	const size_t pinned = sizeof(pins) / sizeof(pins[0]);
	struct archive *all = mem_alloc_zero(1, sizeof(*all));
	struct archive *kept = mem_alloc_zero(1, sizeof(*kept));
	struct gc_wish wish = { .before = before, .keep_pinned = keep_pinned };
	char *folder = new_folder(), *reference = new_folder();
	byte_vec here = { 0 }, there = { 0 };
	struct gc_counts counts, again;
	size_t total;

	make_archive(all, seed);
	make_archive(kept, seed);
	thin_out(kept, before, pins, keep_pinned ? pinned : 0);
	fill(folder, all->samples, BUNDLES);
	fill(reference, kept->samples, BUNDLES);
	total = count_incidents(folder);
	pin(folder, pins, pinned);
	must_gc(folder, &wish, &counts);
	assert_int_equal(counts.stayed, count_incidents(reference));
	assert_int_equal(counts.removed, total - counts.stayed);
	dump_content(folder, &here);
	dump_content(reference, &there);
	assert_same_bytes(&here, &there);
	check_bundles(folder, all, kept);
	must_gc(folder, &wish, &again);
	assert_int_equal(again.removed, 0);
	assert_int_equal(again.stayed, counts.stayed);
	assert_int_equal(again.pinned, counts.pinned);
	/* What is read again comes back, and nothing was left over of it. */
	fill(folder, all->samples, BUNDLES);
	fill(reference, all->samples, BUNDLES);
	dump_content(folder, &here);
	dump_content(reference, &there);
	assert_same_bytes(&here, &there);
	vec_free(&here);
	vec_free(&there);
	remove_folder(folder);
	remove_folder(reference);
	free(all);
	free(kept);
}

static void test_as_if_never_read(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 6; seed++)
		for (int64_t before = 990; before <= 1110; before += 40) {
			try_archive(seed, before, false);
			try_archive(seed, before, true);
		}
}

static void test_counts(void **state)
{
	static const struct sample_bundle samples[] = {
		{ "/a.zip", { { .id = 1, .time = 100 }, { .id = 2, .time = 200 } } },
		{ "/b.zip", { { .id = 2, .time = 200 }, { .id = 3 }, { .id = 4, .time = -5 } } },
	};
	static const uint64_t pinned[] = { 1, 2 };
	struct gc_wish wish = { .before = 200, .keep_pinned = true };
	char *folder = new_folder();
	struct index_view *view;
	struct gc_counts counts;
	struct index *index;
	struct error error = ERROR_INIT;

	(void)state;
	fill(folder, samples, 2);
	pin(folder, pinned, 2);
	must_gc(folder, &wish, &counts);
	assert_int_equal(counts.removed, 1);
	assert_int_equal(counts.stayed, 3);
	assert_int_equal(counts.pinned, 1);
	assert_int_equal(counts.timeless, 1);
	wish.keep_pinned = false;
	must_gc(folder, &wish, &counts);
	assert_int_equal(counts.removed, 1);
	assert_int_equal(counts.stayed, 2);
	assert_int_equal(counts.pinned, 0);
	/* A pin goes with its incident. */
	index = must_open_read(folder);
	view = must_view(index);
	assert_false(pin_is_set(view, 1, &error));
	assert_true(pin_is_set(view, 2, &error));
	assert_int_equal(error.kind, ERROR_NONE);
	index_view_end(view);
	index_close(index);
	remove_folder(folder);
}

static void test_pins(void **state)
{
	static const uint64_t many[] = { 9, 1, UINT64_MAX };
	static const uint64_t sorted[] = { 1, UINT64_MAX };
	char *folder = new_folder();
	struct error error = ERROR_INIT;
	struct index_view *view;
	struct index *index;
	pin_vec ids = { 0 };
	uint64_t changed;

	(void)state;
	index_close(must_open_write(folder));
	pin(folder, many, 3);
	index = must_open_write(folder);
	vec_push(&ids, 9);
	vec_push(&ids, 10);
	assert_true(index_pin(index, &ids, false, &changed, &error));
	assert_int_equal(changed, 1);
	ids.len = 0;
	view = must_view(index);
	assert_true(index_pins(view, &ids, &error));
	assert_int_equal(ids.len, 2);
	assert_memory_equal(ids.at, sorted, sizeof(sorted));
	index_view_end(view);
	vec_free(&ids);
	index_close(index);
	remove_folder(folder);
}

/* Many small steps come to the same as one. */
static void test_step_by_step(void **state)
{
	struct gc_wish wish = { .before = 1050 };
	char *folder = new_folder(), *reference = new_folder();
	struct archive *archive = mem_alloc_zero(1, sizeof(*archive));
	byte_vec here = { 0 }, there = { 0 };
	struct gc_counts counts;

	(void)state;
	make_archive(archive, 99);
	fill(reference, archive->samples, BUNDLES);
	must_gc(reference, &wish, &counts);
	fill(folder, archive->samples, BUNDLES);
	for (wish.before = 1000; wish.before <= 1050; wish.before++)
		must_gc(folder, &wish, &counts);
	dump(folder, &here);
	dump(reference, &there);
	assert_same_bytes(&here, &there);
	vec_free(&here);
	vec_free(&there);
	free(archive);
	remove_folder(folder);
	remove_folder(reference);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_if_never_read),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_pins),
		cmocka_unit_test(test_step_by_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
