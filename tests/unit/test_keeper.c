/* SPDX-License-Identifier: Apache-2.0 */
/* What the keeper does about readers that die, lie or cannot begin. Those that come to a stand are in test_keeper_watch.c. */
#include "tests/unit/keeper_fixture.h"

/* ---- the cases ---- */

static void test_good_bundles(void **state)
{
	static struct night night;

	(void)state;
	make_night(&night);
	for (int i = 0; i < BUNDLES_MAX; i++)
		add_bundle(&night, "good");
	run_night(&night);
	assert_int_equal(readers, 1);
	assert_true(said_no_more);
	for (size_t i = 0; i < BUNDLES_MAX; i++)
		check_bundle(&night, i, "");
	end_night(&night);
}

/* Whatever a reader does at one bundle, the others are read. */
static void test_one_bad_among_good(void **state)
{
	static const char *const kinds[] = { "killer",    "leaver",    "garbage",
					     "empty",     "oversized", "half",
					     "truncated", "stranger",  "contradictory",
					     "foreign",   "sibling",   "huge",
					     "endless",   "trailing" };
	static struct night night;

	(void)state;
	for (size_t kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
		make_night(&night);
		for (size_t i = 0; i < 100; i++)
			add_bundle(&night, i == 50 ? kinds[kind] : "good");
		run_night(&night);
		for (size_t i = 0; i < 100; i++)
			check_bundle(&night, i, i == 50 ? "crashed" : "");
		assert_int_equal(readers, 3);
		assert_int_equal(night.totals.outcomes[OUTCOME_PARSED], 99);
		assert_int_equal(night.totals.outcomes[OUTCOME_QUARANTINED], 1);
		end_night(&night);
	}
}

static int64_t time_in_index(struct night *night, size_t at)
{
	struct error error = ERROR_INIT;
	struct index_view *view = index_view_begin(night->index, &error);
	struct bundle_row row = { 0 };
	int64_t time;

	assert_non_null(view);
	assert_true(index_bundle(view, night->paths[at], &row, &error));
	time = row.mtime_ns;
	bundle_row_free(&row);
	index_view_end(view);
	return time;
}

/* Of two bundles with a new time one has the content it had, and the reader says nothing more of it. */
static void test_a_touched_bundle_keeps_its_row(void **state)
{
	static struct night night;

	(void)state;
	make_night(&night);
	add_bundle(&night, "touched");
	add_bundle(&night, "good");
	run_night(&night);
	vec_for_each(job, &night.jobs) {
		job->before = (struct hash128){ 1, 2 };
		job->mtime_ns = 77;
	}
	memset(&night.totals, 0, sizeof(night.totals));
	run_night_but(&night, 1);
	assert_int_equal(night.totals.skipped, 1);
	assert_int_equal(night.totals.outcomes[OUTCOME_PARSED], 2);
	for (size_t at = 0; at < 2; at++) {
		check_bundle(&night, at, "");
		assert_int_equal(time_in_index(&night, at), 77);
	}
	end_night(&night);
}

static void test_only_bad(void **state)
{
	static struct night night;

	(void)state;
	make_night(&night);
	for (size_t i = 0; i < 40; i++)
		add_bundle(&night, i % 2 ? "killer" : "garbage");
	run_night(&night);
	for (size_t i = 0; i < 40; i++)
		check_bundle(&night, i, "crashed");
	end_night(&night);
}

static void test_a_reader_that_dies_once_is_forgiven(void **state)
{
	static struct night night;

	(void)state;
	make_night(&night);
	for (size_t i = 0; i < 100; i++)
		add_bundle(&night, i % 10 == 3 ? "once" : "good");
	run_night(&night);
	for (size_t i = 0; i < 100; i++)
		check_bundle(&night, i, "");
	assert_int_equal(readers, 2);
	end_night(&night);
}

/* The second answer ends the reader's life, but the first one stands. */
static void test_an_answer_that_comes_twice(void **state)
{
	static struct night night;

	(void)state;
	make_night(&night);
	for (size_t i = 0; i < 50; i++)
		add_bundle(&night, i == 20 ? "twice" : "good");
	run_night(&night);
	for (size_t i = 0; i < 50; i++)
		check_bundle(&night, i, "");
	end_night(&night);
}

/* It is no longer there when its turn comes to be read alone. */
static void test_a_suspect_that_is_gone(void **state)
{
	static struct night night;

	(void)state;
	make_night(&night);
	for (size_t i = 0; i < 200; i++)
		add_bundle(&night, i == 20 ? "vanishing" : "good");
	run_night(&night);
	for (size_t i = 0; i < 200; i++)
		check_bundle(&night, i, i == 20 ? "unreadable" : "");
	end_night(&night);
}

/* Read well once, then never again: of a bundle that is known the index keeps what it has. */
static void test_known_bundles_are_kept(void **state)
{
	static struct night night;

	(void)state;
	make_night(&night);
	for (size_t i = 0; i < 100; i++)
		add_bundle(&night, i == 20 || i == 40 ? "turning" : "good");
	run_night(&night);
	assert_int_equal(readers, 1);
	night.totals = (struct keeper_totals){ 0 };
	vec_for_each(job, &night.jobs)
		job->known = true;
	assert_int_equal(unlink(night.paths[60]), 0);
	run_night_but(&night, 3);
	assert_int_equal(night.totals.outcomes[OUTCOME_PARSED], 97);
	assert_int_equal(night.totals.outcomes[OUTCOME_QUARANTINED], 3);
	for (size_t i = 0; i < 100; i++)
		check_bundle(&night, i, "");
	end_night(&night);
}

/* No bundle is to blame when no reader can begin: nothing is quarantined, all stays to be read another time. */
static void test_a_machine_without_what_reading_takes(void **state)
{
	static volatile sig_atomic_t stop;
	static struct night night;
	struct error error = ERROR_INIT;
	struct bundle_row row = { 0 };
	struct index_view *view;

	(void)state;
	make_night(&night);
	for (size_t i = 0; i < 50; i++)
		add_bundle(&night, "unfit");
	alarm(60);
	assert_false(keeper_run(night.index, &night.jobs, &rules, &stop, &night.totals,
				&error));
	alarm(0);
	assert_int_equal(error.kind, ERROR_IO);
	assert_int_equal(readers, 1);
	assert_int_equal(night.totals.read, 0);
	view = index_view_begin(night.index, &error);
	assert_non_null(view);
	assert_false(index_bundle(view, night.paths[0], &row, &error));
	bundle_row_free(&row);
	index_view_end(view);
	end_night(&night);
}

static void test_no_bundles(void **state)
{
	static struct night night;

	(void)state;
	make_night(&night);
	run_night(&night);
	assert_int_equal(readers, 0);
	end_night(&night);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_bundles),
		cmocka_unit_test(test_good_bundles),
		cmocka_unit_test(test_one_bad_among_good),
		cmocka_unit_test(test_a_touched_bundle_keeps_its_row),
		cmocka_unit_test(test_only_bad),
		cmocka_unit_test(test_a_reader_that_dies_once_is_forgiven),
		cmocka_unit_test(test_an_answer_that_comes_twice),
		cmocka_unit_test(test_a_suspect_that_is_gone),
		cmocka_unit_test(test_known_bundles_are_kept),
		cmocka_unit_test(test_a_machine_without_what_reading_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
