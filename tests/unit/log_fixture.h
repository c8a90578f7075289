/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text to incidents, as a bundle's reader does it but without archives: a log at once, in pieces of given lines,
 * or in chunks of a given size; and an incident as text, one record a line, in which two incidents can be compared
 * whatever numbers their names have. Also serves the fuzz targets.
 */
#ifndef TESTS_LOG_FIXTURE_H
#define TESTS_LOG_FIXTURE_H

#include <inttypes.h>
#include <stdio.h>

#include "stages/cut.h"
#include "stages/finding.h"
#include "stages/join.h"
#include "stages/log_parser.h"
#include "stages/signature.h"

#define UNUSED __attribute__((unused))

struct dumps {
	VEC(struct join *) joins;
	struct join *open;
	struct log_chunk_result result;
	struct log_state state;
	uint64_t offset;
	uint32_t line;
	bool packs; /* the join waits packed for its next piece */
};

static void dumps_open(struct dumps *dumps)
{
	dumps->open = mem_alloc(sizeof(*dumps->open));
	join_init(dumps->open);
}

static void dumps_close(struct dumps *dumps)
{
	if (!records_empty(&dumps->open->incident.records)) {
		vec_push(&dumps->joins, dumps->open);
		return;
	}
	join_free(dumps->open);
	free(dumps->open);
}

static void dumps_init(struct dumps *dumps)
{
	*dumps = (struct dumps){ 0 };
	log_state_fresh(&dumps->state, LISTING_INHERITED);
	dumps_open(dumps);
}

/* Parses the next piece and joins it. The piece is copied so that a read past its end is seen. */
static void dumps_add(struct dumps *dumps, struct slice text, enum log_end end)
{
	char *copy = mem_alloc(text.len ? text.len : 1);

	if (text.len)
		memcpy(copy, text.at, text.len);
	log_parse(&dumps->result, &dumps->state, (struct slice){ copy, text.len }, end);
	free(copy);
	for (size_t i = 0; i < dumps->result.segments_used; i++) {
		const struct segment *segment = &dumps->result.segments.at[i];
		struct join_base base = { .offset = dumps->offset, .line = dumps->line + 1 };

		if (segment->begins && !records_empty(&dumps->open->incident.records)) {
			dumps_close(dumps);
			dumps_open(dumps);
		}
		join_records(dumps->open, &segment->records, base);
		if (dumps->packs)
			join_pack(dumps->open);
		join_unpack(dumps->open);
	}
	if (dumps->result.end.listing != LISTING_INHERITED)
		dumps->open->listing = dumps->result.end.listing;
	dumps->offset += text.len;
	dumps->line += dumps->result.lines;
	if (end == LOG_HEADER_FOLLOWS)
		log_state_fresh(&dumps->state, LISTING_INHERITED);
	else
		dumps->state = dumps->result.end;
}

static void dumps_finish(struct dumps *dumps)
{
	dumps_close(dumps);
	dumps->open = NULL;
	log_chunk_result_free(&dumps->result);
	vec_for_each(join, &dumps->joins) {
		join_finish(*join, NULL);
		incident_analyse(&(*join)->incident);
	}
}

static UNUSED void dumps_whole(struct dumps *dumps, struct slice text)
{
	dumps_init(dumps);
	dumps_add(dumps, text, LOG_ENDS);
	dumps_finish(dumps);
}

static void dumps_cut(struct dumps *dumps, struct slice text, size_t lines)
{
	for (;;) {
		size_t len = 0;

		for (size_t n = 0; n < lines && len < text.len; n++) {
			const char *newline = memchr(text.at + len, '\n', text.len - len);

			len = newline ? (size_t)(newline - text.at) + 1 : text.len;
		}
		dumps_add(dumps, slice_first(text, len),
			  len == text.len ? LOG_ENDS : LOG_GOES_ON);
		if (len == text.len)
			break;
		text = slice_skip(text, len);
	}
	dumps_finish(dumps);
}

