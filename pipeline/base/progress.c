/* SPDX-License-Identifier: Apache-2.0 */
/* A counter, and the clock that says when to tell of it; see progress.h. */
#include "pipeline/base/progress.h"

#include <stdatomic.h>
#include <stddef.h>
#include <time.h>

#define TELL_NS 1000000000

static _Atomic uint64_t steps, unpacked;
static _Atomic int64_t told_at;
static void (*_Atomic listener)(const struct progress_made *made);
static atomic_flag telling = ATOMIC_FLAG_INIT;

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void progress_listen(void (*tell)(const struct progress_made *made))
{
	atomic_store(&listener, tell);
}

void progress_step(void)
{
	void (*tell)(const struct progress_made *) =
		atomic_load_explicit(&listener, memory_order_relaxed);
	int64_t now;

	atomic_fetch_add_explicit(&steps, 1, memory_order_relaxed);
	if (!tell)
		return;
	now = now_ns();
	if (now - atomic_load_explicit(&told_at, memory_order_relaxed) < TELL_NS ||
	    atomic_flag_test_and_set(&telling))
		return;
	if (now - atomic_load(&told_at) >= TELL_NS) {
		atomic_store(&told_at, now);
		tell(&(struct progress_made){ atomic_load(&steps), atomic_load(&unpacked) });
	}
	atomic_flag_clear(&telling);
}

void progress_unpacked(uint64_t bytes)
{
	atomic_fetch_add_explicit(&unpacked, bytes, memory_order_relaxed);
	progress_step();
}
