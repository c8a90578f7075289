/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes that are known by their row of !vm alone: no PROCESS block and no mention of the same PID and image explains it
 * (contract.md section 4). Repeated tables say the same again.
 */
#ifndef STAGES_VM_PROCESSES_H
#define STAGES_VM_PROCESSES_H

#include "stages/record.h"

struct incident;

struct vm_process {
	uint32_t row;   /* in the records, the first of its rows */
	uint32_t count; /* processes of this PID and image: the most rows in one table, less those that are explained */
};

typedef VEC(struct vm_process) vm_process_list;

/* Makes the incident's lists of those with no commit, which are dead, and of those with some, which live; minimal processes
 * are left out. The facts of its images must be known. */
void vm_processes_find(struct incident *incident);

#endif