/* Cut behind every `lines` lines, the state handed on. */
static UNUSED void dumps_by_lines(struct dumps *dumps, struct slice text, size_t lines)
{
	dumps_init(dumps);
	dumps_cut(dumps, text, lines);
}

/* The same, and packed between any two. */
static UNUSED void dumps_packed(struct dumps *dumps, struct slice text, size_t lines)
{
	dumps_init(dumps);
	dumps->packs = true;
	dumps_cut(dumps, text, lines);
}

/* Cut by cut_find(), as the decoder of bundles does. No line may be longer than size. */
static UNUSED void dumps_by_size(struct dumps *dumps, struct slice text, size_t size)
{
	dumps_init(dumps);
	while (text.len > size) {
		enum cut_kind kind;
		size_t at = cut_find(slice_first(text, size), &kind);

		dumps_add(dumps, slice_first(text, at),
			  kind == CUT_HEADER ? LOG_HEADER_FOLLOWS : LOG_GOES_ON);
		text = slice_skip(text, at);
	}
	dumps_add(dumps, text, LOG_ENDS);
	dumps_finish(dumps);
}

static void dumps_free(struct dumps *dumps)
{
	vec_for_each(join, &dumps->joins) {
		join_free(*join);
		free(*join);
	}
	vec_free(&dumps->joins);
}

/* ---- an incident as text ---- */

struct printing {
	FILE *out;
	const struct records *records;
};

static void print_name(const struct printing *to, const char *label, name_id name)
{
	if (name)
		fprintf(to->out, " %s=%.*s", label,
			SLICE_ARG(names_text(&to->records->names, name)));
}

static void print_number(const struct printing *to, const char *label, uint64_t value,
			 uint64_t none)
{
	if (value != none)
		fprintf(to->out, " %s=%" PRIu64, label, value);
}

static void print_address(const struct printing *to, const char *label, uint64_t address)
{
	if (address)
		fprintf(to->out, " %s=%" PRIx64, label, address);
}

static void print_evidence(const struct printing *to, const struct evidence *at)
{
	fprintf(to->out, " @%u-%u,%" PRIu64 "+%u\n", at->first_line, at->last_line,
		at->offset, at->length);
}

static void print_host(const struct printing *to, const struct host *host)
{
	fprintf(to->out, "host digits=%u", host->address_digits);
	print_name(to, "machine", host->machine);
	print_name(to, "os", host->os);
	print_name(to, "line", host->os_line);
	print_name(to, "arch", host->arch);
	print_name(to, "product", host->product);
	print_number(to, "build", host->build, NUMBER_NONE);
	print_number(to, "sp", host->service_pack, NUMBER_NONE);
	print_number(to, "cpus", host->processors, NUMBER_NONE);
	print_number(to, "ticks", host->tick_count, TICKS_NONE);
	print_number(to, "tick", host->tick_100ns, 0);
	if (host->session_time != MOMENT_NONE)
		fprintf(to->out, " time=%" PRId64 "%s", host->session_time,
			host->session_zone_known ? "Z" : "");
	if (host->uptime_ms != MS_NONE)
		fprintf(to->out, " up=%" PRId64, host->uptime_ms);
	fprintf(to->out, "\n");
}

static void print_process(const struct printing *to, const struct process *process)
{
	fprintf(to->out, "process %" PRIx64 " flags=%u threads=%u", process->address,
		process->flags, process->threads);
	print_number(to, "pid", process->pid, PID_NONE);
	print_number(to, "ppid", process->parent_pid, PID_NONE);
	print_number(to, "handles", process->handle_count, HANDLES_NONE);
	print_number(to, "kb", process->working_set_kb, SIZE_NONE);
	print_number(to, "pages", process->commit_pages, SIZE_NONE);
	if (process->session != SESSION_NONE)
		fprintf(to->out, " session=%d", process->session);
	print_name(to, "image", process->image);
}

