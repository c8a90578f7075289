/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A clock that goes on by $FAST_CLOCK_MS each time it is looked at, by LD_PRELOAD: what takes long is tried in no time. Whoever looks at it
 * for the $FAST_CLOCK_DEATHth time dies of it.
 */
#define _GNU_SOURCE 1
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *now)
{
	static long long ahead_ms, looks;
	const char *each = getenv("FAST_CLOCK_MS"), *death = getenv("FAST_CLOCK_DEATH");
	int status = (int)syscall(SYS_clock_gettime, clock, now);

	if (death && ++looks == atoll(death))
		raise(SIGKILL);
	if (each && (clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE)) {
		ahead_ms += atoll(each);
		now->tv_sec += ahead_ms / 1000;
		now->tv_nsec += ahead_ms % 1000 * 1000000;
		now->tv_sec += now->tv_nsec / 1000000000;
		now->tv_nsec %= 1000000000;
	}
	return status;
}
