/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Joining THREAD blocks by address: of two sightings the one that says more gives the values, the other fills in what that one
 * leaves open; see join_parts.h. Sightings in !stacks are joined among themselves, and fill in at the very end: so they can
 * overrule nothing, in whatever order the log prints them.
 */
#include "stages/join_parts.h"

static uint8_t thread_rank(const struct thread *thread)
{
	return (uint8_t)((thread->wait_reason != 0) + 2 * (thread->objects != 0) +
			 4 * (thread->ticks != TICKS_NONE) + 8 * (thread->frames != 0) +
			 16 * (thread->message != 0));
}

static void fill_ticks(struct thread *rich, const struct thread *poor)
{
	if (rich->ticks != TICKS_NONE)
		return;
	rich->ticks = poor->ticks;
	rich->wait_start = poor->wait_start;
	rich->wait_ms = poor->wait_ms;
}

static void fill_message(struct thread *rich, const struct thread *poor)
{
	if (rich->lpc_port == 0)
		rich->lpc_port = poor->lpc_port;
	if (rich->message)
		return;
	rich->message = poor->message;
	rich->port = poor->port;
	rich->owner_process = poor->owner_process;
	rich->wait_kind = poor->wait_kind;
	rich->wait_line = poor->wait_line;
	rich->wait_last_line = poor->wait_last_line;
	rich->wait_offset = poor->wait_offset;
	rich->wait_length = poor->wait_length;
}

/* Fills what `rich` leaves open from `poor`. */
static void fill_thread(const struct names *names, struct thread *rich,
			const struct thread *poor)
{
	if (rich->pid == PID_NONE) {
		rich->pid = poor->pid;
		rich->tid = poor->tid;
	}
	if (rich->process == 0 || ((rich->flags & THREAD_PROCESS_GUESSED) && poor->process &&
				   !(poor->flags & THREAD_PROCESS_GUESSED))) {
		rich->process = poor->process;
		rich->flags = (uint8_t)((rich->flags & ~THREAD_PROCESS_GUESSED) |
					(poor->flags & THREAD_PROCESS_GUESSED));
	}
	rich->flags |= poor->flags & THREAD_ENCLOSED;
	rich->image = image_richer(names, rich->image, poor->image);
	if (rich->state == THREAD_UNKNOWN)
		rich->state = poor->state;
	if (rich->wait_reason == 0 && rich->state == poor->state)
		rich->wait_reason = poor->wait_reason;
	if (rich->suspend_count == 0)
		rich->suspend_count = poor->suspend_count;
	fill_ticks(rich, poor);
	fill_message(rich, poor);
	if (rich->objects == 0) {
		rich->first_object = poor->first_object;
		rich->objects = poor->objects;
		rich->flags |= poor->flags & THREAD_OBJECTS_CUT;
	}
	if (poor->frames > rich->frames) {
		rich->first_frame = poor->first_frame;
		rich->frames = poor->frames;
	}
}

/* The lists go on behind those of `open`, which were the last to be taken in. */
static void continue_thread(struct thread *open, const struct thread *rest)
{
	if (open->process == 0 || ((open->flags & THREAD_PROCESS_GUESSED) && rest->process)) {
		open->process = rest->process;
		open->flags &= (uint8_t)~THREAD_PROCESS_GUESSED;
	}
	if (open->image == 0)
		open->image = rest->image;
	if (open->suspend_count == 0)
		open->suspend_count = rest->suspend_count;
	fill_ticks(open, rest);
	fill_message(open, rest);
	open->objects += rest->objects;
	open->flags |= rest->flags & THREAD_OBJECTS_CUT;
	open->frames += rest->frames;
	continue_evidence(&open->evidence, &rest->evidence);
}

/* Threads of one kind of sighting, and what is needed to join them. */
struct sightings {
	thread_vec *threads;
	struct place_map *by_address;
	struct thread *last, *last_before;
	size_t *waits; /* counts those of which this is known when they are first seen */
};

static void merge_thread(const struct names *names, const struct sightings *into,
			 struct thread *seen, bool last)
{
	uint32_t place = place_put(into->by_address, seen->address,
				   PLACE_KEYS(into->threads), into->threads->len);
	struct thread *kept, swapped;

	if (place == MAP_NONE) {
		place = (uint32_t)into->threads->len;
		vec_push(into->threads, ((struct thread){ 0 }));
		*into->waits += seen->message != 0;
	}
	kept = &into->threads->at[place];
	if ((seen->flags & THREAD_CONTINUED) && into->last->address == seen->address) {
		continue_thread(into->last, seen);
		*seen = *into->last;
		*kept = *into->last_before;
	}
	seen->rank = thread_rank(seen);
	if (last) {
		*into->last = *seen;
		*into->last_before = *kept;
	}
	if (kept->address == 0) {
		*kept = *seen;
	} else if (seen->rank > kept->rank) {
		swapped = *kept;
		*kept = *seen;
		fill_thread(names, kept, &swapped);
	} else {
		fill_thread(names, kept, seen);
	}
}

