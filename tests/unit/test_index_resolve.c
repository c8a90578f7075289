/* SPDX-License-Identifier: Apache-2.0 */
/* From what a user types to an incident, and what is said when that is none or
 * several. */
#include "tests/unit/test_index_fixture.h"

static const struct sample_bundle samples[] = {
	{ "/data/mon/case.zip", { { .id = 0xabcd000000000001 } } },
	{ "/data/tue/case.zip", { { .id = 0xabcd000000000001 } } },
	{ "/data/mon/two.zip", { { .id = 0x00000000000000f1 }, { .id = 0xabcd000000000002 } } },
	{ "/data/tue/two.zip", { { .id = 0xff00000000000000 } } },
	{ "/data/none.zip", { { .id = 0 } } },
	{ "/data/abcd", { { .id = 0xff00000000000000 } } },
	{ "/data/many.log",
	  { { .id = 0x5000000000000001 },
	    { .id = 0x5000000000000002 },
	    { .id = 0x5000000000000003 },
	    { .id = 0x5000000000000004 } } },
};

struct fixture {
	char *folder;
	struct index *index;
	struct index_view *view;
};

static int set_up(void **state)
{
	struct fixture *fixture = mem_alloc(sizeof(*fixture));

	fixture->folder = new_folder();
	fill(fixture->folder, samples, sizeof(samples) / sizeof(samples[0]));
	fixture->index = must_open_read(fixture->folder);
	fixture->view = must_view(fixture->index);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	index_view_end(fixture->view);
	index_close(fixture->index);
	remove_folder(fixture->folder);
	free(fixture);
	return 0;
}

static void expect_id(void **state, const char *typed, uint64_t expected)
{
	struct fixture *fixture = *state;
	struct error error = ERROR_INIT;
	uint64_t id = 0;

	if (index_resolve(fixture->view, typed, &id, &error) != 1)
		fail_msg("%s: %s", typed, error.text);
	assert_int_equal(id, expected);
}

static void expect_count(void **state, const char *typed, size_t count, const char *text)
{
	struct fixture *fixture = *state;
	struct error error = ERROR_INIT;
	uint64_t id;

	assert_int_equal(index_resolve(fixture->view, typed, &id, &error), count);
	assert_int_equal(error.kind, ERROR_USAGE);
	if (!strstr(error.text, text))
		fail_msg("%s: %s", typed, error.text);
}

static void test_ids(void **state)
{
	expect_id(state, "abcd000000000001", 0xabcd000000000001);
	expect_id(state, "ABCD000000000002", 0xabcd000000000002);
	expect_id(state, "0", 0xf1);
	expect_id(state, "f", 0xff00000000000000);
	expect_id(state, "ff00000000000000", 0xff00000000000000);
	/* An id wins over a base name. */
	expect_count(state, "abcd", 2,
		     "begins the ids of 2 incidents: type one of abcd000000000001, "
		     "abcd000000000002");
	expect_count(state, "5", 4,
		     "type one of 5000000000000001, 5000000000000002, 5000000000000003, …");
	expect_count(state, "abcd000000000003", 0, "no incident and no bundle");
	expect_count(state, "abcd0000000000011", 0, "no incident and no bundle");
	expect_count(state, "", 0, "no incident");
}

static void test_paths(void **state)
{
	expect_id(state, "/data/mon/case.zip", 0xabcd000000000001);
	expect_id(state, "/data/abcd", 0xff00000000000000);
	expect_count(state, "/data/mon/two.zip", 2,
		     "holds 2 incidents: type one of 00000000000000f1");
	expect_count(state, "/data/none.zip", 0, "/data/none.zip holds no incident");
	expect_count(state, "/case.zip", 0, "no incident and no bundle");
}

static void test_base_names(void **state)
{
	/* In two bundles, but one incident. */
	expect_id(state, "case.zip", 0xabcd000000000001);
	expect_count(state, "two.zip", 3, "holds 3 incidents");
	expect_id(state, "tue/two.zip", 0xff00000000000000);
	expect_count(state, "none.zip", 0, "holds no incident");
	expect_count(state, "ase.zip", 0, "no incident and no bundle");
	expect_count(state, "CASE.ZIP", 0, "no incident and no bundle");
}

/* A path as typed from where one stands. */
static void test_relative_path(void **state)
{
	char *folder = new_folder(), *path, *resolved, where[512];
	struct sample_bundle sample = { NULL, { { .id = 0x77 } } };
	struct error error = ERROR_INIT;
	struct index_view *view;
	struct index *index;
	uint64_t id = 0;

	(void)state;
	assert_non_null(getcwd(where, sizeof(where)));
	resolved = realpath(folder, NULL);
	assert_true(asprintf(&path, "%s/writer.lock", resolved) > 0);
	sample.path = path;
	fill(folder, &sample, 1);
	index = must_open_read(folder);
	view = must_view(index);
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(index_resolve(view, "./writer.lock", &id, &error), 1);
	assert_int_equal(id, 0x77);
	assert_int_equal(chdir(where), 0);
	index_view_end(view);
	index_close(index);
	free(resolved);
	free(path);
	remove_folder(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ids, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_paths, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_base_names, set_up, tear_down),
		cmocka_unit_test(test_relative_path),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