static void print_thread(const struct printing *to, const struct thread *thread)
{
	fprintf(to->out, "thread %" PRIx64 " %s", thread->address,
		thread_state_text(thread->state));
	print_name(to, "reason", thread->wait_reason);
	print_address(to, "process", thread->process);
	print_name(to, "image", thread->image);
	print_number(to, "pid", thread->pid, PID_NONE);
	print_number(to, "tid", thread->tid, PID_NONE);
	print_number(to, "start", thread->wait_start, TICKS_NONE);
	print_number(to, "ticks", thread->ticks, TICKS_NONE);
	print_number(to, "ms", (uint64_t)thread->wait_ms, (uint64_t)MS_NONE);
	print_number(to, "suspended", thread->suspend_count, 0);
	if (thread->message) {
		fprintf(to->out,
			" message=%" PRIx64 " port=%" PRIx64 " owner=%" PRIx64 " @%u-%u",
			thread->message, thread->port, thread->owner_process,
			thread->wait_line, thread->wait_last_line);
	}
	for (uint32_t i = 0; i < thread->objects; i++) {
		const struct wait_object *object =
			&to->records->objects.at[thread->first_object + i];

		fprintf(to->out, " [%" PRIx64, object->address);
		print_name(to, "type", object->type);
		print_address(to, "by", object->owner_thread);
		fprintf(to->out, "]");
	}
	for (uint32_t i = 0; i < thread->frames; i++)
		print_name(to, "f", to->records->frames.at[thread->first_frame + i]);
}

static void print_alpc_message(const struct printing *to, const struct message *message)
{
	fprintf(to->out, "message %" PRIx64 " flags=%u", message->address, message->flags);
	print_number(to, "id", message->id, NUMBER_NONE);
	print_address(to, "waiter", message->waiting_thread);
	print_name(to, "queue", message->queue_type);
	print_address(to, "port", message->queue_port);
	print_address(to, "owner", message->owner_process);
	print_name(to, "image", message->owner_image);
	print_address(to, "server", message->server_thread);
}

static void print_port(const struct printing *to, const struct port *port)
{
	fprintf(to->out, "port %" PRIx64, port->address);
	print_name(to, "name", port->name);
	print_name(to, "type", port->type);
	print_address(to, "owner", port->owner_process);
	print_name(to, "image", port->owner_image);
	print_address(to, "connection", port->connection_port);
	print_number(to, "main", port->main_queue, NUMBER_NONE);
	print_number(to, "large", port->large_queue, NUMBER_NONE);
	print_number(to, "pending", port->pending_queue, NUMBER_NONE);
	print_number(to, "registered", port->registered_threads, NUMBER_NONE);
}

static void print_page_file(const struct printing *to, const struct page_file *file)
{
	fprintf(to->out, "pagefile");
	print_name(to, "name", file->name);
	print_number(to, "current", file->current_kb, KB_NONE);
	print_number(to, "free", file->free_kb, KB_NONE);
	print_number(to, "minimum", file->minimum_kb, KB_NONE);
	print_number(to, "maximum", file->maximum_kb, KB_NONE);
}

static void print_field(const struct printing *to, const struct analysis_field *field)
{
	fprintf(to->out, "analysis %u", field->field);
	print_number(to, "number", field->number, 0);
	print_name(to, "text", field->text);
}

static void print_unknown(const struct printing *to, const struct unknown_line *unknown)
{
	fprintf(to->out, "unknown %" PRIu64 "*", unknown->count);
	print_name(to, "kind", unknown->kind);
	print_name(to, "example", unknown->example);
	fprintf(to->out, " @%u\n", unknown->line);
}

static void print_chains(FILE *out, const struct chain_list *list)
{
	byte_vec label = { 0 };

	vec_for_each(chain, &list->chains) {
		fprintf(out, "chain %016" PRIx64 " %s start=%d end=%" PRIx64 " %.*s\n",
			chain_signature(chain), cycle_kind_text(chain->cycle),
			(int)chain->cycle_start, chain_endpoint(list, chain)->thread,
			SLICE_ARG(chain_label(list, chain, GROUPING_KIND, &label)));
		chain_for_each_hop(hop, list, chain)
			fprintf(out, "  hop %" PRIx64 " %" PRIx64 " %u %u %" PRId64 " %u %u\n",
				hop->process, hop->thread, hop->pid, hop->via,
				hop->wait_ms, hop->timing, hop->waiters);
	}
	vec_free(&label);
}