/* The thread with names, evidence and lists of the join. */
static struct thread take_thread(struct join *join, const struct records *from,
				 const struct thread *thread, struct join_base base)
{
	struct records *into = &join->incident.records;
	const struct names *names = &from->names;
	struct thread seen = *thread;

	seen.image = take_name(join, names, seen.image);
	seen.wait_reason = take_name(join, names, seen.wait_reason);
	seen.evidence = take_evidence(seen.evidence, base);
	if (seen.message) { /* else there is no such line, wherever its chunk begins */
		seen.wait_offset += base.offset;
		seen.wait_line += base.line;
		seen.wait_last_line += base.line;
	}
	seen.first_object = (uint32_t)into->objects.len;
	seen.first_frame = (uint32_t)into->frames.len;
	for (uint32_t i = 0; i < seen.objects; i++) {
		struct wait_object object = from->objects.at[thread->first_object + i];

		object.type = take_name(join, names, object.type);
		vec_push(&into->objects, object);
	}
	for (uint32_t i = 0; i < seen.frames; i++)
		vec_push(&into->frames,
			 take_name(join, names, from->frames.at[thread->first_frame + i]));
	return seen;
}

static void join_sightings(struct join *join, const struct records *from,
			   const thread_vec *threads, size_t first, size_t end,
			   struct join_base base, const struct sightings *into)
{
	for (size_t i = first; i < end; i++) {
		struct thread seen;

		if (i + FORETOLD < end)
			place_foretell(into->by_address, threads->at[i + FORETOLD].address);
		seen = take_thread(join, from, &threads->at[i], base);
		merge_thread(&join->incident.records.names, into, &seen,
			     i + 1 == threads->len);
	}
}

/* How many sightings, one or none, go on with what the chunk before ended in. */
static size_t continued(const thread_vec *threads)
{
	return threads->len && (threads->at[0].flags & THREAD_CONTINUED);
}

/* What goes on comes first, so that its lists stand behind those that were taken in last; and what was read last comes last: if it
 * goes on in the next chunk, so do its lists. */
void join_threads(struct join *join, const struct records *from, struct join_base base)
{
	struct records *records = &join->incident.records;
	struct join_last *last = &join->last;
	const struct sightings blocks = { &records->threads, &join->threads, &last->thread,
					  &last->thread_before, &join->waits };
	const struct sightings stacks = { &records->stacks_threads, &join->stacks_threads,
					  &last->stacks_thread,
					  &last->stacks_thread_before, &join->waits };
	const thread_vec *in_blocks = &from->threads;
	const thread_vec *in_stacks = &from->stacks_threads;
	size_t blocks_go_on = continued(in_blocks), stacks_go_on = continued(in_stacks);
	bool stacks_last = from->threads_before_stacks == in_blocks->len;

	join_sightings(join, from, in_blocks, 0, blocks_go_on, base, &blocks);
	join_sightings(join, from, in_stacks, 0, stacks_go_on, base, &stacks);
	if (!stacks_last)
		join_sightings(join, from, in_stacks, stacks_go_on, in_stacks->len, base,
			       &stacks);
	join_sightings(join, from, in_blocks, blocks_go_on, in_blocks->len, base, &blocks);
	if (stacks_last)
		join_sightings(join, from, in_stacks, stacks_go_on, in_stacks->len, base,
			       &stacks);
}

/* Of a process with another PID, the lines that name the right one are missing from the log. */
static void check_process(const struct join *join, struct thread *thread)
{
	uint32_t at = join_find_process(join, thread->process);
	const struct process *process;

	if (at == MAP_NONE)
		return;
	process = &join->incident.records.processes.at[at];
	if (process->pid == PID_NONE || process->pid == thread->pid)
		return;
	thread->process = 0;
	thread->image = 0;
}

void join_settle_stacks(struct join *join)
{
	struct records *records = &join->incident.records;

	vec_for_each(seen, &records->stacks_threads) {
		uint32_t place = place_put(&join->threads, seen->address,
					   PLACE_KEYS(&records->threads),
					   records->threads.len);
		struct thread *kept;

		check_process(join, seen);
		if (place == MAP_NONE) {
			vec_push(&records->threads, *seen);
			continue;
		}
		kept = &records->threads.at[place];
		/* An address that two threads had, one after the other: what is said of one is not said of the other. */
		if (kept->pid != PID_NONE &&
		    (kept->pid != seen->pid || kept->tid != seen->tid))
			continue;
		if (kept->frames)
			seen->frames = 0;
		fill_thread(&records->names, kept, seen);
	}
	records->stacks_threads.len = 0;
}
