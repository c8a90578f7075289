/* SPDX-License-Identifier: Apache-2.0 */
/* Order of `list`, limit and offset, and every selector. */
#include "tests/unit/test_index_fixture.h"

#include "index/list.h"

static const struct sample_bundle samples[] = {
	{ "/data/mon/one.zip",
	  { { .id = 1, .time = 3000, .machine = "SRV01", .os = "Windows Server 2008 SP2", .build = 6002 },
	    { .id = 5, .time = -7000, .machine = "old" } } },
	{ "/data/tue/two.7z",
	  { { .id = 2, .machine = "srv02", .os = "Windows 10", .build = 19041 },
	    { .id = 3, .time = 3000, .machine = "SRV03", .os = "Windows Server 2012 R2", .build = 9600 } } },
	{ "/data/tue/copy.zip",
	  { { .id = 1, .time = 3000, .machine = "SRV01", .build = 6002 } } },
	{ "/data/wed/three.log", { { .id = 4, .time = 9000 }, { .id = 6 } } },
};

static struct index *open_index;
static struct index_view *view;
static char *folder;

static int set_up(void **state)
{
	(void)state;
	folder = new_folder();
	fill(folder, samples, sizeof(samples) / sizeof(samples[0]));
	open_index = must_open_read(folder);
	view = must_view(open_index);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	index_view_end(view);
	index_close(open_index);
	remove_folder(folder);
	return 0;
}

struct seen {
	char ids[32]; /* one digit each */
	size_t stop;  /* after so many; 0 for never */
};

static bool visit(void *context, const struct incident_row *row)
{
	struct seen *seen = context;
	size_t len = strlen(seen->ids);

	seen->ids[len] = (char)('0' + row->summary.id);
	return len + 1 != seen->stop;
}

static void expect(const struct selector *selector, const char *ids)
{
	struct error error = { .kind = ERROR_IO };
	struct seen seen = { .stop = 0 };
	uint64_t count;

	assert_true(list_incidents(view, selector, visit, &seen, &count, &error));
	assert_string_equal(seen.ids, ids);
	assert_int_equal(count, strlen(ids));
	assert_int_equal(error.kind, ERROR_NONE);
}

#define expect_where(ids, ...)                        \
	do {                                          \
		struct selector where = SELECTOR_ALL; \
		__VA_ARGS__;                          \
		expect(&where, ids);                  \
	} while (0)

static void test_order(void **state)
{
	(void)state;
	expect_where("413526", (void)0);
}

static void test_limit_and_offset(void **state)
{
	(void)state;
	expect_where("41", where.limit = 2);
	expect_where("35", where.limit = 2, where.offset = 2);
	expect_where("26", where.offset = 4);
	expect_where("", where.offset = 6);
	expect_where("", where.offset = UINT64_MAX);
	/* Both count what the selector accepts. */
	expect_where("3", where.limit = 1, where.offset = 1, where.machine = "srv*");
}

static void test_times(void **state)
{
	(void)state;
	expect_where("413", where.since = 3000);
	expect_where("4", where.since = 3001);
	expect_where("135", where.until = 3000);
	expect_where("5", where.until = 2999);
	expect_where("13", where.since = 0, where.until = 3000);
	expect_where("", where.since = 9001);
	expect_where("", where.until = -7001);
	expect_where("4135", where.since = INT64_MIN + 1);
	expect_where("4135", where.until = INT64_MAX);
}

static void test_machine_and_os(void **state)
{
	(void)state;
	expect_where("1", where.machine = "srv01");
	expect_where("132", where.machine = "SRV0?");
	expect_where("1352", where.machine = "*");
	expect_where("", where.machine = "srv");
	expect_where("13", where.os = "server");
	expect_where("1", where.os = "2008 sp2");
	expect_where("132", where.os = "windows*");
	expect_where("", where.os = "2003");
	expect_where("3", where.build = 9600);
	expect_where("", where.build = 1);
}

static void test_bundle(void **state)
{
	(void)state;
	expect_where("32", where.bundle = "two.7z");
	expect_where("132", where.bundle = "/data/tue/*");
	/* Found by its second bundle. */
	expect_where("1", where.bundle = "copy.*");
	expect_where("15", where.bundle = "ONE.zip");
	expect_where("", where.bundle = "one");
	expect_where("46", where.bundle = "*wed*");
}

static void test_together(void **state)
{
	(void)state;
	expect_where("3", where.bundle = "*/tue/*", where.os = "server",
		     where.since = 3000, where.build = 9600);
	expect_where("", where.bundle = "*/tue/*", where.os = "server", where.since = 3001);
}

static void test_visit_may_stop(void **state)
{
	struct selector all = SELECTOR_ALL;
	struct error error = ERROR_INIT;
	struct seen seen = { .stop = 3 };
	uint64_t count;

	(void)state;
	assert_true(list_incidents(view, &all, visit, &seen, &count, &error));
	assert_string_equal(seen.ids, "413");
	assert_int_equal(count, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_limit_and_offset),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_machine_and_os),
		cmocka_unit_test(test_bundle),
		cmocka_unit_test(test_together),
		cmocka_unit_test(test_visit_may_stop),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
