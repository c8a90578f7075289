/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of one incident: what `show --format json` has in its lists (pipeline/show_json.c), in the same order. */
#include "pipeline/export/export.h"
#include "stages/signature.h"

struct rows {
	struct export_table *tables;
	const struct shown *shown;
	const struct incident *incident;
	const struct records *records;
	unsigned digits;
};

static struct export_table *begin(const struct rows *rows, enum export_table_id id)
{
	struct export_table *table = &rows->tables[id];

	export_id(table, rows->incident->id);
	return table;
}

static struct slice name_of(const struct rows *rows, name_id name)
{
	return names_text(&rows->records->names, name);
}

static void put_name(const struct rows *rows, struct export_table *table, name_id name)
{
	export_text(table, name_of(rows, name));
}

static void put_address(const struct rows *rows, struct export_table *table, uint64_t address)
{
	export_address(table, address, rows->digits);
}

/* Three columns. What names a source that there is none of shows nothing. */
static void put_evidence(const struct rows *rows, struct export_table *table,
			 const struct evidence *evidence)
{
	if (!evidence || evidence->source >= rows->shown->row->summary.sources.len) {
		export_none(table);
		export_none(table);
		export_none(table);
		return;
	}
	export_u64(table, evidence->source);
	export_u64(table, evidence->first_line);
	export_u64(table, evidence->last_line);
}

/* ---- the incident ---- */

static uint64_t blocks_of(const struct records *records)
{
	uint64_t blocks = 0;

	vec_for_each(process, &records->processes)
		blocks += (process->flags & PROCESS_BLOCK) != 0;
	return blocks;
}

static void put_host(const struct rows *rows, struct export_table *table)
{
	const struct host *host = &rows->records->host;

	put_name(rows, table, host->machine);
	put_name(rows, table, host->os);
	put_name(rows, table, host->os_line);
	export_number(table, host->build);
	export_number(table, host->service_pack);
	put_name(rows, table, host->arch);
	export_number(table, host->processors);
	put_name(rows, table, host->product);
	export_moment(table, host->session_time, host->session_zone_known);
	export_seconds(table, host->uptime_ms);
	if (host->tick_100ns)
		export_decimal(table, host->tick_100ns, 4);
	else
		export_none(table);
	export_size(table, host->tick_count);
	put_name(rows, table, host->bugcheck);
}

static void put_incident(const struct rows *rows)
{
	struct export_table *table = begin(rows, EXPORT_incidents);
	const struct incident_row *row = rows->shown->row;
	const struct incident *incident = rows->incident;

	export_text(table, row->bundles.at[0]);
	export_text(table, row->summary.sources.len ? row->summary.sources.at[0].member
						    : SLICE_NONE);
	put_host(rows, table);
	export_u64(table, blocks_of(rows->records));
	export_u64(table, incident->zombies);
	export_u64(table, rows->records->threads.len);
	export_u64(table, incident->edges.len);
	export_u64(table, incident->chains.chains_found);
	export_u64(table, rows->shown->findings.list.len);
	export_u64(table, rows->records->diagnostics.len);
	export_row_end(table);
}

static void put_source(const struct rows *rows, size_t bundle, uint64_t number,
		       const struct source *source)
{
	struct export_table *table = begin(rows, EXPORT_sources);

	export_text(table, rows->shown->row->bundles.at[bundle]);
	export_u64(table, number);
	export_text(table, source->member);
	export_text(table, source->encoding);
	export_u64(table, source->bytes);
	export_u64(table, source->first_line);
	export_u64(table, source->last_line);
	export_bool(table, source->partial);
	export_row_end(table);
}

static void put_sources(const struct rows *rows)
{
	const struct incident_row *row = rows->shown->row;

	for (size_t i = 0; i < row->bundles.len; i++) {
		uint64_t number = 0;

		vec_for_each(source, &incident_row_summary(row, i)->sources)
			put_source(rows, i, number++, source);
	}
}

/* ---- processes and threads ---- */

static void put_process(const struct rows *rows, const struct process *process)
{
	struct export_table *table = begin(rows, EXPORT_processes);
	bool listed = process->flags & PROCESS_THREADS_LISTED;

	put_address(rows, table, process->address);
	export_number(table, process->pid);
	export_number(table, process->parent_pid);
	export_session(table, process->session);
	put_name(rows, table, process->image);
	export_number(table, process->handle_count);
	export_size(table, process->working_set_kb);
	export_size(table, process->commit_pages);
	export_bool(table, process->flags & PROCESS_ZOMBIE);
	export_bool(table, listed);
	export_number(table, listed || process->threads ? process->threads : NUMBER_NONE);
	put_evidence(rows, table, &process->evidence);
	export_row_end(table);
}

