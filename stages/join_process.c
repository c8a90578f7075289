/* SPDX-License-Identifier: Apache-2.0 */
/* Joining PROCESS blocks by address: the first sighting gives the values, later ones fill in; a block says more than the line of
 * a listing. See join_parts.h. */
#include "stages/join_parts.h"

static void fill_process(struct process *rich, const struct process *poor)
{
	if (rich->pid == PID_NONE)
		rich->pid = poor->pid;
	if (rich->parent_pid == PID_NONE)
		rich->parent_pid = poor->parent_pid;
	if (rich->session == SESSION_NONE)
		rich->session = poor->session;
	if (rich->handle_count == HANDLES_NONE)
		rich->handle_count = poor->handle_count;
	if (rich->working_set_kb == SIZE_NONE)
		rich->working_set_kb = poor->working_set_kb;
	if (rich->commit_pages == SIZE_NONE)
		rich->commit_pages = poor->commit_pages;
	rich->flags |= (uint8_t)(poor->flags & ~PROCESS_CONTINUED);
}

/* A list that was cut is no listing of the threads, unless it said that there are none; another sighting may have
 * them all. */
static void take_list(struct process *seen)
{
	if (seen->listing == LISTING_THREADS && !(seen->flags & PROCESS_THREADS_CUT))
		seen->flags |= PROCESS_THREADS_LISTED;
}

static void continue_process(struct process *open, const struct process *rest)
{
	fill_process(open, rest);
	if (open->image == 0)
		open->image = rest->image;
	continue_evidence(&open->evidence, &rest->evidence);
}

static void merge_process(struct join *join, struct process *seen, bool last)
{
	struct records *records = &join->incident.records;
	uint32_t place = place_put(&join->processes, seen->address,
				   PLACE_KEYS(&records->processes), records->processes.len);
	struct process *kept;

	if (place == MAP_NONE) {
		place = (uint32_t)records->processes.len;
		vec_push(&records->processes, ((struct process){ 0 }));
	}
	kept = &records->processes.at[place];
	if ((seen->flags & PROCESS_CONTINUED) && join->last.process.address == seen->address) {
		continue_process(&join->last.process, seen);
		*seen = join->last.process;
		*kept = join->last.process_before;
	}
	if (last) {
		join->last.process = *seen;
		join->last.process_before = *kept;
	}
	take_list(seen);
	if (kept->address == 0) {
		*kept = *seen;
		return;
	}
	if (!(kept->flags & PROCESS_BLOCK) && (seen->flags & PROCESS_BLOCK)) {
		kept->evidence = seen->evidence;
		kept->image = image_richer(&records->names, seen->image, kept->image);
	} else {
		kept->image = image_richer(&records->names, kept->image, seen->image);
	}
	fill_process(kept, seen);
}

void join_processes(struct join *join, const struct records *from, struct join_base base)
{
	vec_for_each(process, &from->processes) {
		struct process seen = *process;

		if (process + FORETOLD < from->processes.at + from->processes.len)
			place_foretell(&join->processes, process[FORETOLD].address);
		seen.image = take_name(join, &from->names, seen.image);
		seen.evidence = take_evidence(seen.evidence, base);
		if (seen.listing == LISTING_INHERITED)
			seen.listing = join->listing;
		merge_process(join, &seen,
			      process + 1 == from->processes.at + from->processes.len);
	}
}
