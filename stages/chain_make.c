/* SPDX-License-Identifier: Apache-2.0 */
/* Making chains; see chain_make.h. A chain is made from its end, so that its hops can be those of an earlier one. */
#include "stages/chain_make.h"

#include "pipeline/base/hash.h"

void chain_maker_init(struct chain_maker *maker, struct incident *incident)
{
	size_t names = incident->records.names.texts.len + 1;

	*maker = (struct chain_maker){ .incident = incident };
	chain_list_clear(&incident->chains);
	incident->chains.address_digits = incident->records.host.address_digits;
	vec_reserve(&maker->names, names);
	memset(maker->names.at, 0, names * sizeof(name_id));
	for (int kind = 0; kind < ENDPOINT_KINDS; kind++)
		maker->by_kind[kind] = NUMBER_NONE;
	chain_targets_init(&maker->targets, incident);
}

void chain_maker_free(struct chain_maker *maker)
{
	chain_targets_free(&maker->targets);
	chain_guesses_free(&maker->guesses);
	vec_free(&maker->names);
	map_free(&maker->hops);
	map_free(&maker->visited);
	map_free(&maker->alike);
	vec_free(&maker->shapes);
}

static name_id list_name(struct chain_maker *maker, name_id name)
{
	struct incident *incident = maker->incident;

	if (name == 0)
		return 0;
	if (maker->names.at[name] == 0)
		maker->names.at[name] = names_add(&incident->chains.names,
						  names_text(&incident->records.names, name));
	return maker->names.at[name];
}

/* ---- hops ---- */

/* The hop of a thread, or of a process alone when thread is 0. What its own record does not tell is taken from those
 * who wait for it. */
static struct hop make_hop(struct chain_maker *maker, uint64_t thread,
			   const struct chain_target *target)
{
	const struct incident *incident = maker->incident;
	const struct thread *known = incident_thread(incident, thread);
	const struct process *process;
	struct hop hop = { .thread = thread,
			   .pid = PID_NONE,
			   .tid = PID_NONE,
			   .wait_ms = MS_NONE,
			   .next = NUMBER_NONE };
	name_id image = 0;

	if (target) {
		hop.process = target->process;
		hop.waiters = target->waiters;
	}
	if (known && known->process)
		hop.process = known->process;
	process = incident_process(incident, hop.process);
	if (process) {
		hop.pid = process->pid;
		image = process->image;
	}
	if (known) {
		hop.wait_ms = known->wait_ms;
		hop.tid = known->tid;
		hop.frame = list_name(maker, telling_frame(incident, known));
		if (known->pid != PID_NONE)
			hop.pid = known->pid;
		if (image == 0)
			image = known->image;
	}
	if (image == 0 && target)
		image = target->image;
	hop.image = list_name(maker, image);
	return hop;
}

/* Whether it is like the one behind it: such runs count once in a signature. */
static bool is_run(const struct chain_list *list, const struct hop *hop)
{
	const struct hop *next = hop_next(list, hop);

	return next && next->image == hop->image && next->via == hop->via;
}

/* Of the rules of signature.c it knows only what they look at: two shapes may be of one signature, but not one of two. */
static void push_hop(struct chain_maker *maker, const struct hop *hop, name_id last_reason)
{
	const uint64_t told[] = {
		hop->next == NUMBER_NONE ? 0 : maker->shapes.at[hop->next],
		(uint64_t)hop->image << 8 | hop->via,
		hop->next == NUMBER_NONE ? (uint64_t)last_reason << 32 | hop->frame : 0
	};

	vec_push(&maker->shapes, is_run(&maker->incident->chains, hop)
					 ? maker->shapes.at[hop->next]
					 : hash64(told, sizeof(told)));
	vec_push(&maker->incident->chains.hops, *hop);
}

static enum timing timing_of(const struct incident *incident, const struct edge *edge)
{
	const struct thread *client = incident_thread(incident, edge->thread);
	const struct thread *server = incident_thread(incident, edge->owner_thread);
	uint64_t asked, began;

