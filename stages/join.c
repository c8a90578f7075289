/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Joining by address; see join.h. Every merge_* takes a sighting into the record that stands under its address;
 * the sighting with the higher rank gives the values, the other fills in what that one leaves open.
 */
#include "stages/join.h"

/* An incident keeps no more diagnostics than these; how many there were more is said once. */
#define DIAGNOSTICS_MAX 1000

void join_init(struct join *join)
{
	*join = (struct join){ .listing = LISTING_UNKNOWN };
	incident_init(&join->incident);
}

void join_free(struct join *join)
{
	incident_free(&join->incident);
	map_free(&join->processes);
	map_free(&join->threads);
	map_free(&join->messages);
	vec_free(&join->name_map);
	vec_free(&join->sources);
}

static void begin_name_map(struct join *join, const struct names *from)
{
	size_t want = from->texts.len + 1;

	vec_reserve(&join->name_map, want);
	memset(join->name_map.at, 0, want * sizeof(name_id));
	join->name_map.len = want;
}

/* The number that a name of `from` has in the join. */
static name_id take_name(struct join *join, const struct names *from, name_id name)
{
	if (name == 0)
		return 0;
	if (join->name_map.at[name] == 0)
		join->name_map.at[name] =
			names_add(&join->incident.records.names, names_text(from, name));
	return join->name_map.at[name];
}

static struct evidence take_evidence(struct evidence evidence, struct join_base base)
{
	evidence.offset += base.offset;
	evidence.first_line += base.line;
	evidence.last_line += base.line;
	evidence.source += base.source;
	return evidence;
}

/* Of two names of one image the longer says more, if the shorter is the cut of it. */
static name_id richer_image(const struct names *names, name_id kept, name_id seen)
{
	struct slice old = names_text(names, kept), new = names_text(names, seen);

	if (kept == 0 || (new.len > old.len &&image_same(old, new)))
		return seen;
	return kept;
}

static void merge_process(struct join *join, const struct process *seen)
{
	struct records *records = &join->incident.records;
	uint32_t *place = map_place(&join->processes, seen->address);
	struct process *kept;

	if (*place == MAP_NONE) {
		*place = (uint32_t)records->processes.len;
		vec_push(&records->processes, *seen);
		return;
	}
	kept = &records->processes.at[*place];
	if (!(kept->flags & PROCESS_BLOCK) && (seen->flags & PROCESS_BLOCK))
		kept->evidence = seen->evidence;
	if (kept->pid == PID_NONE)
		kept->pid = seen->pid;
	if (kept->parent_pid == PID_NONE)
		kept->parent_pid = seen->parent_pid;
	if (kept->session == SESSION_NONE)
		kept->session = seen->session;
	if (kept->handle_count == HANDLES_NONE)
		kept->handle_count = seen->handle_count;
	kept->image = richer_image(&records->names, kept->image, seen->image);
	kept->flags |= seen->flags;
}

static void join_processes(struct join *join, const struct records *from, struct join_base base)
{
	vec_for_each(process, &from->processes) {
		struct process seen = *process;

		seen.image = take_name(join, &from->names, seen.image);
		seen.evidence = take_evidence(seen.evidence, base);
		if (seen.listing == LISTING_INHERITED)
			seen.listing = join->listing;
		if (seen.listing == LISTING_THREADS)
			seen.flags |= PROCESS_THREADS_LISTED;
		merge_process(join, &seen);
	}
}

