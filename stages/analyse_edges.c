/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wait edges from the records (formats.md section 12.1). An edge says only what the log says: the server thread of
 * an ALPC wait is the one that the message itself names, never a guess.
 */
#include <inttypes.h>
#include <stdio.h>

#include "stages/incident.h"

/* A lock with thousands of owners and thousands of waiters is hostile: the edges are bounded. */
#define RESOURCE_EDGES_MAX (1u << 19)

static name_id process_image(const struct incident *incident, uint64_t address)
{
	const struct process *process = incident_process(incident, address);

	return process ? process->image : 0;
}

static void diagnose(struct incident *incident, enum diagnostic_code code,
		     const struct evidence *evidence)
{
	vec_push(&incident->records.diagnostics,
		 ((struct diagnostic){ .code = (uint8_t)code,
				       .line = evidence->first_line,
				       .source = evidence->source }));
}

/* What the printed message adds to the edge: its queue and, above all, who serves it. */
static void add_message(struct incident *incident, struct edge *edge,
			const struct message *message)
{
	const struct thread *server;

	edge->message_id = message->id;
	edge->queue_type = message->queue_type;
	edge->owner_thread = message->server_thread;
	if (!(message->flags & MESSAGE_CUT) || (message->flags & MESSAGE_SERVER_SHOWN))
		edge->owner_source = OWNER_SOURCE_ABSENT;
	if (message->server_thread)
		edge->owner_source = edge->kind == EDGE_LPC ? OWNER_SOURCE_LPC_MESSAGE
							    : OWNER_SOURCE_ALPC_M;
	if (edge->owner_process == 0)
		edge->owner_process = message->owner_process;
	if (edge->owner_image == 0)
		edge->owner_image = message->owner_image;
	server = incident_thread(incident, message->server_thread);
	if (!server || !server->process)
		return;
	if (edge->owner_process == 0) /* !lpc message need not name the process */
		edge->owner_process = server->process;
	else if (server->process != edge->owner_process)
		diagnose(incident, DIAGNOSTIC_SERVER_PROCESS_MISMATCH, &message->evidence);
}

/* From the thread's own "Waiting for reply" line. */
static void reply_edge(struct incident *incident, const struct thread *thread)
{
	struct edge edge = { .kind = thread->wait_kind == WAIT_KIND_LPC ? EDGE_LPC : EDGE_ALPC,
			     .thread = thread->address,
			     .object = thread->message,
			     .port = thread->port,
			     .owner_process = thread->owner_process,
			     .owner_image = process_image(incident, thread->owner_process),
			     .owner_source = OWNER_SOURCE_NOT_SHOWN,
			     .message_id = NUMBER_NONE,
			     .evidence = thread_wait_evidence(thread) };
	uint32_t at = incident_find_message(incident, thread->message);
	const struct message *message;

	if (at != MAP_NONE) {
		message = &incident->records.messages.at[at];
		if (message->waiting_thread && message->waiting_thread != thread->address)
			diagnose(incident, DIAGNOSTIC_WAITER_MISMATCH, &message->evidence);
		else
			add_message(incident, &edge, message);
	}
	if (edge.owner_image == 0)
		edge.owner_image = process_image(incident, edge.owner_process);
	vec_push(&incident->edges, edge);
}

/* A listing without ALPC lines (flags 2, !stacks), but the message was printed and names its waiter. A block that says since when its
 * thread waits would have said for which message. */
static void message_edge(struct incident *incident, const struct message *message)
{
	struct edge edge = { .kind = is_lpc_message(message->address) ? EDGE_LPC : EDGE_ALPC,
			     .thread = message->waiting_thread,
			     .object = message->address,
			     .port = message->queue_port,
			     .owner_source = OWNER_SOURCE_NOT_SHOWN,
			     .evidence = message->evidence };
	const struct thread *thread;

	if (message->waiting_thread == 0)
		return;
	thread = incident_thread(incident, message->waiting_thread);
	if (!thread || thread->message != 0 || thread->wait_start != TICKS_NONE ||
	    thread->state != THREAD_WAIT)
		return;
	add_message(incident, &edge, message);
	if (edge.owner_image == 0)
		edge.owner_image = process_image(incident, edge.owner_process);
	vec_push(&incident->edges, edge);
}

/* A thread's own timeout timer or reply semaphore, or the placeholder of a delay: nothing that somebody else holds. */
static bool is_own_object(const struct names *names, const struct thread *thread,
			  const struct wait_object *object)
{
	struct slice type = names_text(names, object->type);

	if (object->address == NO_OBJECT)
		return true;
	return object->address - thread->address < ETHREAD_REACH &&
	       (slice_equal(type, SLICE("Semaphore")) || slice_ends(type, SLICE("Timer")));
}

static uint32_t foreign_objects(const struct records *records, const struct thread *thread)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < thread->objects; i++)
		count += !is_own_object(&records->names, thread,
					&records->objects.at[thread->first_object + i]);
	return count;
}

/* From a thread to the one that owns what it waits for. */
static struct edge owned_edge(const struct incident *incident, enum edge_kind kind,
			      uint64_t waiter, uint64_t object, uint64_t owner,
			      const struct evidence *evidence)
{
	const struct thread *found = incident_thread(incident, owner);
	uint64_t process = found ? found->process : 0;

	return (struct edge){ .kind = (uint8_t)kind,
			      .thread = waiter,
			      .object = object,
			      .owner_process = process,
			      .owner_thread = owner,
			      .owner_image = process_image(incident, process),
			      .owner_source = OWNER_SOURCE_OBJECT,
			      .message_id = NUMBER_NONE,
			      .evidence = *evidence };
}

