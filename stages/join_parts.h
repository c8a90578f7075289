/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of join_records(), one file a kind of record, and what they share: names and evidence of what is joined become those
 * of the join. Every join_* takes all records of its kind in.
 */
#ifndef STAGES_JOIN_PARTS_H
#define STAGES_JOIN_PARTS_H

#include "stages/join.h"

/* The number that a name of `from` has in the join. */
name_id take_name(struct join *join, const struct names *from, name_id name);

static inline struct evidence take_evidence(struct evidence evidence, struct join_base base)
{
	evidence.offset += base.offset;
	evidence.first_line += base.line;
	evidence.last_line += base.line;
	evidence.source += base.source;
	return evidence;
}

/* The rest of a block whose first part stands in the chunk before. */
void continue_evidence(struct evidence *evidence, const struct evidence *rest);

static inline void fill_number(uint32_t *kept, uint32_t seen)
{
	if (*kept == NUMBER_NONE)
		*kept = seen;
}

/* What only joining needs. */
void join_free_maps(struct join *join);

void join_processes(struct join *join, const struct records *from, struct join_base base);
void join_threads(struct join *join, const struct records *from, struct join_base base);
void join_messages(struct join *join, const struct records *from, struct join_base base);
void join_ports(struct join *join, const struct records *from, struct join_base base);
/* The numbers above !vm's table, the fields of !analyze: the first value of each stays. */
void join_memory(struct join *join, const struct records *from, struct join_base base);
void join_analysis(struct join *join, const struct records *from, struct join_base base);
/* Rows of !vm, users of resources, threads of ports, command lines, diagnostics, kinds of unknown lines: appended, or counted. */
void join_lists(struct join *join, const struct records *from, struct join_base base);

/* ---- when all is joined ---- */

/* Index of a process, or MAP_NONE; address 0 is none. */
uint32_t join_find_process(const struct join *join, uint64_t address);

/* Settles how wide addresses are, and drops and clears halves of them in everything but processes. */
void join_drop_halves(struct records *records);
/* Those of processes, when no thread or port adds to them any more. */
void join_drop_half_processes(struct records *records);
/* What !stacks says of threads goes where nothing better was read. */
void join_settle_stacks(struct join *join);
/* Counters and fields in the order of their tables (memory_counters.def, analysis_fields.def). */
void join_sort_values(struct records *records);
/* Users of resources, threads of ports, command lines: sorted, each once. */
void join_settle_lists(struct records *records);

#endif
