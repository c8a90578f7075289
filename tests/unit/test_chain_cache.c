/* SPDX-License-Identifier: Apache-2.0 */
/* Chains that stay decoded: the same answers whether all, some or none of them fit; damage is told each time. */
#include "tests/unit/test_index_fixture.h"

#include "index/chain_cache.h"

#define INCIDENTS 12

static void fill_many(const char *folder)
{
	struct index *index = must_open_write(folder);

	for (uint64_t id = 1; id <= INCIDENTS; id++) {
		struct sample_bundle sample = { .path = "/data/0.zip" };
		char path[32];

		snprintf(path, sizeof(path), "/data/%02u.zip", (unsigned)id);
		sample.path = path;
		sample.incidents[0] = (struct sample_incident){
			.id = id,
			.chains = { { "a.exe>b.exe", (int64_t)id, 0 }, { "b.exe>c.exe", 0, 0 } },
		};
		must_write(index, &sample, 1);
	}
	index_close(index);
}

/* As the index has them. */
static void expect_signatures(struct index_view *view, const struct cached_chains *cached)
{
	struct chain_list list = { .chains_found = 0 };
	struct error error = ERROR_INIT;

	assert_true(index_row_chains(view, &cached->row, &list, &error));
	for (size_t i = 0; i < list.chains.len; i++)
		assert_memory_equal(&cached->list.chains.at[i].signatures,
				    &list.chains.at[i].signatures, sizeof(struct signatures));
	chain_list_free(&list);
}

/* The least wait and the signatures of each incident, asked for three times over. */
static void ask(struct index_view *view, struct chain_cache *cache)
{
	struct error error = ERROR_INIT;

	for (int round = 0; round < 3; round++)
		for (uint64_t id = 1; id <= INCIDENTS; id++) {
			const struct cached_chains *cached =
				chain_cache_get(cache, id, &error);

			assert_non_null(cached);
			assert_int_equal(cached->row.summary.id, id);
			assert_int_equal(cached->list.chains.len, 2);
			assert_int_equal(chain_longest_wait(&cached->list,
							    &cached->list.chains.at[0]),
					 id);
			expect_signatures(view, cached);
		}
}

static void test_capacities(void **state)
{
	static const size_t capacities[] = { 0, 1, 4096, 20000, CHAIN_CACHE_BYTES };
	char *folder = new_folder();
	struct index_view *view;
	struct index *index;

	(void)state;
	fill_many(folder);
	index = must_open_read(folder);
	view = must_view(index);
	for (size_t i = 0; i < sizeof(capacities) / sizeof(capacities[0]); i++) {
		struct chain_cache *cache = chain_cache_new(view, capacities[i]);

		ask(view, cache);
		chain_cache_free(cache);
	}
	index_view_end(view);
	index_close(index);
	remove_folder(folder);
}

static void test_missing(void **state)
{
	char *folder = new_folder();
	struct error error = ERROR_INIT;
	struct index_view *view;
	struct index *index;
	struct chain_cache *cache;

	(void)state;
	fill_many(folder);
	index = must_open_read(folder);
	view = must_view(index);
	cache = chain_cache_new(view, CHAIN_CACHE_BYTES);
	for (int round = 0; round < 2; round++) {
		error = ERROR_INIT;
		assert_null(chain_cache_get(cache, 999, &error));
		assert_int_equal(error.kind, ERROR_FORMAT);
		assert_non_null(chain_cache_get(cache, 1, &error));
	}
	chain_cache_free(cache);
	index_view_end(view);
	index_close(index);
	remove_folder(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_capacities),
		cmocka_unit_test(test_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
