/* SPDX-License-Identifier: Apache-2.0 */
/* Gathering what shows a finding; see finding_evidence.h. Asks the finding for what it names, not for its pattern where it can. */
#include "stages/finding_evidence.h"

/* Blocks are parted by a blank line, rows by nothing. */
#define GAP_BYTES 4
#define GAP_LINES 2
/* A line stands in a block that was added a few steps before, or nowhere. */
#define LOOK_BACK 8

struct gatherer {
	const struct incident *incident;
	struct evidence_list *list;
	struct map added; /* where a piece begins -> 1 */
};

static uint64_t end_of(const struct evidence *evidence)
{
	return evidence->offset + evidence->length;
}

static bool covers(const struct evidence *piece, const struct evidence *evidence)
{
	return piece->source == evidence->source && piece->offset <= evidence->offset &&
	       end_of(evidence) <= end_of(piece);
}

static bool was_added(struct gatherer *gatherer, const struct evidence *evidence)
{
	struct evidence_list *list = gatherer->list;
	uint64_t place[2] = { evidence->source, evidence->offset };
	uint32_t *added = map_place(&gatherer->added, hash64(place, sizeof(place)));
	bool before = *added != MAP_NONE;

	*added = 1;
	for (size_t i = list->pieces.len, k = 0; i-- && k < LOOK_BACK && !before; k++)
		before = covers(&list->pieces.at[i].evidence, evidence);
	return before;
}

/* Whether it follows the piece so closely that both are one. */
static bool goes_on(const struct evidence *piece, const struct evidence *evidence)
{
	return piece->length && piece->source == evidence->source &&
	       piece->offset < evidence->offset &&
	       evidence->offset <= end_of(piece) + GAP_BYTES &&
	       evidence->first_line <= piece->last_line + GAP_LINES;
}

static void push(struct evidence_list *list, struct evidence_piece piece)
{
	if (list->pieces.len < EVIDENCE_PIECES_MAX)
		vec_push(&list->pieces, piece);
	else
		list->left_out++;
}

/* An object that the log names and nowhere shows. */
static void add_unseen(struct gatherer *gatherer, enum piece_kind kind, uint64_t object)
{
	uint64_t name[2] = { kind, object };
	uint32_t *added = map_place(&gatherer->added, hash64(name, sizeof(name)));

	if (object == 0 || *added != MAP_NONE)
		return;
	*added = 1;
	push(gatherer->list,
	     (struct evidence_piece){ .kind = (uint8_t)kind, .object = object });
}

static void add(struct gatherer *gatherer, const struct evidence *evidence,
		enum piece_kind kind, uint64_t object)
{
	struct evidence_list *list = gatherer->list;
	struct evidence *last =
		list->pieces.len ? &list->pieces.at[list->pieces.len - 1].evidence : NULL;

	if (evidence->length == 0 || was_added(gatherer, evidence))
		return;
	if (last && goes_on(last, evidence)) {
		if (end_of(evidence) > end_of(last))
			last->length = evidence_length(end_of(evidence) - last->offset);
		last->last_line = evidence->last_line > last->last_line ? evidence->last_line
									: last->last_line;
	} else {
		push(list, (struct evidence_piece){ .evidence = *evidence,
						    .object = object,
						    .kind = (uint8_t)kind });
	}
}

static void add_thread(struct gatherer *gatherer, uint64_t address)
{
	const struct thread *thread = incident_thread(gatherer->incident, address);

	if (thread)
		add(gatherer, &thread->evidence, PIECE_THREAD, address);
}

/* Of a process that was only mentioned there is no block. */
static void add_process(struct gatherer *gatherer, uint64_t address)
{
	const struct process *process = incident_process(gatherer->incident, address);

	if (process && (process->flags & PROCESS_BLOCK))
		add(gatherer, &process->evidence, PIECE_PROCESS, address);
}

static void add_message(struct gatherer *gatherer, uint64_t address)
{
	const struct incident *incident = gatherer->incident;
	uint32_t at = address ? incident_find_message(incident, address) : MAP_NONE;

	if (at != MAP_NONE)
		add(gatherer, &incident->records.messages.at[at].evidence, PIECE_MESSAGE,
		    address);
	else
		add_unseen(gatherer, PIECE_MESSAGE, address);
}

/* The line that says that the thread waits, and what it waits for where that is an object of its own. */
static void add_edge(struct gatherer *gatherer, const struct edge *edge)
{
	if (edge->kind == EDGE_RESOURCE)
		add(gatherer, &edge->evidence, PIECE_RESOURCE, edge->object);
	else
		add(gatherer, &edge->evidence, PIECE_THREAD, edge->thread);
	if (edge_is_request(edge->kind))
		add_message(gatherer, edge->object);
}

/* ---- chains ---- */

static bool edge_leads(const struct edge *edge, const struct hop *from, const struct hop *to)
{
	if (edge->kind != from->via)
		return false;
	return to->thread ? edge->owner_thread == to->thread
			  : edge->owner_thread == 0 && edge->owner_process == to->process;
}

/* The line that says that one hop waits for the next, and the message between them. */
static void add_step(struct gatherer *gatherer, const struct hop *from, const struct hop *to)
{
	const struct incident *incident = gatherer->incident;

	for (size_t i = incident_first_edge(incident, from->thread);
	     i < incident->edges.len && incident->edges.at[i].thread == from->thread; i++) {
		const struct edge *edge = &incident->edges.at[i];

		if (!edge_leads(edge, from, to))
			continue;
		add_edge(gatherer, edge);
		return;
	}
}