static name_id image_of(const struct rows *rows, const struct thread *thread)
{
	const struct process *process = incident_process(rows->incident, thread->process);

	return process ? process->image : thread->image;
}

static void put_object(const struct rows *rows, const struct thread *thread, uint32_t number)
{
	struct export_table *table = begin(rows, EXPORT_wait_objects);
	const struct wait_object *object =
		&rows->records->objects.at[thread->first_object + number];

	put_address(rows, table, thread->address);
	export_u64(table, number);
	put_address(rows, table, object->address == NO_OBJECT ? 0 : object->address);
	put_name(rows, table, object->type);
	put_address(rows, table, object->owner_thread);
	export_row_end(table);
}

static void put_frame(const struct rows *rows, const struct thread *thread, uint32_t number)
{
	struct export_table *table = begin(rows, EXPORT_frames);

	put_address(rows, table, thread->address);
	export_u64(table, number);
	put_name(rows, table, rows->records->frames.at[thread->first_frame + number]);
	export_row_end(table);
}

static void put_thread(const struct rows *rows, const struct thread *thread)
{
	struct export_table *table = begin(rows, EXPORT_threads);

	put_address(rows, table, thread->address);
	put_address(rows, table, thread->process);
	put_name(rows, table, image_of(rows, thread));
	export_number(table, thread->pid);
	export_number(table, thread->tid);
	export_word(table, thread_state_text(thread->state));
	put_name(rows, table, thread->wait_reason);
	export_size(table, thread->ticks);
	export_seconds(table, thread->wait_ms);
	put_evidence(rows, table, &thread->evidence);
	export_row_end(table);
	for (uint32_t i = 0; i < thread->objects; i++)
		put_object(rows, thread, i);
	for (uint32_t i = 0; i < thread->frames; i++)
		put_frame(rows, thread, i);
}

/* ---- edges and chains ---- */

static void put_edge(const struct rows *rows, const struct edge *edge)
{
	struct export_table *table = begin(rows, EXPORT_edges);

	export_word(table, edge_kind_text(edge->kind));
	put_address(rows, table, edge->thread);
	if (edge->kind == EDGE_LPC)
		export_address(table, (uint32_t)edge->object, 8);
	else
		put_address(rows, table, edge->object);
	put_address(rows, table, edge->port);
	put_address(rows, table, edge->owner_process);
	put_name(rows, table, edge->owner_image);
	put_address(rows, table, edge->owner_thread);
	export_word(table, owner_source_text(edge->owner_source));
	put_name(rows, table, edge->queue_type);
	export_number(table, edge->message_id);
	export_number(table, edge->objects > 1 ? edge->objects : NUMBER_NONE);
	put_evidence(rows, table, &edge->evidence);
	export_row_end(table);
}

static void put_hop(const struct rows *rows, uint64_t chain, uint64_t number,
		    const struct hop *hop)
{
	struct export_table *table = begin(rows, EXPORT_hops);
	const struct chain_list *list = &rows->incident->chains;

	export_u64(table, chain);
	export_u64(table, number);
	export_text(table, names_text(&list->names, hop->image));
	export_number(table, hop->pid);
	export_number(table, hop->tid);
	export_address(table, hop->process, list->address_digits);
	export_address(table, hop->thread, list->address_digits);
	export_word(table, edge_kind_text(hop->via));
	export_word(table, timing_text(hop->timing));
	export_seconds(table, hop->wait_ms);
	export_text(table, names_text(&list->names, hop->frame));
	export_u64(table, hop->waiters);
	export_row_end(table);
}

static void put_signature(struct export_table *table, const struct chain *chain)
{
	char text[ID_TEXT_SIZE];

	export_hash(table, print_id(text, chain_signature(chain)));
}

static void put_chain(const struct rows *rows, uint64_t number, const struct chain *chain)
{
	struct export_table *table = begin(rows, EXPORT_chains);
	const struct chain_list *list = &rows->incident->chains;
	const struct endpoint *endpoint = chain_endpoint(list, chain);
	byte_vec label = { 0 };
	uint64_t at = 0;

	export_u64(table, number);
	put_signature(table, chain);
	export_label(table, export_chain_label(table->redact, list, chain, &label));
	export_u64(table, chain->hops);
	export_word(table, cycle_kind_text(chain->cycle));
	export_number(table, chain->cycle_start);
	export_word(table, endpoint_kind_text(endpoint->kind));
	export_address(table, endpoint->thread, list->address_digits);
	export_text(table, names_text(&list->names, endpoint->wait_reason));
	export_text(table, names_text(&list->names, endpoint->frame));
	export_seconds(table, chain_longest_wait(list, chain));
	export_row_end(table);
	vec_free(&label);
	chain_for_each_hop(hop, list, chain) put_hop(rows, number, at++, hop);
}

