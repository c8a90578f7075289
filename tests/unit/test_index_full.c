/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A map that is full: whichever page cannot be had, in the middle of whatever is written, the transaction begins again in a larger map
 * and comes to the same.
 */
#include "tests/unit/test_index_fixture.h"

#include "index/gc.h"
#include "index/regroup.h"

#define BUNDLES 24
#define PAGE 4096

struct bundles {
	char paths[BUNDLES][32];
	struct sample_bundle list[BUNDLES];
};

static const char *const chains[] = { "a.exe>b.exe>c.exe", "b.exe>c.exe",
				      "processwithalongname.exe>b.exe", "d.exe>?",
				      "e.exe>b.exe" };

/* Every second round has other chains in the same incidents, and records of several pages. */
static void make_bundles(struct bundles *bundles, unsigned round)
{
	static char records[3 * PAGE];

	memset(records, 'r', sizeof(records) - 1);
	for (unsigned i = 0; i < BUNDLES; i++) {
		snprintf(bundles->paths[i], sizeof(bundles->paths[i]), "/data/%02u.zip", i);
		bundles->list[i] = (struct sample_bundle){ .path = bundles->paths[i] };
		bundles->list[i].incidents[0] = (struct sample_incident){
			.id = i / 2 + 1,
			.machine = i % 3 ? "PC1" : "PC2",
			.time = 1000 * (i / 2 + 1),
			.records = i % 5 == round ? records : NULL,
			.chains = { { chains[(i + round) % 5], 5 + i, 0 },
				    { chains[(i + 2 * round + 1) % 5], 0, i % 2 } },
			.processes = { { "a.exe", i + 1 }, { "b.exe", 3 + round } },
		};
	}
}

static bool write_round(struct index *index, struct error *error)
{
	struct bundles bundles;

	make_bundles(&bundles, 1);
	return write_samples(index, bundles.list, BUNDLES, error);
}

static bool collect_garbage(struct index *index, struct error *error)
{
	static const struct gc_wish wish = { .before = 8000 };
	struct gc_counts counts;

	return index_gc(index, &wish, &counts, error);
}

static void copy_file(const char *from, const char *to, const char *name)
{
	char path[512], bytes[1 << 16];
	FILE *in, *out;
	size_t len;

	snprintf(path, sizeof(path), "%s/%s", from, name);
	in = fopen(path, "rb");
	snprintf(path, sizeof(path), "%s/%s", to, name);
	out = fopen(path, "wb");
	assert_non_null(in);
	assert_non_null(out);
	while ((len = fread(bytes, 1, sizeof(bytes), in)) > 0)
		assert_int_equal(fwrite(bytes, 1, len, out), len);
	fclose(in);
	fclose(out);
}

/* Does the work on a copy of the index with so many pages to spare. False when they were enough. */
static bool with_pages(const char *folder, size_t pages,
		       bool (*work)(struct index *index, struct error *error), byte_vec *after)
{
	char *copy = new_folder();
	struct error error = ERROR_INIT;
	struct index *index;
	MDB_envinfo before, grown;

	copy_file(folder, copy, "data.mdb");
	index = must_open_write(copy);
	mdb_env_info(index->env, &before);
	assert_int_equal(
		mdb_env_set_mapsize(index->env, (before.me_last_pgno + 1 + pages) * PAGE), 0);
	mdb_env_info(index->env, &before);
	if (!work(index, &error))
		fail_msg("%zu pages: %s", pages, error.text);
	mdb_env_info(index->env, &grown);
	index_close(index);
	dump(copy, after);
	remove_folder(copy);
	return grown.me_mapsize > before.me_mapsize;
}

static void expect_same(bool (*work)(struct index *index, struct error *error))
{
	char *folder = new_folder();
	byte_vec want = { 0 }, have = { 0 };
	struct bundles bundles;
	size_t pages = 0;

	make_bundles(&bundles, 0);
	fill(folder, bundles.list, BUNDLES);
	assert_false(with_pages(folder, 10000, work, &want));
	while (with_pages(folder, pages, work, &have)) {
		assert_same_bytes(&want, &have);
		pages++;
	}
	assert_same_bytes(&want, &have);
	assert_true(pages > 3); /* it did not always fit */
	vec_free(&want);
	vec_free(&have);
	remove_folder(folder);
}

static void test_write(void **state)
{
	(void)state;
	expect_same(write_round);
}

static void test_gc(void **state)
{
	(void)state;
	expect_same(collect_garbage);
}

static void test_regroup(void **state)
{
	(void)state;
	expect_same(index_regroup);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_gc),
		cmocka_unit_test(test_regroup),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
