/* SPDX-License-Identifier: Apache-2.0 */
/* What the keeper does about readers that come to a stand, or take their time, and when it is told to stop meanwhile. */
#include "tests/unit/keeper_fixture.h"

static volatile sig_atomic_t stop_now;

/* One that stands still is replaced, and blamed when it does so alone; one that takes its time is waited for. */
static void test_the_deadline(void **state)
{
	static const struct {
		const char *kind, *reason;
		int readers;
	} cases[] = {
		{ "standing", "deadline", 3 },
		{ "hanging", "deadline", 3 },
		{ "dripping", "deadline", 3 },
		{ "repeating", "crashed", 3 },
		{ "slow", "", 1 },
		{ "hasty", "", 1 },
	};
	static struct night night;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make_night(&night);
		rules.deadline_seconds = 1;
		for (size_t at = 0; at < 40; at++)
			add_bundle(&night, at == 20 ? cases[i].kind : "good");
		run_night(&night);
		for (size_t at = 0; at < 40; at++)
			check_bundle(&night, at, at == 20 ? cases[i].reason : "");
		assert_int_equal(readers, cases[i].readers);
		end_night(&night);
	}
}

static void stop_at_alarm(int number)
{
	stop_now = number;
}

/* Somebody says stop while the reader stands still: what was read is committed, and nobody is blamed. */
static void test_stop_while_the_reader_stands_still(void **state)
{
	static struct night night;
	struct error error = ERROR_INIT;
	struct bundle_row row;
	struct index_view *view;
	time_t began = time(NULL);

	(void)state;
	make_night(&night);
	for (size_t at = 0; at < 20; at++)
		add_bundle(&night, at == 10 ? "hanging" : "good");
	signal(SIGALRM, stop_at_alarm);
	alarm(1);
	assert_true(keeper_run(night.index, &night.jobs, &rules, &stop_now, &night.totals,
			       &error));
	signal(SIGALRM, SIG_DFL);
	assert_true(time(NULL) - began < 20);
	assert_int_equal(night.totals.read, 10);
	for (size_t at = 0; at < 10; at++)
		check_bundle(&night, at, "");
	view = index_view_begin(night.index, &error);
	assert_false(index_bundle(view, night.paths[10], &row, &error));
	index_view_end(view);
	end_night(&night);
}

/* Waiting is counted, whatever a clock says; a reader that gets on for ever without an answer is not believed. */
static void test_the_watch(void **state)
{
	struct keeper_rules watched = keeper_rules_default(1);
	struct keeper_watch watch;

	(void)state;
	watched.deadline_seconds = 10;
	watched.limits.seconds = 100;
	watch_begin(&watch);
	watch_waited(&watch, 9999);
	assert_false(watch_is_over(&watch, &watched));
	assert_true(watch_alive(&watch, &(struct progress_made){ 1, 500 }));
	watch_waited(&watch, 9999);
	assert_false(watch_is_over(&watch, &watched));
	assert_false(watch_alive(&watch, &(struct progress_made){ 1, 500 }));
	assert_false(watch_alive(&watch, &(struct progress_made){ 2, 499 }));
	watch_waited(&watch, 1);
	assert_true(watch_is_over(&watch, &watched));
	watch_answered(&watch);
	assert_false(watch_is_over(&watch, &watched));
	for (uint64_t steps = 2; steps < 412; steps++) {
		assert_false(watch_is_over(&watch, &watched));
		watch_waited(&watch, 1000);
		assert_true(watch_alive(&watch, &(struct progress_made){ steps, 500 }));
	}
	assert_true(watch_is_over(&watch, &watched));
	watched.limits.seconds = 0;
	assert_false(watch_is_over(&watch, &watched));
	watch_waited(&watch, 1000000000);
	assert_true(watch_is_over(&watch, &watched));
	watched.deadline_seconds = 0;
	assert_false(watch_is_over(&watch, &watched));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_deadline),
		cmocka_unit_test(test_stop_while_the_reader_stands_still),
		cmocka_unit_test(test_the_watch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
