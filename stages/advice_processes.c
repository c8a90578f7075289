/* SPDX-License-Identifier: Apache-2.0 */
/* The processes that there are to save: who each is, what keeps it from being saved, how large it is, and in which order they
 * are looked at; see advice_parts.h. */
#include "stages/advice_parts.h"

static enum advice_bar bar_of(const struct planner *planner, const struct process *known,
			      uint32_t pid, name_id image)
{
	if (known && (known->flags & PROCESS_ZOMBIE))
		return BAR_DEAD;
	if (image && image_is_minimal(planner_name(planner, image)))
		return BAR_SYSTEM;
	return pid == PID_NONE && image == 0 ? BAR_NAMELESS : BAR_NONE;
}

/* Where a process is known by, best first; a place for its number. */
static uint32_t *process_place(struct planner *planner, uint64_t process, uint32_t pid,
			       name_id image)
{
	if (process)
		return map_place(&planner->by_process, process);
	if (pid != PID_NONE)
		return map_place(&planner->by_pid, pid);
	return map_place(&planner->by_image, image);
}

uint32_t planner_add_process(struct planner *planner, uint64_t process, uint32_t pid,
			     name_id image)
{
	const struct process *known = incident_process(planner->incident, process);
	uint32_t *place = process_place(planner, process, pid, image);
	struct advice_process added = { .process = process,
					.size_kb = SIZE_NONE,
					.wait_ms = MS_NONE,
					.pid = pid,
					.image = image };

	if (*place != MAP_NONE)
		return *place;
	if (known) {
		if (known->pid != PID_NONE)
			added.pid = known->pid;
		if (known->image)
			added.image = known->image;
		if (known->flags & PROCESS_BLOCK)
			added.evidence = &known->evidence;
	}
	added.bar = (uint8_t)bar_of(planner, known, added.pid, added.image);
	*place = (uint32_t)planner->processes.len;
	vec_push(&planner->processes, added);
	return (uint32_t)planner->processes.len - 1;
}

/* ---- sizes ---- */

static uint64_t row_key(const struct planner *planner, uint32_t pid, name_id image)
{
	return planner_key(pid, image_key(planner_name(planner, image)), 2);
}

/* The rows of !vm by PID and image, since PIDs are used again. */
static struct map vm_sizes(const struct planner *planner)
{
	const struct records *records = &planner->incident->records;
	struct map rows = { 0 };

	for (uint32_t i = 0; i < records->vm_rows.len; i++)
		if (records->vm_rows.at[i].commit_kb)
			*map_place(&rows, row_key(planner, records->vm_rows.at[i].pid,
						  records->vm_rows.at[i].image)) = i;
	return rows;
}

/* 57 bits of addresses are the most that there are: what is beyond went below zero and was printed near 2^64. */
#define SIZE_KB_MAX (1ull << 47)

static void take_size(struct advice_process *process, uint64_t kb, enum size_basis basis)
{
	if (kb == 0 || kb > SIZE_KB_MAX ||
	    (process->size_kb != SIZE_NONE && process->size_kb >= kb))
		return;
	process->size_kb = kb;
	process->size_basis = (uint8_t)basis;
}

/* The largest of what the log says: a dump of all memory takes what is resident, and what is committed. A size of zero is that
 * of a process that was paged out, and says nothing. */
void planner_add_sizes(struct planner *planner)
{
	const struct records *records = &planner->incident->records;
	bool large_pages = slice_equal(names_text(&records->names, records->host.arch),
				       SLICE("ia64"));
	struct map rows = vm_sizes(planner);

	vec_for_each(process, &planner->processes) {
		const struct process *known =
			incident_process(planner->incident, process->process);
		uint32_t row = process->pid == PID_NONE || process->image == 0
				       ? MAP_NONE
				       : map_get(&rows, row_key(planner, process->pid,
								process->image));

		if (known && known->working_set_kb != SIZE_NONE)
			take_size(process, known->working_set_kb, SIZE_WORKING_SET);
		if (known && known->commit_pages < UINT64_MAX / 8)
			take_size(process, known->commit_pages * (large_pages ? 8 : 4),
				  SIZE_COMMIT);
		if (row != MAP_NONE)
			take_size(process, records->vm_rows.at[row].commit_kb, SIZE_VM);
	}
	map_free(&rows);
}

/* ---- the order of processes, in which ties are broken ---- */

static int evidence_compare(const struct evidence *a, const struct evidence *b)
{
	if (!a || !b)
		return !a - !b;
	if (a->source != b->source)
		return a->source < b->source ? -1 : 1;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

int planner_compare_processes(const struct advice_process *a,
			      const struct advice_process *b, const struct planner *planner)
{
	int order = slice_compare(planner_name(planner, a->image),
				  planner_name(planner, b->image));

	if (order)
		return order;
	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	order = evidence_compare(a->evidence, b->evidence);
	if (order)
		return order;
	return a->process < b->process ? -1 : a->process > b->process;
}

static int rank_compare(const void *a, const void *b, void *context)
{
	const struct planner *planner = context;
	const struct advice_process *x = &planner->processes.at[*(const uint32_t *)a];
	const struct advice_process *y = &planner->processes.at[*(const uint32_t *)b];

	if (x->wait_ms != y->wait_ms)
		return x->wait_ms > y->wait_ms ? -1 : 1;
	return planner_compare_processes(x, y, planner);
}

void planner_rank_processes(struct planner *planner)
{
	VEC(uint32_t) order = { 0 };
	VEC(uint32_t) ranks = { 0 };
	VEC(struct advice_process) ranked = { 0 };
	struct map named_by = { 0 };

	for (uint32_t i = 0; i < planner->processes.len; i++) {
		vec_push(&order, i);
		vec_push(&ranks, 0);
	}
	if (order.len)
		qsort_r(order.at, order.len, sizeof(uint32_t), rank_compare, planner);
	vec_for_each(at, &order) {
		ranks.at[*at] = (uint32_t)ranked.len;
		vec_push(&ranked, planner->processes.at[*at]);
	}
	for (size_t i = 0; i < ranked.len; i++)
		planner->processes.at[i] = ranked.at[i];
	vec_for_each(pair, &planner->pairs) {
		uint32_t finding = map_get(&planner->named_by,
					   planner_key(pair->set, pair->element, 0));

		pair->set = ranks.at[pair->set];
		*map_place(&named_by, planner_key(pair->set, pair->element, 0)) = finding;
	}
	map_free(&planner->named_by);
	planner->named_by = named_by;
	vec_free(&order);
	vec_free(&ranks);
	vec_free(&ranked);
}
