/* SPDX-License-Identifier: Apache-2.0 */
/* Teams: every rank once, rank 0 in the caller, all at the same time. */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "pipeline/base/team.h"

#define MAX_SIZE 32

struct tally {
	int runs[MAX_SIZE];
	pthread_t threads[MAX_SIZE];
};

static void count_run(void *arg, int rank)
{
	struct tally *tally = arg;

	tally->runs[rank]++;
	tally->threads[rank] = pthread_self();
}

static void test_every_rank_runs_once(void **state)
{
	struct tally tally;

	(void)state;
	for (int size = 1; size <= MAX_SIZE; size++) {
		memset(&tally, 0, sizeof(tally));
		team_run(size, count_run, &tally);
		for (int rank = 0; rank < MAX_SIZE; rank++)
			assert_int_equal(tally.runs[rank], rank < size);
		assert_true(pthread_equal(tally.threads[0], pthread_self()));
	}
}

static void test_no_size_is_one(void **state)
{
	struct tally tally = { 0 };

	(void)state;
	team_run(0, count_run, &tally);
	assert_int_equal(tally.runs[0], 1);
	team_run(-3, count_run, &tally);
	assert_int_equal(tally.runs[0], 2);
}

struct meeting {
	pthread_barrier_t barrier;
	int met;
};

static void meet(void *arg, int rank)
{
	struct meeting *meeting = arg;

	(void)rank;
	pthread_barrier_wait(&meeting->barrier);
	__atomic_fetch_add(&meeting->met, 1, __ATOMIC_RELAXED);
}

/* Ranks that wait for each other get through: they do not run one after the other. */
static void test_ranks_run_at_once(void **state)
{
	struct meeting meeting = { .met = 0 };

	(void)state;
	if (getenv("OMP_THREAD_LIMIT"))
		skip();
	pthread_barrier_init(&meeting.barrier, NULL, 4);
	alarm(60);
	team_run(4, meet, &meeting);
	alarm(0);
	assert_int_equal(meeting.met, 4);
	pthread_barrier_destroy(&meeting.barrier);
}

struct sum {
	pthread_mutex_t lock;
	uint64_t next, total;
};

static void add_numbers(void *arg, int rank)
{
	struct sum *sum = arg;

	(void)rank;
	for (;;) {
		uint64_t number;

		pthread_mutex_lock(&sum->lock);
		number = sum->next++;
		if (number <= 10000)
			sum->total += number;
		pthread_mutex_unlock(&sum->lock);
		if (number > 10000)
			return;
	}
}

static void test_work_is_shared(void **state)
{
	(void)state;
	for (int round = 0; round < 20; round++) {
		struct sum sum = { .lock = PTHREAD_MUTEX_INITIALIZER };

		team_run(8, add_numbers, &sum);
		assert_int_equal(sum.total, 10000 * 10001 / 2);
	}
}

static void run_inner(void *arg, int rank)
{
	team_run(3, count_run, (struct tally *)arg + rank);
}

/* Inside a team OpenMP gives one thread: the ranks must then run one after the other. */
static void test_team_within_a_team(void **state)
{
	struct tally tallies[3];

	(void)state;
	memset(tallies, 0, sizeof(tallies));
	team_run(3, run_inner, tallies);
	for (int outer = 0; outer < 3; outer++)
		for (int rank = 0; rank < 4; rank++)
			assert_int_equal(tallies[outer].runs[rank], rank < 3);
}

static void test_default_size(void **state)
{
	cpu_set_t before, one;

	(void)state;
	assert_in_range(team_default_size(), 1, 64);
	assert_return_code(sched_getaffinity(0, sizeof(before), &before), 0);
	if (CPU_COUNT(&before) <= 64)
		assert_int_equal(team_default_size(), CPU_COUNT(&before));
	CPU_ZERO(&one);
	for (int cpu = 0; cpu < CPU_SETSIZE && !CPU_COUNT(&one); cpu++)
		if (CPU_ISSET(cpu, &before))
			CPU_SET(cpu, &one);
	assert_return_code(sched_setaffinity(0, sizeof(one), &one), 0);
	assert_int_equal(team_default_size(), 1);
	assert_return_code(sched_setaffinity(0, sizeof(before), &before), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_rank_runs_once),
		cmocka_unit_test(test_no_size_is_one),
		cmocka_unit_test(test_ranks_run_at_once),
		cmocka_unit_test(test_work_is_shared),
		cmocka_unit_test(test_team_within_a_team),
		cmocka_unit_test(test_default_size),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