static struct edge process_edge(const struct incident *incident,
				const struct thread *thread, uint64_t process)
{
	return (struct edge){ .kind = EDGE_PROCESS,
			      .thread = thread->address,
			      .object = process,
			      .owner_process = process,
			      .owner_image = process_image(incident, process),
			      .owner_source = OWNER_SOURCE_OBJECT,
			      .message_id = NUMBER_NONE,
			      .evidence = thread->evidence };
}

/* One of what it waits on; the owner of a Mutant is printed, a Thread or a ProcessObject is waited for itself. */
static void object_edge(struct incident *incident, const struct thread *thread,
			const struct wait_object *object, uint32_t objects)
{
	bool all_told = !(thread->flags & THREAD_OBJECTS_CUT);
	struct slice type = names_text(&incident->records.names, object->type);
	struct edge edge;

	if (object->owner_thread && slice_equal(type, SLICE("Mutant")))
		edge = owned_edge(incident, EDGE_MUTANT, thread->address, object->address,
				  object->owner_thread, &thread->evidence);
	else if (slice_equal(type, SLICE("Thread")) && all_told)
		edge = owned_edge(incident, EDGE_THREAD, thread->address, object->address,
				  object->address, &thread->evidence);
	else if (slice_equal(type, SLICE("ProcessObject")) && all_told && objects == 1)
		edge = process_edge(incident, thread, object->address);
	else
		return;
	edge.objects = objects;
	vec_push(&incident->edges, edge);
}

/*
 * Of several objects any may be enough to go on, and the text does not say whether (formats.md section 4.3): the edge to a mutant's
 * owner or to a thread says how many there are. Who waits for several threads mostly joins his workers, who waits for several
 * processes mostly watches them (smss.exe does all its life): a process is waited for only where it is the sole object. Where the log
 * broke off among the objects, how many there are is not known.
 */
static void object_edges(struct incident *incident, const struct thread *thread)
{
	uint32_t objects = foreign_objects(&incident->records, thread);

	for (uint32_t i = 0; i < thread->objects; i++)
		object_edge(incident, thread,
			    &incident->records.objects.at[thread->first_object + i], objects);
}

/* What is made of all locks; `found` counts those beyond the bound too. */
struct lock_edges {
	uint64_t found;
	size_t listed;
};

/* Owners are sorted by thread. */
static bool is_owner(const struct resource_user *owners, size_t count, uint64_t thread)
{
	size_t from = 0, to = count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (owners[middle].thread < thread)
			from = middle + 1;
		else
			to = middle;
	}
	return from < count && owners[from].thread == thread;
}

/* One waiter waits for every owner but itself. */
static void waiter_edges(struct incident *incident, const struct resource_user *waiter,
			 const struct resource_user *owners, size_t count,
			 struct lock_edges *edges)
{
	edges->found += count - is_owner(owners, count, waiter->thread);
	for (size_t i = 0; i < count && edges->listed < RESOURCE_EDGES_MAX; i++) {
		if (owners[i].thread == waiter->thread)
			continue;
		vec_push(&incident->edges,
			 owned_edge(incident, EDGE_RESOURCE, waiter->thread,
				    waiter->resource, owners[i].thread, &waiter->evidence));
		edges->listed++;
	}
}

/* Where the edges are cut short it is said how many there are. */
static void tell_capped(struct incident *incident, const struct lock_edges *edges)
{
	char text[96];

	if (edges->found == edges->listed)
		return;
	snprintf(text, sizeof(text), "%zu of %" PRIu64 " edges of locks are listed",
		 edges->listed, edges->found);
	vec_push(&incident->records.diagnostics,
		 ((struct diagnostic){ .code = DIAGNOSTIC_EDGES_CAPPED,
				       .text = names_add(&incident->records.names,
							 slice_from(text)) }));
}

/* Users are sorted by resource, and the owners of each come first. */
static void all_resource_edges(struct incident *incident)
{
	const struct resource_user *users = incident->records.resource_users.at;
	size_t count = incident->records.resource_users.len;
	struct lock_edges edges = { 0 };

	for (size_t first = 0, waiter; first < count; first = waiter) {
		for (waiter = first; waiter < count && users[waiter].role == RESOURCE_OWNER &&
				     users[waiter].resource == users[first].resource;)
			waiter++;
		for (size_t owners = waiter - first;
		     waiter < count && users[waiter].role != RESOURCE_OWNER &&
		     users[waiter].resource == users[first].resource;
		     waiter++)
			waiter_edges(incident, &users[waiter], &users[first], owners, &edges);
	}
	tell_capped(incident, &edges);
}

static int edge_compare(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	if (x->thread != y->thread)
		return x->thread < y->thread ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->object != y->object)
		return x->object < y->object ? -1 : 1;
	return x->owner_thread < y->owner_thread ? -1 : x->owner_thread > y->owner_thread;
}

void analyse_edges(struct incident *incident)
{
	const struct records *records = &incident->records;

	incident->edges.len = 0;
	vec_for_each(thread, &records->threads) {
		if (thread->wait_kind != WAIT_KIND_NONE)
			reply_edge(incident, thread);
		object_edges(incident, thread);
	}
	vec_for_each(message, &records->messages)
		message_edge(incident, message);
	all_resource_edges(incident);
	if (incident->edges.len)
		qsort(incident->edges.at, incident->edges.len, sizeof(struct edge),
		      edge_compare);
}
