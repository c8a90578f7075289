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
	map_free(&join->ports);
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

/* The rest of a block whose first part stands in the chunk before. */
static void continue_evidence(struct evidence *evidence, const struct evidence *rest)
{
	if (rest->length == 0)
		return;
	evidence->last_line = rest->last_line;
	evidence->length = rest->offset + rest->length - evidence->offset;
}

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
	rich->flags |= (uint8_t)(poor->flags & ~PROCESS_CONTINUED);
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
	uint32_t *place = map_place(&join->processes, seen->address);
	struct process *kept;

	if (*place == MAP_NONE) {
		*place = (uint32_t)records->processes.len;
		vec_push(&records->processes, ((struct process){ 0 }));
	}
	kept = &records->processes.at[*place];
	if ((seen->flags & PROCESS_CONTINUED) && join->last.process.address == seen->address) {
		continue_process(&join->last.process, seen);
		*seen = join->last.process;
		*kept = join->last.process_before;
	}
	if (last) {
		join->last.process = *seen;
		join->last.process_before = *kept;
	}
	if (kept->address == 0) {
		*kept = *seen;
		return;
	}
	if (!(kept->flags & PROCESS_BLOCK) && (seen->flags & PROCESS_BLOCK))
		kept->evidence = seen->evidence;
	fill_process(kept, seen);
	kept->image = image_richer(&records->names, kept->image, seen->image);
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
		merge_process(join, &seen,
			      process + 1 == from->processes.at + from->processes.len);
	}
}

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
		merge_thread(join, &seen, thread + 1 == from->threads.at + from->threads.len);
	}
}

static void fill_message_fields(struct message *rich, const struct message *poor)
{
	if (rich->waiting_thread == 0)
		rich->waiting_thread = poor->waiting_thread;
	if (rich->server_thread == 0)
		rich->server_thread = poor->server_thread;
	if (rich->queue_port == 0)
		rich->queue_port = poor->queue_port;
	if (rich->owner_process == 0)
		rich->owner_process = poor->owner_process;
	if (rich->id == NUMBER_NONE)
		rich->id = poor->id;
	if (rich->queue_type == 0)
		rich->queue_type = poor->queue_type;
	rich->flags |= poor->flags & MESSAGE_SERVER_SHOWN;
}

static void continue_message(struct message *open, const struct message *rest)
{
	fill_message_fields(open, rest);
	if (open->owner_image == 0)
		open->owner_image = rest->owner_image;
	continue_evidence(&open->evidence, &rest->evidence);
}

static void merge_message(struct join *join, struct message *seen, bool last)
{
	struct records *records = &join->incident.records;
	uint32_t *place = map_place(&join->messages, seen->address);
	struct message *kept;

	if (*place == MAP_NONE) {
		*place = (uint32_t)records->messages.len;
		vec_push(&records->messages, ((struct message){ 0 }));
	}
	kept = &records->messages.at[*place];
	if ((seen->flags & MESSAGE_CONTINUED) && join->last.message.address == seen->address) {
		continue_message(&join->last.message, seen);
		*seen = join->last.message;
		*kept = join->last.message_before;
	}
	if (last) {
		join->last.message = *seen;
		join->last.message_before = *kept;
	}
	if (kept->address == 0) {
		*kept = *seen;
		return;
	}
	fill_message_fields(kept, seen);
	kept->owner_image =
		image_richer(&records->names, kept->owner_image, seen->owner_image);
}

static void join_messages(struct join *join, const struct records *from, struct join_base base)
{
	vec_for_each(message, &from->messages) {
		struct message seen = *message;

		seen.owner_image = take_name(join, &from->names, seen.owner_image);
		seen.queue_type = take_name(join, &from->names, seen.queue_type);
		seen.evidence = take_evidence(seen.evidence, base);
		merge_message(join, &seen,
			      message + 1 == from->messages.at + from->messages.len);
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

static void join_resource_users(struct join *join, const struct records *from,
				struct join_base base)
{
	vec_for_each(user, &from->resource_users) {
		struct resource_user seen = *user;

		seen.evidence = take_evidence(seen.evidence, base);
		vec_push(&join->incident.records.resource_users, seen);
	}
}

static void fill_number(uint32_t *kept, uint32_t seen)
{
	if (*kept == NUMBER_NONE)
		*kept = seen;
}

static void merge_port(struct join *join, const struct port *seen)
{
	struct records *records = &join->incident.records;
	uint32_t *place = map_place(&join->ports, seen->address);
	struct port *kept;

	if (*place == MAP_NONE) {
		*place = (uint32_t)records->ports.len;
		vec_push(&records->ports, *seen);
		return;
	}
	kept = &records->ports.at[*place];
	if (kept->owner_process == 0)
		kept->owner_process = seen->owner_process;
	if (kept->name == 0)
		kept->name = seen->name;
	if (kept->type == 0)
		kept->type = seen->type;
	if (kept->owner_image == 0)
		kept->owner_image = seen->owner_image;
	fill_number(&kept->main_queue, seen->main_queue);
	fill_number(&kept->large_queue, seen->large_queue);
	fill_number(&kept->pending_queue, seen->pending_queue);
	fill_number(&kept->registered_threads, seen->registered_threads);
}

static void join_ports(struct join *join, const struct records *from, struct join_base base)
{
	vec_for_each(port, &from->ports) {
		struct port seen = *port;

		seen.name = take_name(join, &from->names, seen.name);
		seen.type = take_name(join, &from->names, seen.type);
		seen.owner_image = take_name(join, &from->names, seen.owner_image);
		seen.evidence = take_evidence(seen.evidence, base);
		merge_port(join, &seen);
	}
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

static void join_unknown_lines(struct join *join, const struct records *from,
			       struct join_base base)
{
	struct records *into = &join->incident.records;

	vec_for_each(unknown, &from->unknown_lines) {
		struct unknown_line seen = *unknown;

		seen.kind = names_find(&into->names, names_text(&from->names, seen.kind));
		if (into->unknown_lines.len >= UNKNOWN_KINDS_MAX &&
		    (seen.kind == 0 || map_get(&into->unknown_at, seen.kind) == MAP_NONE))
			seen.kind = names_add(&into->names, SLICE("(further kinds)"));
		else
			seen.kind = take_name(join, &from->names, unknown->kind);
		seen.line += base.line;
		seen.source += base.source;
		if (map_get(&into->unknown_at, seen.kind) == MAP_NONE)
			seen.example = take_name(join, &from->names, seen.example);
		records_count_unknown(into, seen);
	}
}

static void fill_name(struct join *join, const struct names *from, name_id *kept, name_id seen)
{
	if (*kept == 0)
		*kept = take_name(join, from, seen);
}

static void join_host(struct join *join, const struct records *from)
{
	struct host *kept = &join->incident.records.host;
	const struct host *seen = &from->host;

	fill_name(join, &from->names, &kept->machine, seen->machine);
	if (kept->os_line == 0 && kept->build == NUMBER_NONE) { /* one line gives them all */
		kept->os_line = take_name(join, &from->names, seen->os_line);
		kept->arch = take_name(join, &from->names, seen->arch);
		kept->build = seen->build;
		kept->service_pack = seen->service_pack;
		kept->processors = seen->processors;
	}
	fill_name(join, &from->names, &kept->product, seen->product);
	fill_name(join, &from->names, &kept->bugcheck, seen->bugcheck);
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
	join_resource_users(join, from, base);
	join_ports(join, from, base);
	join_diagnostics(join, from, base);
	join_unknown_lines(join, from, base);
}
