/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A merge gives the index that reading all archives would have given, byte for byte in every table but those that tell when. Another index
 * that is damaged, contradicts itself or lies is refused.
 */
#include "tests/unit/test_index_fixture.h"

#include "index/derive.h"
#include "index/merge.h"

/* Two bundles of one dump, one of several, and one of which nothing came. */
static const struct sample_bundle samples[] = {
	{ "/data/a.zip",
	  { { .id = 1,
	      .machine = "PC1",
	      .time = 5,
	      .readable = true,
	      .processes = { { "a.exe", 3, 2 }, { "b.exe", 1, 0, 1 } },
	      .chains = { { "a.exe>b.exe", 5, 0 } } },
	    { .id = 2, .readable = true, .chains = { { "b.exe>a.exe", 0, 1 } } } } },
	{ "/data/b.zip",
	  { { .id = 3,
	      .readable = true,
	      .processes = { { "a.exe", 9 } },
	      .chains = { { "a.exe>b.exe", 7, 0 } } } } },
	{ "/data/c.zip",
	  { { .id = 1,
	      .machine = "PC1",
	      .time = 5,
	      .partial = true,
	      .readable = true,
	      .processes = { { "a.exe", 3 } },
	      .chains = { { "a.exe>c.exe", 5, 0 } } },
	    { .id = 4, .readable = true, .chains = { { "c.exe>d.exe", 1, 0 } } } } },
	{ "/data/d.zip", { { .id = 0 } } },
};

#define SAMPLES (sizeof(samples) / sizeof(samples[0]))

static bool merge_into(const char *folder, const char *other_folder,
		       struct merge_counts *counts, struct error *error)
{
	struct index *other = must_open_read(other_folder);
	struct index_view *view = must_view(other);
	bool good = merge_check(view, error), begun = true; /* no run: tables are compared */
	struct index *index;

	if (good) {
		index = must_open_write(folder);
		good = index_merge(index, view, 0, &begun, counts, error);
		index_close(index);
	}
	index_view_end(view);
	index_close(other);
	return good;
}

static void must_merge(const char *folder, const char *other, struct merge_counts *counts)
{
	struct error error = ERROR_INIT;

	*counts = (struct merge_counts){ 0 };
	if (!merge_into(folder, other, counts, &error))
		fail_msg("%s", error.text);
}

/* Which samples are read into which of the two: every way to deal them out, some into both. */
static void test_equals_one_index(void **state)
{
	byte_vec all = { 0 }, merged = { 0 };
	char *both = new_folder();

	(void)state;
	fill(both, samples, SAMPLES);
	dump(both, &all);
	for (unsigned dealt = 0; dealt < 81; dealt++) { /* 3^SAMPLES */
		char *one = new_folder(), *two = new_folder();
		struct merge_counts counts;
		unsigned rest = dealt;

		index_close(must_open_write(one));
		index_close(must_open_write(two));
		for (size_t i = 0; i < SAMPLES; i++, rest /= 3) {
			if (rest % 3 != 1)
				fill(one, &samples[i], 1);
			if (rest % 3 != 0)
				fill(two, &samples[i], 1);
		}
		must_merge(one, two, &counts);
		dump(one, &merged);
		assert_same_bytes(&all, &merged);
		assert_int_equal(counts.replaced, 0);
		vec_free(&counts.incidents);
		must_merge(one, two, &counts); /* again: nothing */
		assert_int_equal(counts.added + counts.incidents.len, 0);
		dump(one, &merged);
		assert_same_bytes(&all, &merged);
		vec_free(&counts.incidents);
		remove_folder(one);
		remove_folder(two);
	}
	remove_folder(both);
	vec_free(&all);
	vec_free(&merged);
}

/* What follows from the incidents of the other one is of no interest. */
static void test_other_rules(void **state)
{
	char *one = new_folder(), *two = new_folder(), *both = new_folder();
	byte_vec all = { 0 }, merged = { 0 };
	struct merge_counts counts;
	struct error error = ERROR_INIT;
	struct index_view view;
	struct index *index;

	(void)state;
	fill(both, samples, SAMPLES);
	fill(one, samples, 1);
	fill(two, samples + 1, SAMPLES - 1);
	index = must_open_write(two);
	assert_true(view_begin(&view, index, 0, &error));
	for (int i = 0; i < DERIVED_TABLES; i++)
		assert_true(table_empty(&view, derived_tables[i], &error));
	assert_int_equal(mdb_txn_commit(view.txn), 0);
	index_close(index);
	must_merge(one, two, &counts);
	assert_int_equal(counts.incidents.len, 2);
	vec_free(&counts.incidents);
	dump(both, &all);
	dump(one, &merged);
	assert_same_bytes(&all, &merged);
	vec_free(&all);
	vec_free(&merged);
	remove_folder(one);
	remove_folder(two);
	remove_folder(both);
}

