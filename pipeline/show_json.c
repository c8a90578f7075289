/* SPDX-License-Identifier: Apache-2.0 */
/* One incident as JSON, to the letter of contract.md section 4. */
#include "pipeline/print.h"
#include "pipeline/show_json.h"

static struct slice name_of(const struct writer *writer, name_id name)
{
	return names_text(writer->names, name);
}

void print_name(struct writer *writer, const char *key, name_id name)
{
	print_json_text(&writer->json, key, name_of(writer, name));
}

void print_address(struct writer *writer, const char *key, uint64_t address)
{
	print_json_address(&writer->json, key, address, writer->digits);
}

static const struct source *source_of(const struct writer *writer, uint32_t number)
{
	const struct summary *summary = &writer->row->summary;

	return number < summary->sources.len ? &summary->sources.at[number] : NULL;
}

void print_evidence(struct writer *writer, const struct evidence *evidence)
{
	struct json *json = &writer->json;
	const struct source *source = evidence ? source_of(writer, evidence->source) : NULL;

	json_key(json, "evidence");
	if (!source) {
		json_null(json);
		return;
	}
	json_object_begin(json);
	print_json_text(json, "bundle", writer->row->bundles.at[0]);
	print_json_text(json, "member", source->member);
	print_json_u64(json, "first_line", evidence->first_line);
	print_json_u64(json, "last_line", evidence->last_line);
	print_json_u64(json, "offset", evidence->offset);
	print_json_u64(json, "length", evidence->length);
	json_object_end(json);
}

void widen_evidence(struct evidence *all, const struct evidence *one)
{
	uint64_t end = all->offset + all->length;

	if (all->length == 0) {
		*all = *one;
		return;
	}
	if (one->source != all->source)
		return;
	if (one->offset + one->length > end)
		end = one->offset + one->length;
	if (one->offset < all->offset)
		all->offset = one->offset;
	if (one->first_line < all->first_line)
		all->first_line = one->first_line;
	if (one->last_line > all->last_line)
		all->last_line = one->last_line;
	all->length = evidence_length(end - all->offset);
}

static void print_source(struct json *json, struct slice bundle, const struct source *source)
{
	json_object_begin(json);
	print_json_text(json, "bundle", bundle);
	print_json_text(json, "member", source->member);
	json_key(json, "kind");
	json_string(json, "log");
	print_json_text(json, "encoding", source->encoding);
	print_json_u64(json, "bytes", source->bytes);
	print_json_u64(json, "first_line", source->first_line);
	print_json_u64(json, "last_line", source->last_line);
	json_key(json, "partial");
	json_bool(json, source->partial);
	json_object_end(json);
}

static void print_sources(struct writer *writer)
{
	const struct incident_row *row = writer->row;
	struct json *json = &writer->json;

	json_key(json, "sources");
	json_array_begin(json);
	for (size_t i = 0; i < row->bundles.len; i++)
		vec_for_each(source, &incident_row_summary(row, i)->sources)
			print_source(json, row->bundles.at[i], source);
	json_array_end(json);
}

static void print_host(struct writer *writer)
{
	const struct host *host = &writer->records->host;
	struct json *json = &writer->json;

	json_key(json, "host");
	json_object_begin(json);
	print_name(writer, "machine", host->machine);
	print_name(writer, "os", host->os);
	print_name(writer, "os_line", host->os_line);
	print_json_number(json, "build", host->build);
	print_json_number(json, "service_pack", host->service_pack);
	print_name(writer, "arch", host->arch);
	print_json_number(json, "processors", host->processors);
	print_name(writer, "product", host->product);
	print_json_moment(json, "session_time", host->session_time, host->session_zone_known);
	print_json_seconds(json, "uptime_seconds", host->uptime_ms);
	json_key(json, "tick_ms");
	if (host->tick_100ns)
		json_decimal(json, host->tick_100ns, 4);
	else
		json_null(json);
	json_key(json, "tick_count");
	if (host->tick_count != TICKS_NONE)
		json_u64(json, host->tick_count);
	else
		json_null(json);
	print_name(writer, "bugcheck", host->bugcheck);
	print_json_number(json, "reply_semaphore_offset",
			  writer->shown->incident->reply_semaphore);
	json_object_end(json);
}

static void print_counts(struct writer *writer)
{
	const struct incident *incident = writer->shown->incident;
	struct json *json = &writer->json;
	uint64_t blocks = 0;

	vec_for_each(process, &writer->records->processes)
		blocks += (process->flags & PROCESS_BLOCK) != 0;
	json_key(json, "counts");
	json_object_begin(json);
	print_json_u64(json, "processes", blocks);
	print_json_u64(json, "zombies", incident->zombies);
	print_json_u64(json, "threads", writer->records->threads.len);
	print_json_u64(json, "edges", incident->edges.len);
	print_json_u64(json, "chains", incident->chains.chains_found);
	print_json_u64(json, "findings", writer->shown->findings.list.len);
	print_json_u64(json, "diagnostics", writer->records->diagnostics.len);
	json_object_end(json);
}

