/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both ways of starting a team keep the promise that every rank runs exactly once even
 * when the machine gives fewer threads than asked for: a thread then runs several ranks
 * one after the other.
 */
#define _GNU_SOURCE 1
#include "pipeline/base/team.h"

#include <sched.h>
#include <unistd.h>

#ifdef __has_feature
#if __has_feature(thread_sanitizer) && !defined(__SANITIZE_THREAD__)
#define __SANITIZE_THREAD__ 1
#endif
#endif

#define MAX_DEFAULT 64

int team_default_size(void)
{
	cpu_set_t allowed;
	long count;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) == 0)
		count = CPU_COUNT(&allowed);
	else /* more processors than the set has room for */
		count = sysconf(_SC_NPROCESSORS_ONLN);
	if (count < 1)
		return 1;
	return count < MAX_DEFAULT ? (int)count : MAX_DEFAULT;
}

#if defined(_OPENMP) && !defined(__SANITIZE_THREAD__)

#include <omp.h>

static void run_team(int size, void (*work)(void *arg, int rank), void *arg)
{
	omp_set_dynamic(0);
#pragma omp parallel num_threads(size)
	{
		int step = omp_get_num_threads();

		for (int rank = omp_get_thread_num(); rank < size; rank += step)
			work(arg, rank);
	}
}

#else

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "pipeline/base/mem.h"

struct member {
	pthread_t thread;
	bool started;
	int rank;
	void (*work)(void *arg, int rank);
	void *arg;
};

static void *run_member(void *arg)
{
	const struct member *member = arg;

	member->work(member->arg, member->rank);
	return NULL;
}

static void run_team(int size, void (*work)(void *arg, int rank), void *arg)
{
	struct member *members = mem_alloc_zero((size_t)size, sizeof(*members));

	for (int rank = 1; rank < size; rank++) {
		struct member *member = &members[rank];

		member->rank = rank;
		member->work = work;
		member->arg = arg;
		member->started =
			pthread_create(&member->thread, NULL, run_member, member) == 0;
	}
	work(arg, 0);
	for (int rank = 1; rank < size; rank++) {
		if (members[rank].started)
			pthread_join(members[rank].thread, NULL);
		else
			work(arg, rank);
	}
	free(members);
}

#endif

void team_run(int size, void (*work)(void *arg, int rank), void *arg)
{
	if (size <= 1)
		work(arg, 0);
	else
		run_team(size, work, arg);
}