	if (!client || !server || !thread_waits(server) ||
	    client->wait_start == TICKS_NONE || server->wait_start == TICKS_NONE)
		return TIMING_UNKNOWN;
	asked = client->wait_start;
	began = server->wait_start;
	if ((began > asked ? began - asked : asked - began) <= SAME_EVENT_TICKS)
		return TIMING_SAME;
	return began > asked ? TIMING_AFTER : TIMING_BEFORE;
}

/* The hop that waits along this edge for the hop `next`, which is NUMBER_NONE where the edge closes a ring. */
static uint32_t waiting_hop(struct chain_maker *maker, uint32_t edge_at, uint32_t next)
{
	struct chain_list *list = &maker->incident->chains;
	const struct edge *edge = &maker->incident->edges.at[edge_at];
	uint32_t *place = map_place(&maker->hops, (uint64_t)edge_at << 32 | next);
	struct hop hop;

	if (*place != MAP_NONE)
		return *place;
	hop = make_hop(maker, edge->thread,
		       chain_target_of_thread(&maker->targets, edge->thread));
	hop.next = next;
	hop.via = edge->kind;
	hop.timing = (uint8_t)timing_of(maker->incident, edge);
	*place = (uint32_t)list->hops.len;
	push_hop(maker, &hop, 0);
	return (uint32_t)list->hops.len - 1;
}

/* The hop that an edge leads to and the chain ends in. */
static uint32_t last_hop(struct chain_maker *maker, const struct edge *edge)
{
	struct chain_list *list = &maker->incident->chains;
	struct chain_target *target = chain_target_of(&maker->targets, edge);
	const struct thread *known;
	struct hop hop;

	if (target->hop == NUMBER_NONE) {
		known = incident_thread(maker->incident, edge->owner_thread);
		hop = make_hop(maker, edge->owner_thread, target);
		target->hop = (uint32_t)list->hops.len;
		push_hop(maker, &hop, known ? known->wait_reason : 0);
	}
	return target->hop;
}

/* ---- semicircles ---- */

static uint64_t process_key(const struct hop *hop)
{
	return hop->process ? hop->process : (uint64_t)hop->pid << 1 | 1;
}

/* Whether some process is left and entered again. A hop whose process is not known may be of any: it leaves none. */
static bool is_semicircular(struct chain_maker *maker, const struct chain *chain)
{
	const struct chain_list *list = &maker->incident->chains;
	uint32_t number = (uint32_t)list->chains.len;
	uint64_t before = 0;

	chain_for_each_hop(hop, list, chain)
	{
		uint32_t *place;

		if ((hop->process == 0 && hop->pid == PID_NONE) || process_key(hop) == before)
			continue;
		before = process_key(hop);
		place = map_place(&maker->visited, before);
		if (*place == number)
			return true;
		*place = number;
	}
	return false;
}

/* ---- endpoints ---- */

/* WaitForMultipleObjects takes no more (MAXIMUM_WAIT_OBJECTS of the SDK's winnt.h). */
#define OBJECTS_MAX 64

static void add_objects(struct chain_maker *maker, struct endpoint *endpoint,
			const struct thread *thread)
{
	const struct records *records = &maker->incident->records;
	struct chain_list *list = &maker->incident->chains;

	endpoint->first_object = (uint32_t)list->objects.len;
	for (uint32_t i = 0; i < thread->objects && endpoint->objects < OBJECTS_MAX; i++) {
		const struct wait_object *object =
			&records->objects.at[thread->first_object + i];

		vec_push(&list->objects,
			 ((struct endpoint_object){
				 object->address == NO_OBJECT ? 0 : object->address,
				 list_name(maker, object->type) }));
		endpoint->objects++;
	}
}

static struct endpoint thread_endpoint(struct chain_maker *maker, uint64_t address)
{
	const struct incident *incident = maker->incident;
	const struct thread *thread = incident_thread(incident, address);
	struct endpoint endpoint = { .thread = address, .kind = ENDPOINT_THREAD_NOT_IN_LOG };