static void print_session(struct json *json, int32_t session)
{
	json_key(json, "session");
	if (session == SESSION_NONE)
		json_null(json);
	else
		json_i64(json, session);
}

static void print_process(struct writer *writer, const struct process *process)
{
	struct json *json = &writer->json;
	bool listed = process->flags & PROCESS_THREADS_LISTED;

	json_object_begin(json);
	print_address(writer, "address", process->address);
	print_json_number(json, "pid", process->pid);
	print_json_number(json, "parent_pid", process->parent_pid);
	print_session(json, process->session);
	print_name(writer, "image", process->image);
	print_json_number(json, "handle_count", process->handle_count);
	print_json_size(json, "working_set_kb", process->working_set_kb);
	print_json_size(json, "commit_pages", process->commit_pages);
	json_key(json, "zombie");
	json_bool(json, process->flags & PROCESS_ZOMBIE);
	json_key(json, "threads_listed");
	json_bool(json, listed);
	print_json_number(json, "threads",
			  listed || process->threads ? process->threads : NUMBER_NONE);
	print_evidence(writer, &process->evidence);
	json_object_end(json);
}

static void print_objects(struct writer *writer, const struct thread *thread)
{
	struct json *json = &writer->json;

	json_key(json, "wait_objects");
	json_array_begin(json);
	for (uint32_t i = 0; i < thread->objects; i++) {
		const struct wait_object *object =
			&writer->records->objects.at[thread->first_object + i];

		json_object_begin(json);
		print_address(writer, "address",
			      object->address == NO_OBJECT ? 0 : object->address);
		print_name(writer, "type", object->type);
		if (object->owner_thread)
			print_address(writer, "owner_thread", object->owner_thread);
		json_object_end(json);
	}
	json_array_end(json);
}

static void print_frames(struct writer *writer, const struct thread *thread)
{
	struct json *json = &writer->json;

	json_key(json, "frames");
	json_array_begin(json);
	for (uint32_t i = 0; i < thread->frames; i++)
		json_text(json, name_of(writer,
					writer->records->frames.at[thread->first_frame + i]));
	json_array_end(json);
}

static name_id image_of(const struct writer *writer, const struct thread *thread)
{
	uint32_t at = thread->process ? incident_find_process(writer->shown->incident,
							      thread->process)
				      : MAP_NONE;

	return at == MAP_NONE ? thread->image : writer->records->processes.at[at].image;
}

static void print_thread(struct writer *writer, const struct thread *thread)
{
	struct json *json = &writer->json;

	json_object_begin(json);
	print_address(writer, "address", thread->address);
	print_address(writer, "process", thread->process);
	print_name(writer, "image", image_of(writer, thread));
	print_json_number(json, "pid", thread->pid);
	print_json_number(json, "tid", thread->tid);
	json_key(json, "state");
	json_string(json, thread_state_text(thread->state));
	print_name(writer, "wait_reason", thread->wait_reason);
	json_key(json, "wait_ticks");
	if (thread->ticks == TICKS_NONE)
		json_null(json);
	else
		json_u64(json, thread->ticks);
	print_json_seconds(json, "wait_seconds", thread->wait_ms);
	print_objects(writer, thread);
	print_frames(writer, thread);
	print_evidence(writer, &thread->evidence);
	json_object_end(json);
}

/* An LPC message is known by its MessageId: eight digits, whatever the width of an address. */
static void print_object(struct writer *writer, const struct edge *edge)
{
	if (edge->kind == EDGE_LPC)
		print_json_address(&writer->json, "object", (uint32_t)edge->object, 8);
	else
		print_address(writer, "object", edge->object);
}

static void print_edge(struct writer *writer, const struct edge *edge)
{
	struct json *json = &writer->json;

	json_object_begin(json);
	json_key(json, "kind");
	json_string(json, edge_kind_text(edge->kind));
	print_address(writer, "thread", edge->thread);
	print_object(writer, edge);
	print_address(writer, "port", edge->port);
	print_address(writer, "owner_process", edge->owner_process);
	print_name(writer, "owner_image", edge->owner_image);
	print_address(writer, "owner_thread", edge->owner_thread);
	json_key(json, "owner_source");
	json_string(json, owner_source_text(edge->owner_source));
	print_name(writer, "queue_type", edge->queue_type);
	print_json_number(json, "message_id", edge->message_id);
	if (edge->objects > 1)
		print_json_number(json, "among", edge->objects);
	print_evidence(writer, &edge->evidence);
	json_object_end(json);
}

