/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is normal: how many threads the live processes of an image have, over all incidents that are known. Whoever holds
 * many incidents answers; without one the dump's own siblings are all there is to compare with (contract.md section 5).
 */
#ifndef STAGES_BASELINE_H
#define STAGES_BASELINE_H

#include "stages/record.h"

/* So many live processes with their threads listed have this many threads. */
struct thread_count {
	uint32_t threads;
	uint64_t processes;
};

/* By number of threads, ascending, each number once. */
typedef VEC(struct thread_count) thread_counts;

struct baseline {
	/* Replaces counts by those of an image (compared as image_same() does) in the dumps of this build, or in all dumps for
	 * NUMBER_NONE; the processes of the incident asked about are among them. False when they cannot be had. */
	bool (*counts)(void *from, struct slice image, uint32_t build, thread_counts *counts);
	void *from;
};

/* Whether a process counts, in a baseline as among siblings, and can be judged: it lives, has handles and an image, and its
 * threads were listed. */
bool baseline_takes(const struct process *process);

/* The most threads with which a process is still said to miss some against these counts, its own among them (contract.md
 * section 5); NUMBER_NONE when no process is. The counts are changed. */
uint32_t missing_threads_most(thread_counts *counts);

#endif