static void assert_refused(const char *folder)
{
	struct merge_counts counts = { 0 };
	struct error error = ERROR_INIT;
	byte_vec before = { 0 }, after = { 0 };
	char *own = new_folder();

	fill(own, samples, 1);
	dump(own, &before);
	assert_false(merge_into(own, folder, &counts, &error));
	assert_int_equal(error.kind, ERROR_FORMAT);
	assert_true(error.text[0]);
	dump(own, &after);
	assert_same_bytes(&before, &after);
	vec_free(&before);
	vec_free(&after);
	vec_free(&counts.incidents);
	remove_folder(own);
}

/* Records that nobody can read, well sealed. */
static void test_unreadable_records(void **state)
{
	static const struct sample_bundle lying = {
		"/data/lie.zip",
		{ { .id = 9, .records = "these are none", .chains = { { "a.exe>b.exe", 1, 0 } } } }
	};
	char *folder = new_folder();

	(void)state;
	fill(folder, &lying, 1);
	assert_refused(folder);
	remove_folder(folder);
}

/* Changes one row of the other index behind its back. */
static void spoil(const char *folder, enum table table,
		  void (*change)(struct index_view *view, struct slice key, struct slice value))
{
	struct error error = ERROR_INIT;
	struct index *index = must_open_write(folder);
	struct table_scan scan;
	struct index_view view;

	assert_true(view_begin(&view, index, 0, &error));
	assert_true(scan_begin(&scan, &view, table, SLICE_NONE, &error));
	assert_true(scan_next(&scan, &error));
	change(&view, scan.key, scan.value);
	scan_end(&scan);
	assert_int_equal(mdb_txn_commit(view.txn), 0);
	index_close(index);
}

static void take_away(struct index_view *view, struct slice key, struct slice value)
{
	struct error error = ERROR_INIT;

	(void)value;
	assert_true(table_delete(view, TABLE_INCIDENT, key, SLICE_NONE, &error));
}

static void flip(struct index_view *view, enum table table, struct slice key, struct slice value)
{
	struct error error = ERROR_INIT;
	char name[64];
	byte_vec copy = { 0 };

	assert_true(key.len <= sizeof(name));
	memcpy(name, key.at, key.len);
	bytes_put(&copy, value.at, value.len);
	copy.at[copy.len / 2] ^= 1;
	assert_true(table_put(view, table, (struct slice){ name, key.len },
			      bytes_slice(&copy), &error));
	vec_free(&copy);
}

static void flip_bundle(struct index_view *view, struct slice key, struct slice value)
{
	flip(view, TABLE_BUNDLE, key, value);
}

static void flip_records(struct index_view *view, struct slice key, struct slice value)
{
	flip(view, TABLE_RECORDS, key, value);
}

/* A row under the key of another path. */
static void move_bundle(struct index_view *view, struct slice key, struct slice value)
{
	struct error error = ERROR_INIT;
	struct key other = key_bundle(SLICE("/data/elsewhere.zip"));
	struct slice open;
	byte_vec copy = { 0 };

	assert_true(sealed_open(key, value, &open, &error));
	bytes_put(&copy, open.at, open.len);
	assert_true(sealed_put(view, TABLE_BUNDLE, &other, bytes_slice(&copy), &error));
	vec_free(&copy);
}

static void test_damaged(void **state)
{
	static const struct {
		enum table table;
		void (*change)(struct index_view *view, struct slice key, struct slice value);
	} ways[] = {
		{ TABLE_INCIDENT, take_away },
		{ TABLE_BUNDLE, flip_bundle },
		{ TABLE_RECORDS, flip_records },
		{ TABLE_BUNDLE, move_bundle },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		char *folder = new_folder();

		fill(folder, samples, SAMPLES);
		spoil(folder, ways[i].table, ways[i].change);
		assert_refused(folder);
		remove_folder(folder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equals_one_index),
		cmocka_unit_test(test_other_rules),
		cmocka_unit_test(test_unreadable_records),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