/* Those that !alpc /p lists as registered. */
static void print_port_threads(struct writer *writer, const struct port *port)
{
	struct json *json = &writer->json;
	size_t count;
	const struct port_thread *served =
		incident_port_threads(writer->shown->incident, port->address, &count);

	json_key(json, "threads");
	json_array_begin(json);
	for (size_t i = 0; i < count; i++)
		json_hex(json, served[i].thread, writer->digits == 8 ? 8 : 16);
	json_array_end(json);
}

static void print_command_line(struct writer *writer, const struct command_line *line)
{
	struct json *json = &writer->json;

	json_object_begin(json);
	print_address(writer, "process", line->process);
	print_name(writer, "text", line->text);
	print_evidence(writer, &line->evidence);
	json_object_end(json);
}

static void print_port(struct writer *writer, const struct port *port)
{
	struct json *json = &writer->json;

	json_object_begin(json);
	print_address(writer, "address", port->address);
	print_name(writer, "name", port->name);
	print_name(writer, "type", port->type);
	print_address(writer, "owner_process", port->owner_process);
	print_name(writer, "owner_image", port->owner_image);
	print_address(writer, "connection_port", port->connection_port);
	print_json_number(json, "main_queue", port->main_queue);
	print_json_number(json, "large_queue", port->large_queue);
	print_json_number(json, "pending_queue", port->pending_queue);
	print_json_number(json, "registered_threads", port->registered_threads);
	print_port_threads(writer, port);
	print_evidence(writer, &port->evidence);
	json_object_end(json);
}

static void print_zombies(struct writer *writer)
{
	const struct incident *incident = writer->shown->incident;
	struct json *json = &writer->json;

	json_key(json, "zombies");
	json_object_begin(json);
	print_json_u64(json, "count", incident->zombies);
	json_key(json, "by_image");
	json_object_begin(json);
	vec_for_each(zombie, &incident->zombies_by_image) {
		json_key_text(json, name_of(writer, zombie->image));
		json_u64(json, zombie->count);
	}
	json_object_end(json);
	json_object_end(json);
}

static void print_diagnostic(struct writer *writer, const struct diagnostic *diagnostic)
{
	struct json *json = &writer->json;

	json_object_begin(json);
	json_key(json, "code");
	json_string(json, diagnostic_text(diagnostic->code));
	print_json_number(json, "line", diagnostic->line ? diagnostic->line : NUMBER_NONE);
	print_name(writer, "text", diagnostic->text);
	json_object_end(json);
}

static void print_unknown(struct writer *writer, const struct unknown_line *unknown)
{
	struct json *json = &writer->json;

	json_object_begin(json);
	print_name(writer, "kind", unknown->kind);
	print_json_u64(json, "count", unknown->count);
	print_json_number(json, "line", unknown->line);
	print_name(writer, "text", unknown->example);
	json_object_end(json);
}

#define PRINT_LIST(key, type, list, print)      \
	do {                                    \
		json_key(&writer.json, key);    \
		json_array_begin(&writer.json); \
		vec_for_each(type, list)        \
			print(&writer, type);   \
		json_array_end(&writer.json);   \
	} while (0)

static void print_chain(struct writer *writer, const struct chain *chain)
{
	print_json_chain(&writer->json, &writer->shown->incident->chains, chain);
}

void show_json(struct json *json, const struct shown *shown)
{
	const struct incident *incident = shown->incident;
	struct writer writer = { .json = *json,
				 .row = shown->row,
				 .names = &incident->records.names,
				 .findings = &shown->findings,
				 .shown = shown,
				 .records = &incident->records,
				 .digits = incident->records.host.address_digits };

	json_object_begin(&writer.json);
	json_key(&writer.json, "schema");
	json_string(&writer.json, "pipeline/incident/1");
	print_json_id(&writer.json, "id", incident->id);
	print_sources(&writer);
	print_host(&writer);
	print_memory(&writer);
	print_analysis(&writer);
	print_counts(&writer);
	PRINT_LIST("processes", process, &incident->records.processes, print_process);
	PRINT_LIST("threads", thread, &incident->records.threads, print_thread);
	PRINT_LIST("edges", edge, &incident->edges, print_edge);
	PRINT_LIST("chains", chain, &incident->chains.chains, print_chain);
	PRINT_LIST("ports", port, &incident->records.ports, print_port);
	PRINT_LIST("command_lines", line, &incident->records.command_lines,
		   print_command_line);
	print_zombies(&writer);
	PRINT_LIST("findings", finding, &shown->findings.list, print_finding);
	PRINT_LIST("diagnostics", diagnostic, &incident->records.diagnostics,
		   print_diagnostic);
	PRINT_LIST("unknown_lines", unknown, &incident->records.unknown_lines, print_unknown);
	json_object_end(&writer.json);
	*json = writer.json;
}
