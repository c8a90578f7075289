/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes that are known by their row of !vm alone: no PROCESS block and no mention of the same PID and image explains it
 * (contract.md section 4). Repeated tables say the same again.
 */
#ifndef STAGES_VM_PROCESSES_H
#define STAGES_VM_PROCESSES_H

#include "stages/record.h"

struct vm_process {
	const struct vm_row *row; /* the first of its rows */
	uint32_t count; /* processes of this PID and image: the most rows in one table, less those that are explained */
};

typedef VEC(struct vm_process) vm_process_list;

/* Adds those with no commit, which are dead, or those with some, which live; minimal processes are left out. */
void vm_processes_find(const struct records *records, bool dead, vm_process_list *found);

#endif
