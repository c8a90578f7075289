/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What records say, as facts: a line of text for every value of every record, "thread fffffa8004b45bb0 tid 3088". A value that
 * is not known is no fact. Without evidence and self-report, so that what two readings of one log disagree in are
 * values and nothing else.
 */
#ifndef TESTS_FACTS_H
#define TESTS_FACTS_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "stages/incident.h"

struct facts {
	char *text;
	size_t len;
	VEC(const char *) lines; /* sorted */
};

struct fact_writer {
	FILE *out;
	const struct records *records;
	char subject[160]; /* what the facts are about */
};

static void fact_about(struct fact_writer *to, const char *kind, uint64_t address)
{
	snprintf(to->subject, sizeof(to->subject), "%s %" PRIx64, kind, address);
	fprintf(to->out, "%s\n", to->subject);
}

static void fact_number(struct fact_writer *to, const char *label, uint64_t value, uint64_t none)
{
	if (value != none)
		fprintf(to->out, "%s %s %" PRIu64 "\n", to->subject, label, value);
}

static void fact_address(struct fact_writer *to, const char *label, uint64_t address)
{
	if (address)
		fprintf(to->out, "%s %s %" PRIx64 "\n", to->subject, label, address);
}

static void fact_text(struct fact_writer *to, const char *label, struct slice text)
{
	if (text.len == 0)
		return;
	fprintf(to->out, "%s %s ", to->subject, label);
	for (size_t i = 0; i < text.len; i++) /* a name may hold anything, a fact no line end */
		fputc(text.at[i] == '\n' || text.at[i] == 0 ? '?' : text.at[i], to->out);
	fputc('\n', to->out);
}

static void fact_name(struct fact_writer *to, const char *label, name_id name)
{
	fact_text(to, label, names_text(&to->records->names, name));
}

static void facts_of_host(struct fact_writer *to)
{
	const struct host *host = &to->records->host;

	fact_about(to, "host", 0);
	fact_name(to, "machine", host->machine);
	fact_name(to, "os", host->os);
	fact_name(to, "os_line", host->os_line);
	fact_name(to, "product", host->product);
	fact_name(to, "bugcheck", host->bugcheck);
	fact_number(to, "build", host->build, NUMBER_NONE);
	fact_number(to, "service_pack", host->service_pack, NUMBER_NONE);
	fact_number(to, "processors", host->processors, NUMBER_NONE);
	if (host->session_time != MOMENT_NONE)
		fprintf(to->out, "host time %" PRId64 "%s\n", host->session_time,
			host->session_zone_known ? "Z" : "");
	if (host->uptime_ms != MS_NONE)
		fprintf(to->out, "host uptime %" PRId64 "\n", host->uptime_ms);
}

static void facts_of_process(struct fact_writer *to, const struct process *process)
{
	fact_about(to, "process", process->address);
	fact_number(to, "pid", process->pid, PID_NONE);
	fact_number(to, "parent", process->parent_pid, PID_NONE);
	fact_number(to, "handles", process->handle_count, HANDLES_NONE);
	fact_number(to, "session", (uint32_t)process->session, (uint32_t)SESSION_NONE);
	fact_number(to, "table", process->flags & (PROCESS_TABLE_ZERO | PROCESS_TABLE_SET), 0);
	fact_name(to, "image", process->image);
}

static void facts_of_thread(struct fact_writer *to, const struct thread *thread)
{
	fact_about(to, "thread", thread->address);
	fact_number(to, "state", thread->state, THREAD_UNKNOWN);
	fact_name(to, "reason", thread->wait_reason);
	fact_address(to, "process", thread->process);
	fact_name(to, "image", thread->image);
	fact_number(to, "pid", thread->pid, PID_NONE);
	fact_number(to, "tid", thread->tid, PID_NONE);
	fact_number(to, "start", thread->wait_start, TICKS_NONE);
	fact_number(to, "ticks", thread->ticks, TICKS_NONE);
	fact_number(to, "ms", (uint64_t)thread->wait_ms, (uint64_t)MS_NONE);
	fact_number(to, "suspended", thread->suspend_count, 0);
	fact_address(to, "message", thread->message);
	fact_address(to, "port", thread->port);
	fact_address(to, "lpc_port", thread->lpc_port);
	fact_address(to, "owner", thread->owner_process);
	for (uint32_t i = 0; i < thread->objects; i++) {
		const struct wait_object *object =
			&to->records->objects.at[thread->first_object + i];

		char label[64];

		snprintf(label, sizeof(label), "object %u %" PRIx64, i, object->address);
		fact_name(to, label, object->type);
		fact_address(to, label, object->owner_thread);
	}
	for (uint32_t i = 0; i < thread->frames; i++) {
		char label[32];

		snprintf(label, sizeof(label), "frame %u", i);
		fact_name(to, label, to->records->frames.at[thread->first_frame + i]);
	}
}

