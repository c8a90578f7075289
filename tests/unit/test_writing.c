/* SPDX-License-Identifier: Apache-2.0 */
/* An index that was grouped by other rules is grouped anew before a command changes its incidents. */
#include "tests/unit/test_index_fixture.h"

#include "index/derive.h"
#include "index/regroup.h"
#include "pipeline/base/log.h"
#include "pipeline/writing.h"

static const struct sample_bundle samples[] = {
	{ "/data/a.zip",
	  { { .id = 1, .machine = "PC1", .time = 5, .chains = { { "a.exe>b.exe", 5, 0 } } },
	    { .id = 2, .chains = { { "b.exe>a.exe", 0, 1 } } } } },
	{ "/data/b.zip", { { .id = 3, .chains = { { "a.exe>b.exe", 7, 0 } } } } },
};

/* As other rules might have left it: other signatures, here none. */
static void spoil(const char *folder)
{
	uint64_t rules = __builtin_bswap64(SIGNATURE_RULES + 7);
	struct error error = ERROR_INIT;
	struct index *index = must_open_write(folder);
	struct index_view view;

	assert_true(view_begin(&view, index, 0, &error));
	for (int i = 0; i < DERIVED_TABLES; i++)
		assert_true(table_empty(&view, derived_tables[i], &error));
	assert_true(table_put(&view, TABLE_META, SLICE("rules"),
			      (struct slice){ (const char *)&rules, sizeof(rules) }, &error));
	assert_int_equal(mdb_txn_commit(view.txn), 0);
	index_close(index);
}

static void group_alike(const char *folder)
{
	struct error error = ERROR_INIT;
	struct index *index = must_open_write(folder);

	if (!writing_group_alike(index, &error))
		fail_msg("%s", error.text);
	index_close(index);
}

static void test_group_alike(void **state)
{
	char *folder = new_folder();
	byte_vec before = { 0 }, after = { 0 };

	(void)state;
	log_set_quiet(true);
	fill(folder, samples, 2);
	dump(folder, &before);
	group_alike(folder);
	dump(folder, &after);
	assert_same_bytes(&before, &after);
	spoil(folder);
	group_alike(folder);
	dump(folder, &after);
	assert_same_bytes(&before, &after);
	vec_free(&before);
	vec_free(&after);
	remove_folder(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_group_alike),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
