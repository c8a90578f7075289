/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Joining THREAD blocks by address: of two sightings the one that says more gives the values, the other fills in what that one
 * leaves open; see join_parts.h.
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

static void merge_thread(struct join *join, struct thread *seen, bool last)
{
	struct records *records = &join->incident.records;
	uint32_t *place = map_place(&join->threads, seen->address);
	struct thread *kept, swapped;

	if (*place == MAP_NONE) {
		*place = (uint32_t)records->threads.len;
		vec_push(&records->threads, ((struct thread){ 0 }));
	}
	kept = &records->threads.at[*place];
	if ((seen->flags & THREAD_CONTINUED) && join->last.thread.address == seen->address) {
		continue_thread(&join->last.thread, seen);
		*seen = join->last.thread;
		*kept = join->last.thread_before;
	}
	seen->rank = thread_rank(seen);
	if (last) {
		join->last.thread = *seen;
		join->last.thread_before = *kept;
	}
	if (kept->address == 0) {
		*kept = *seen;
	} else if (seen->rank > kept->rank) {
		swapped = *kept;
		*kept = *seen;
		fill_thread(&records->names, kept, &swapped);
	} else {
		fill_thread(&records->names, kept, seen);
	}
}

void join_threads(struct join *join, const struct records *from, struct join_base base)
{
	struct records *into = &join->incident.records;
	const struct names *names = &from->names;

	vec_for_each(thread, &from->threads) {
		struct thread seen = *thread;

		seen.image = take_name(join, names, seen.image);
		seen.wait_reason = take_name(join, names, seen.wait_reason);
		seen.evidence = take_evidence(seen.evidence, base);
		seen.wait_offset += base.offset;
		seen.wait_line += base.line;
		seen.wait_last_line += base.line;
		seen.first_object = (uint32_t)into->objects.len;
		seen.first_frame = (uint32_t)into->frames.len;
		for (uint32_t i = 0; i < seen.objects; i++) {
			struct wait_object object =
				from->objects.at[thread->first_object + i];

			object.type = take_name(join, names, object.type);
			vec_push(&into->objects, object);
		}
		for (uint32_t i = 0; i < seen.frames; i++)
			vec_push(&into->frames,
				 take_name(join, names,
					   from->frames.at[thread->first_frame + i]));
		merge_thread(join, &seen, thread + 1 == from->threads.at + from->threads.len);
	}
}