static uint8_t thread_rank(const struct thread *thread)
{
	return (uint8_t)((thread->wait_reason != 0) + 2 * (thread->objects != 0) +
			 4 * (thread->ticks != TICKS_NONE) + 8 * (thread->frames != 0) +
			 16 * (thread->message != 0));
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
	rich->image = richer_image(names, rich->image, poor->image);
	if (rich->state == THREAD_UNKNOWN)
		rich->state = poor->state;
	if (rich->wait_reason == 0 && rich->state == poor->state)
		rich->wait_reason = poor->wait_reason;
	if (rich->suspend_count == 0)
		rich->suspend_count = poor->suspend_count;
	if (rich->ticks == TICKS_NONE) {
		rich->ticks = poor->ticks;
		rich->wait_start = poor->wait_start;
		rich->wait_ms = poor->wait_ms;
	}
	if (rich->message == 0) {
		rich->message = poor->message;
		rich->port = poor->port;
		rich->owner_process = poor->owner_process;
		rich->wait_kind = poor->wait_kind;
		rich->wait_line = poor->wait_line;
		rich->wait_last_line = poor->wait_last_line;
		rich->wait_offset = poor->wait_offset;
		rich->wait_length = poor->wait_length;
	}
	if (rich->objects == 0) {
		rich->first_object = poor->first_object;
		rich->objects = poor->objects;
	}
	if (poor->frames > rich->frames) {
		rich->first_frame = poor->first_frame;
		rich->frames = poor->frames;
	}
}

/* The rest of a block whose first part stands in the chunk before: its lists go on. */
static void continue_thread(struct records *records, struct thread *kept,
			    const struct thread *rest)
{
	uint32_t first;

	if (rest->frames) {
		first = (uint32_t)records->frames.len;
		vec_reserve(&records->frames, first + kept->frames + rest->frames);
		memcpy(records->frames.at + first, records->frames.at + kept->first_frame,
		       kept->frames * sizeof(name_id));
		memcpy(records->frames.at + first + kept->frames,
		       records->frames.at + rest->first_frame,
		       rest->frames * sizeof(name_id));
		records->frames.len += kept->frames + rest->frames;
		kept->first_frame = first;
		kept->frames += rest->frames;
	}
	if (rest->objects) {
		first = (uint32_t)records->objects.len;
		vec_reserve(&records->objects, first + kept->objects + rest->objects);
		memcpy(records->objects.at + first, records->objects.at + kept->first_object,
		       kept->objects * sizeof(struct wait_object));
		memcpy(records->objects.at + first + kept->objects,
		       records->objects.at + rest->first_object,
		       rest->objects * sizeof(struct wait_object));
		records->objects.len += kept->objects + rest->objects;
		kept->first_object = first;
		kept->objects += rest->objects;
	}
	if (rest->evidence.length) {
		kept->evidence.last_line = rest->evidence.last_line;
		kept->evidence.length = rest->evidence.offset + rest->evidence.length -
					kept->evidence.offset;
	}
}

static void merge_thread(struct join *join, struct thread *seen)
{
	struct records *records = &join->incident.records;
	uint32_t *place = map_place(&join->threads, seen->address);
	struct thread *kept, swapped;

	seen->rank = thread_rank(seen);
	if (*place == MAP_NONE) {
		*place = (uint32_t)records->threads.len;
		vec_push(&records->threads, *seen);
		return;
	}
	kept = &records->threads.at[*place];
	if (seen->flags & THREAD_CONTINUED) {
		continue_thread(records, kept, seen);
		fill_thread(&records->names, kept, seen);
		kept->rank = thread_rank(kept);
		return;
	}
	if (seen->rank > kept->rank) {
		swapped = *kept;
		*kept = *seen;
		fill_thread(&records->names, kept, &swapped);
	} else {
		fill_thread(&records->names, kept, seen);
	}
}

static void join_threads(struct join *join, const struct records *from, struct join_base base)
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
		merge_thread(join, &seen);
	}
}