/* A thread that was not printed is looked for by its address; where none is known, the process is. */
static void add_hop(struct gatherer *gatherer, const struct hop *hop)
{
	const struct process *process = incident_process(gatherer->incident, hop->process);

	if (incident_thread(gatherer->incident, hop->thread))
		add_thread(gatherer, hop->thread);
	else if (hop->thread)
		add_unseen(gatherer, PIECE_THREAD, hop->thread);
	else if (!process || !(process->flags & PROCESS_BLOCK))
		add_unseen(gatherer, PIECE_PROCESS, hop->process);
	else
		add_process(gatherer, hop->process);
}

static void add_chain(struct gatherer *gatherer, const struct chain *chain)
{
	const struct chain_list *chains = &gatherer->incident->chains;
	const struct hop *ring = NULL;
	uint32_t number = 0;

	chain_for_each_hop(hop, chains, chain)
	{
		const struct hop *next = hop_next(chains, hop);

		if (chain->cycle == CYCLE_THREAD && number++ == chain->cycle_start)
			ring = hop;
		add_hop(gatherer, hop);
		if (next || ring)
			add_step(gatherer, hop, next ? next : ring);
	}
}

/* ---- what a finding counts ---- */

static int by_place(const void *a, const void *b)
{
	const struct evidence *x = &((const struct evidence_piece *)a)->evidence;
	const struct evidence *y = &((const struct evidence_piece *)b)->evidence;

	if (x->source != y->source)
		return x->source < y->source ? -1 : 1;
	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* A finding that counts processes is of one image, or of all zombies. */
static bool is_counted(const struct gatherer *gatherer, const struct finding *finding,
		       name_id image, bool zombie)
{
	const struct names *names = &gatherer->incident->records.names;

	if (finding->pattern == PATTERN_zombie_process)
		return zombie;
	return image_same(names_text(names, image), names_text(names, finding->image));
}

typedef VEC(struct evidence_piece) piece_list;

static void add_counted_rows(const struct gatherer *gatherer, const struct finding *finding,
			     const vm_process_list *rows, piece_list *found)
{
	vec_for_each(known, rows) {
		const struct vm_row *row =
			&gatherer->incident->records.vm_rows.at[known->row];

		if (is_counted(gatherer, finding, row->image, true))
			vec_push(found,
				 ((struct evidence_piece){ row->evidence, 0, PIECE_ROW }));
	}
}

static void add_counted(struct gatherer *gatherer, const struct finding *finding)
{
	const struct incident *incident = gatherer->incident;
	piece_list found = { 0 };

	vec_for_each(process, &incident->records.processes)
		if ((process->flags & PROCESS_BLOCK) &&
		    is_counted(gatherer, finding, process->image,
			       process->flags & PROCESS_ZOMBIE))
			vec_push(&found, ((struct evidence_piece){ process->evidence,
								   process->address,
								   PIECE_PROCESS }));
	add_counted_rows(gatherer, finding, &incident->vm_dead, &found);
	if (finding->pattern != PATTERN_zombie_process)
		add_counted_rows(gatherer, finding, &incident->vm_live, &found);
	if (found.len)
		qsort(found.at, found.len, sizeof(found.at[0]), by_place);
	vec_for_each(piece, &found)
		add(gatherer, &piece->evidence, piece->kind, piece->object);
	vec_free(&found);
}

/* ---- the rest ---- */

/* The port, the message, and what waits there. */
static void add_port(struct gatherer *gatherer, const struct finding *finding)
{
	const struct incident *incident = gatherer->incident;

	add_message(gatherer, finding->message);
	vec_for_each(port, &incident->records.ports)
		if (finding->port && port->address == finding->port)
			add(gatherer, &port->evidence, PIECE_PORT, port->address);
	vec_for_each(edge, &incident->edges) {
		if ((finding->port == 0 || edge->port != finding->port) &&
		    (finding->message == 0 || edge->object != finding->message))
			continue;
		add_edge(gatherer, edge);
	}
}

static void add_threads_of(struct gatherer *gatherer, uint64_t process)
{
	vec_for_each(thread, &gatherer->incident->records.threads)
		if (thread->process == process)
			add_thread(gatherer, thread->address);
}

/* What a finding that is no chain is about. */
static void add_named(struct gatherer *gatherer, const struct finding *finding)
{
	bool blocked = finding->port || finding->message;

	add_process(gatherer, finding->process);
	if (finding->thread)
		add_thread(gatherer, finding->thread);
	else if (finding->threads != NUMBER_NONE && !blocked)
		add_threads_of(gatherer, finding->process);
	if (blocked)
		add_port(gatherer, finding);
	else if (finding->count)
		add_counted(gatherer, finding);
}

void finding_evidence(const struct incident *incident, const struct findings *findings,
		      const struct finding *finding, struct evidence_list *list)
{
	struct gatherer gatherer = { .incident = incident, .list = list };

	list->pieces.len = 0;
	list->left_out = 0;
	if (finding->chain)
		add_chain(&gatherer, finding->chain);
	else
		add_named(&gatherer, finding);
	for (uint32_t i = 0; i < finding->parties; i++)
		add_process(&gatherer, findings->parties.at[finding->first_party + i].process);
	if (finding->evidence)
		add(&gatherer, finding->evidence,
		    finding->process ? PIECE_PROCESS : PIECE_ROW, finding->process);
	map_free(&gatherer.added);
}

void evidence_list_free(struct evidence_list *list)
{
	vec_free(&list->pieces);
}