static void facts_of_message(struct fact_writer *to, const struct message *message)
{
	fact_about(to, "message", message->address);
	fact_number(to, "id", message->id, NUMBER_NONE);
	fact_address(to, "waiter", message->waiting_thread);
	fact_address(to, "server", message->server_thread);
	fact_address(to, "port", message->queue_port);
	fact_address(to, "owner", message->owner_process);
	fact_name(to, "image", message->owner_image);
	fact_name(to, "queue", message->queue_type);
}

static void facts_of_port(struct fact_writer *to, const struct port *port)
{
	fact_about(to, "port", port->address);
	fact_address(to, "owner", port->owner_process);
	fact_name(to, "name", port->name);
	fact_name(to, "type", port->type);
	fact_name(to, "image", port->owner_image);
	fact_number(to, "main", port->main_queue, NUMBER_NONE);
	fact_number(to, "large", port->large_queue, NUMBER_NONE);
	fact_number(to, "pending", port->pending_queue, NUMBER_NONE);
	fact_number(to, "threads", port->registered_threads, NUMBER_NONE);
}

static void facts_of_lists(struct fact_writer *to)
{
	vec_for_each(row, &to->records->vm_rows) {
		fact_about(to, "row", row->pid);
		fprintf(to->out, "%s %" PRIu64 " KB in %u", to->subject, row->commit_kb,
			row->table);
		fact_name(to, "", row->image);
	}
	vec_for_each(user, &to->records->resource_users) {
		fact_about(to, "resource", user->resource);
		fact_address(to, user->role == RESOURCE_OWNER ? "owner" : "waiter",
			     user->thread);
	}
}

/* What follows from the records; that of a wait which is not known to be served is less than a fact. */
static void facts_of_edges(struct fact_writer *to, const struct incident *incident)
{
	vec_for_each(edge, &incident->edges) {
		snprintf(to->subject, sizeof(to->subject), "edge %s %" PRIx64 " %" PRIx64,
			 edge_kind_text(edge->kind), edge->thread, edge->object);
		fprintf(to->out, "%s\n", to->subject);
		fact_address(to, "port", edge->port);
		fact_address(to, "process", edge->owner_process);
		fact_address(to, "thread", edge->owner_thread);
		fact_name(to, "image", edge->owner_image);
		fact_number(to, "source", edge->owner_source, OWNER_SOURCE_NOT_SHOWN);
	}
}

static int fact_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void facts_finish(struct facts *facts)
{
	char *after = facts->text + facts->len;

	for (char *at = facts->text, *end; at < after; at = end + 1) {
		end = memchr(at, '\n', (size_t)(after - at));
		*end = 0;
		vec_push(&facts->lines, at);
	}
	if (facts->lines.len)
		qsort(facts->lines.at, facts->lines.len, sizeof(facts->lines.at[0]),
		      fact_compare);
}

/* The caller frees the text. `incident` may be NULL: then nothing is said of edges. */
static void facts_write(FILE *out, const struct records *records,
			const struct incident *incident)
{
	struct fact_writer to = { .out = out, .records = records };

	facts_of_host(&to);
	vec_for_each(process, &records->processes)
		facts_of_process(&to, process);
	vec_for_each(thread, &records->threads)
		facts_of_thread(&to, thread);
	vec_for_each(message, &records->messages)
		facts_of_message(&to, message);
	vec_for_each(port, &records->ports)
		facts_of_port(&to, port);
	facts_of_lists(&to);
	if (incident)
		facts_of_edges(&to, incident);
}

static bool facts_hold(const struct facts *facts, const char *fact)
{
	return facts->lines.len && bsearch(&fact, facts->lines.at, facts->lines.len,
					   sizeof(fact), fact_compare);
}

static void facts_free(struct facts *facts)
{
	free(facts->text);
	vec_free(&facts->lines);
}

#endif