static void merge_message(struct join *join, const struct message *seen)
{
	struct records *records = &join->incident.records;
	uint32_t *place = map_place(&join->messages, seen->address);
	struct message *kept;

	if (*place == MAP_NONE) {
		*place = (uint32_t)records->messages.len;
		vec_push(&records->messages, *seen);
		return;
	}
	kept = &records->messages.at[*place];
	if (kept->waiting_thread == 0)
		kept->waiting_thread = seen->waiting_thread;
	if (kept->server_thread == 0)
		kept->server_thread = seen->server_thread;
	if (kept->queue_port == 0)
		kept->queue_port = seen->queue_port;
	if (kept->owner_process == 0)
		kept->owner_process = seen->owner_process;
	if (kept->id == NUMBER_NONE)
		kept->id = seen->id;
	if (kept->queue_type == 0)
		kept->queue_type = seen->queue_type;
	kept->owner_image =
		richer_image(&records->names, kept->owner_image, seen->owner_image);
	if ((seen->flags & MESSAGE_CONTINUED) && seen->evidence.length) {
		kept->evidence.last_line = seen->evidence.last_line;
		kept->evidence.length = seen->evidence.offset + seen->evidence.length -
					kept->evidence.offset;
	}
	kept->flags |= seen->flags & MESSAGE_SERVER_SHOWN;
}

static void join_messages(struct join *join, const struct records *from, struct join_base base)
{
	vec_for_each(message, &from->messages) {
		struct message seen = *message;

		seen.owner_image = take_name(join, &from->names, seen.owner_image);
		seen.queue_type = take_name(join, &from->names, seen.queue_type);
		seen.evidence = take_evidence(seen.evidence, base);
		merge_message(join, &seen);
	}
}

static void join_vm_rows(struct join *join, const struct records *from, struct join_base base)
{
	struct records *into = &join->incident.records;

	vec_for_each(row, &from->vm_rows) {
		struct vm_row seen = *row;

		seen.image = take_name(join, &from->names, seen.image);
		seen.evidence = take_evidence(seen.evidence, base);
		seen.table += into->vm_tables;
		vec_push(&into->vm_rows, seen);
	}
	into->vm_tables += from->vm_tables;
}

static void join_diagnostics(struct join *join, const struct records *from,
			     struct join_base base)
{
	struct records *into = &join->incident.records;

	vec_for_each(diagnostic, &from->diagnostics) {
		struct diagnostic seen = *diagnostic;

		if (into->diagnostics.len >= DIAGNOSTICS_MAX)
			return;
		seen.text = take_name(join, &from->names, seen.text);
		seen.line += base.line;
		seen.source += base.source;
		if (into->diagnostics.len == DIAGNOSTICS_MAX - 1)
			seen.code = DIAGNOSTIC_DIAGNOSTICS_CAPPED;
		vec_push(&into->diagnostics, seen);
	}
}

static void fill_name(struct join *join, const struct names *from, name_id *kept, name_id seen)
{
	if (*kept == 0)
		*kept = take_name(join, from, seen);
}

static void fill_number(uint32_t *kept, uint32_t seen)
{
	if (*kept == NUMBER_NONE)
		*kept = seen;
}

static void join_host(struct join *join, const struct records *from)
{
	struct host *kept = &join->incident.records.host;
	const struct host *seen = &from->host;

	fill_name(join, &from->names, &kept->machine, seen->machine);
	fill_name(join, &from->names, &kept->os_line, seen->os_line);
	fill_name(join, &from->names, &kept->arch, seen->arch);
	fill_name(join, &from->names, &kept->product, seen->product);
	fill_name(join, &from->names, &kept->bugcheck, seen->bugcheck);
	fill_number(&kept->build, seen->build);
	fill_number(&kept->service_pack, seen->service_pack);
	fill_number(&kept->processors, seen->processors);
	if (kept->session_time == MOMENT_NONE) {
		kept->session_time = seen->session_time;
		kept->session_zone_known = seen->session_zone_known;
	}
	if (kept->uptime_ms == MS_NONE)
		kept->uptime_ms = seen->uptime_ms;
	if (seen->address_digits > kept->address_digits)
		kept->address_digits = seen->address_digits;
}

void join_records(struct join *join, const struct records *from, struct join_base base)
{
	begin_name_map(join, &from->names);
	join_host(join, from);
	join_processes(join, from, base);
	join_threads(join, from, base);
	join_messages(join, from, base);
	join_vm_rows(join, from, base);
	join_diagnostics(join, from, base);
}
