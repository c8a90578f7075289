/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two lines of numbers that every PROCESS block has, in the very form in which debuggers print them: so they are read at one go, each value
 * where the one before it ends. Any other form is refused, and read label by label (block_process.c).
 */
#ifndef STAGES_PROCESS_LINE_H
#define STAGES_PROCESS_LINE_H

#include "stages/lex.h"

struct process_ids {
	uint32_t pid, parent_pid;
	uint32_t session;
	bool has_session; /* else it is printed as "none" */
};

/* "SessionId: 1  Cid: 0b2c    Peb: 7ffd6000  ParentCid: 0a40"; PIDs of four digits at least. */
bool process_line_ids(const char *at, const char *end, struct process_ids *ids);

struct process_table {
	uint32_t handles;
	bool zero; /* ObjectTable */
};

/* "DirBase: e19dc000  ObjectTable: 00000000  HandleCount:   0." */
bool process_line_table(const char *at, const char *end, struct process_table *table);

#endif