/* ---- zombies, findings, diagnostics ---- */

static void put_zombies(const struct rows *rows, const struct zombie_image *zombie)
{
	struct export_table *table = begin(rows, EXPORT_zombies);

	put_name(rows, table, zombie->image);
	export_u64(table, zombie->count);
	export_row_end(table);
}

/* Whether it is counted how many threads wait for what was found (pipeline/show_json_findings.c). */
static bool has_waiters(const struct finding *finding)
{
	return finding->pattern != PATTERN_special_process &&
	       finding->pattern != PATTERN_restart_loop &&
	       finding->pattern != PATTERN_zombie_process;
}

static void put_expected(struct export_table *table, const struct finding *finding)
{
	if (finding->expected == NUMBER_NONE) {
		export_none(table);
		export_none(table);
		return;
	}
	export_decimal(table,
		       (int64_t)finding->expected * 10 + (finding->expected_half ? 5 : 0), 1);
	export_u64(table, finding->sample);
}

static void put_pattern(const struct rows *rows, struct export_table *table,
			const struct finding *finding)
{
	export_word(table, finding->pattern == PATTERN_message_box
				   ? endpoint_kind_text(finding->detail)
				   : NULL);
	if (finding->chain)
		put_signature(table, finding->chain);
	else
		export_none(table);
	export_size(table, finding->count ? finding->count : SIZE_NONE);
	export_size(table, has_waiters(finding) ? finding->waiters : SIZE_NONE);
	export_seconds(table, finding->wait_ms);
	put_address(rows, table, finding->port);
	put_address(rows, table, finding->message);
	export_number(table, finding->threads);
	put_expected(table, finding);
	if (finding->pattern == PATTERN_zombie_process)
		export_bool(table, finding->storm);
	else
		export_none(table);
}

static void put_finding(const struct rows *rows, uint64_t number, const struct finding *finding)
{
	struct export_table *table = begin(rows, EXPORT_findings);

	export_u64(table, number);
	export_word(table, pattern_text(finding->pattern));
	export_u64(table, finding->urgency);
	export_word(table, confidence_text(finding->confidence));
	put_name(rows, table, finding->image);
	export_number(table, finding->pid);
	put_address(rows, table, finding->process);
	put_address(rows, table, finding->thread);
	put_pattern(rows, table, finding);
	put_evidence(rows, table, finding->evidence);
	export_row_end(table);
}

static void put_diagnostic(const struct rows *rows, uint64_t number,
			   const struct diagnostic *diagnostic)
{
	struct export_table *table = begin(rows, EXPORT_diagnostics);

	export_u64(table, number);
	export_word(table, diagnostic_text(diagnostic->code));
	export_u64(table, diagnostic->source);
	export_number(table, diagnostic->line ? diagnostic->line : NUMBER_NONE);
	put_name(rows, table, diagnostic->text);
	export_row_end(table);
}

static void put_lists(const struct rows *rows)
{
	uint64_t chains = 0, findings = 1, diagnostics = 0;

	vec_for_each(process, &rows->records->processes)
		put_process(rows, process);
	vec_for_each(thread, &rows->records->threads)
		put_thread(rows, thread);
	vec_for_each(edge, &rows->incident->edges)
		put_edge(rows, edge);
	vec_for_each(chain, &rows->incident->chains.chains)
		put_chain(rows, chains++, chain);
	vec_for_each(zombie, &rows->incident->zombies_by_image)
		put_zombies(rows, zombie);
	vec_for_each(finding, &rows->shown->findings.list)
		put_finding(rows, findings++, finding);
	vec_for_each(diagnostic, &rows->records->diagnostics)
		put_diagnostic(rows, diagnostics++, diagnostic);
}

bool export_incident(void *context, const struct shown *shown, struct error *error)
{
	struct export *export = context;
	struct rows rows = { .tables = export->tables,
			     .shown = shown,
			     .incident = shown->incident,
			     .records = &shown->incident->records,
			     .digits = shown->incident->records.host.address_digits };

	put_incident(&rows);
	put_sources(&rows);
	put_lists(&rows);
	return export_check(export, error);
}