	if (!thread)
		return endpoint;
	endpoint.kind = (uint8_t)endpoint_of_thread(incident, thread);
	endpoint.timeout = (uint8_t)timeout_of_thread(incident, thread);
	endpoint.wait_reason = list_name(maker, thread->wait_reason);
	endpoint.frame = list_name(maker, telling_frame(incident, thread));
	add_objects(maker, &endpoint, thread);
	return endpoint;
}

static enum endpoint_kind threadless_kind(const struct edge *edge)
{
	if (edge->kind == EDGE_PROCESS)
		return ENDPOINT_PROCESS_OBJECT;
	return edge->owner_source == OWNER_SOURCE_ABSENT ? ENDPOINT_SERVER_THREAD_ABSENT
							 : ENDPOINT_SERVER_THREAD_UNKNOWN;
}

/* The endpoint that the last edge of a path leads to. A thread that chains end in has no edges, one that a ring comes
 * back to has: so no thread is an endpoint of two kinds. */
static uint32_t endpoint_at(struct chain_maker *maker, const struct edge *last, bool ring)
{
	struct chain_list *list = &maker->incident->chains;
	enum endpoint_kind kind = threadless_kind(last);
	uint32_t *place = last->owner_thread
				  ? &chain_target_of(&maker->targets, last)->endpoint
				  : &maker->by_kind[kind];

	if (*place != NUMBER_NONE)
		return *place;
	*place = (uint32_t)list->endpoints.len;
	if (ring)
		vec_push(&list->endpoints,
			 ((struct endpoint){ .kind = ENDPOINT_CYCLE,
					     .thread = last->owner_thread }));
	else if (last->owner_thread)
		vec_push(&list->endpoints, thread_endpoint(maker, last->owner_thread));
	else
		vec_push(&list->endpoints, ((struct endpoint){ .kind = (uint8_t)kind }));
	return (uint32_t)list->endpoints.len - 1;
}

/* ---- chains ---- */

static bool ends_in_idle_server(const struct incident *incident, const struct edge *last)
{
	const struct thread *server = incident_thread(incident, last->owner_thread);

	return edge_is_request(last->kind) && server &&
	       thread_waits_for_work(incident, server);
}

static void add_hops(struct chain_maker *maker, const edge_path *path, struct chain *chain)
{
	const struct edge *last = &maker->incident->edges.at[path->at[path->len - 1]];
	bool ring = chain->cycle_start != NUMBER_NONE;
	uint32_t next = ring ? NUMBER_NONE : last_hop(maker, last);

	for (size_t i = path->len; i > 0; i--)
		next = waiting_hop(maker, path->at[i - 1], next);
	chain->first_hop = next;
	chain->hops = (uint32_t)path->len + !ring;
}

static void count_unlike(struct chain_maker *maker, const struct chain *chain)
{
	uint32_t *place = map_place(&maker->alike, maker->shapes.at[chain->first_hop]);

	if (*place != MAP_NONE)
		return;
	*place = (uint32_t)maker->incident->chains.chains.len;
	maker->unlike_hops += chain->hops;
}

void chain_make(struct chain_maker *maker, const edge_path *path, uint32_t cycle_start)
{
	struct chain_list *list = &maker->incident->chains;
	const struct edge *last = &maker->incident->edges.at[path->at[path->len - 1]];
	struct chain chain = { .cycle_start = cycle_start };

	add_hops(maker, path, &chain);
	chain.endpoint = endpoint_at(maker, last, cycle_start != NUMBER_NONE);
	if (cycle_start != NUMBER_NONE) {
		chain.cycle = CYCLE_THREAD;
	} else {
		chain.cycle = is_semicircular(maker, &chain) ? CYCLE_PROCESS : CYCLE_NONE;
		chain.idle_server = ends_in_idle_server(maker->incident, last);
		chain.first_candidate = (uint32_t)list->candidates.len;
		chain.candidates = chain_guess(&maker->guesses, maker->incident, last);
	}
	count_unlike(maker, &chain);
	vec_push(&list->chains, chain);
}