/* The records without (or with) where they were read. The caller frees the text. */
static char *records_as_text(const struct records *records, bool evidence)
{
	char *text = NULL;
	size_t len;
	struct printing to = { open_memstream(&text, &len), records };
	static const struct evidence none;

#define END(at) (evidence ? print_evidence(&to, at) : (void)fputc('\n', to.out))
	print_host(&to, &records->host);
	vec_for_each(process, &records->processes) {
		print_process(&to, process);
		END(&process->evidence);
	}
	vec_for_each(thread, &records->threads) {
		print_thread(&to, thread);
		END(&thread->evidence);
	}
	vec_for_each(message, &records->messages) {
		print_alpc_message(&to, message);
		END(&message->evidence);
	}
	vec_for_each(row, &records->vm_rows) {
		fprintf(to.out, "row pid=%u kb=%" PRIu64 " table=%u", row->pid,
			row->commit_kb, row->table);
		print_name(&to, "image", row->image);
		END(&row->evidence);
	}
	vec_for_each(port, &records->ports) {
		print_port(&to, port);
		END(&port->evidence);
	}
	vec_for_each(counter, &records->memory) {
		fprintf(to.out, "counter %u value=%" PRIu64, counter->counter, counter->value);
		END(&counter->evidence);
	}
	vec_for_each(file, &records->page_files) {
		print_page_file(&to, file);
		END(&file->evidence);
	}
	vec_for_each(field, &records->analysis) {
		print_field(&to, field);
		END(&field->evidence);
	}
	vec_for_each(served, &records->port_threads)
		fprintf(to.out, "port %" PRIx64 " served by %" PRIx64 "\n", served->port,
			served->thread);
	vec_for_each(line, &records->command_lines) {
		fprintf(to.out, "command line");
		print_address(&to, "process", line->process);
		print_name(&to, "text", line->text);
		END(&line->evidence);
	}
	vec_for_each(diagnostic, &records->diagnostics) {
		fprintf(to.out, "diagnostic %s", diagnostic_text(diagnostic->code));
		if (evidence) {
			fprintf(to.out, " line=%u", diagnostic->line);
			print_name(&to, "text", diagnostic->text);
		}
		END(&none);
	}
	vec_for_each(unknown, &records->unknown_lines)
		if (evidence)
			print_unknown(&to, unknown);
#undef END
	fclose(to.out);
	return text;
}

/* Everything of an analysed incident. */
static UNUSED char *incident_as_text(const struct incident *incident)
{
	char *records = records_as_text(&incident->records, true), *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	fprintf(out, "%szombies %" PRIu64 "\n", records, incident->zombies);
	vec_for_each(zombie, &incident->zombies_by_image)
		fprintf(out, "  %" PRIu64 " %.*s\n", zombie->count,
			SLICE_ARG(names_text(&incident->records.names, zombie->image)));
	vec_for_each(edge, &incident->edges)
		fprintf(out, "edge %u %" PRIx64 " %" PRIx64 " %" PRIx64 " %" PRIx64 " %u\n",
			edge->kind, edge->thread, edge->object, edge->owner_process,
			edge->owner_thread, edge->owner_source);
	print_chains(out, &incident->chains);
	fclose(out);
	free(records);
	return text;
}

/* All dumps of a log; released with the result. */
static UNUSED char *dumps_as_text(struct dumps *dumps)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	vec_for_each(join, &dumps->joins) {
		char *one = incident_as_text(&(*join)->incident);

		fprintf(out, "== dump\n%s", one);
		free(one);
	}
	fclose(out);
	dumps_free(dumps);
	return text;
}

#endif
