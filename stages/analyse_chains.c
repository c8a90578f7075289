/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chains from edges: every maximal path from a thread that nobody waits for, and each ring that no such path
 * reaches, begun at its lowest address (contract.md section 1). The walk is iterative, and bounded in the hops it
 * writes, so that a hostile graph costs no more than its limit.
 */
#include "stages/incident.h"

/* More than these hops are not written; chains beyond are counted as long as counting is cheap. */
#define HOPS_MAX (4u << 20)
#define CHAINS_MAX 200000u

struct walk {
	struct incident *incident;
	struct map on_path; /* thread -> its hop on the path in hand; MAP_NONE - 1 once it left the path */
	struct map reached; /* threads that some walk went through */
	struct map waited;  /* threads that somebody waits for */
	VEC(uint32_t) path; /* the edge in hand of each hop, index into edges */
	VEC(name_id) name_map;
	bool full;
};

#define OFF_PATH (MAP_NONE - 1)

/* First edge of a thread in the sorted list; edges.len when it has none. */
static uint32_t first_edge(const struct incident *incident, uint64_t thread)
{
	uint32_t low = 0, high = (uint32_t)incident->edges.len;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (incident->edges.at[middle].thread < thread)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < incident->edges.len && incident->edges.at[low].thread == thread)
		return low;
	return (uint32_t)incident->edges.len;
}

static name_id chain_name(struct walk *walk, name_id name)
{
	struct incident *incident = walk->incident;

	if (name == 0)
		return 0;
	if (walk->name_map.at[name] == 0)
		walk->name_map.at[name] =
			names_add(&incident->chains.names,
				  names_text(&incident->records.names, name));
	return walk->name_map.at[name];
}

static void set_process(struct walk *walk, struct hop *hop, uint64_t process)
{
	const struct incident *incident = walk->incident;
	uint32_t at = process ? incident_find_process(incident, process) : MAP_NONE;

	hop->process = process;
	if (at == MAP_NONE)
		return;
	hop->pid = incident->records.processes.at[at].pid;
	hop->image = chain_name(walk, incident->records.processes.at[at].image);
}

/* The hop of a thread, or of a process alone when thread is 0. */
static struct hop make_hop(struct walk *walk, uint64_t thread, uint64_t process, name_id image)
{
	const struct incident *incident = walk->incident;
	struct hop hop = { .thread = thread, .pid = PID_NONE, .wait_ms = MS_NONE };
	uint32_t at = thread ? incident_find_thread(incident, thread) : MAP_NONE;
	const struct thread *known = at == MAP_NONE ? NULL
						    : &incident->records.threads.at[at];

	if (known && known->process)
		process = known->process;
	set_process(walk, &hop, process);
	if (known) {
		hop.wait_ms = known->wait_ms;
		if (known->pid != PID_NONE)
			hop.pid = known->pid;
		if (hop.image == 0)
			hop.image = chain_name(walk, known->image);
	}
	if (hop.image == 0)
		hop.image = chain_name(walk, image);
	return hop;
}

static uint64_t process_key(const struct hop *hop)
{
	return hop->process ? hop->process : (uint64_t)hop->pid << 1 | 1;
}

/* Whether some process is left and entered again. */
static bool is_semicircular(const struct hop *hops, uint32_t count)
{
	struct map seen = { 0 };
	bool found = false;

	for (uint32_t i = 0; i < count && !found; i++) {
		uint32_t *place;

		if (hops[i].process == 0 && hops[i].pid == PID_NONE)
			continue;
		if (i && process_key(&hops[i]) == process_key(&hops[i - 1]))
			continue;
		place = map_place(&seen, process_key(&hops[i]));
		found = *place != MAP_NONE;
		*place = i;
	}
	map_free(&seen);
	return found;
}

/* What the last edge of a path leads to, when it is no thread with edges of its own. */
static void end_chain(struct walk *walk, struct chain *chain, const struct edge *edge)
{
	const struct incident *incident = walk->incident;
	uint32_t at;

	if (edge->owner_thread == 0) {
		chain->endpoint = edge->kind == EDGE_PROCESS ? ENDPOINT_PROCESS_OBJECT
				  : edge->owner_source == OWNER_SOURCE_ABSENT
					  ? ENDPOINT_SERVER_THREAD_ABSENT
					  : ENDPOINT_SERVER_THREAD_UNKNOWN;
		return;
	}
	chain->endpoint_thread = edge->owner_thread;
	at = incident_find_thread(incident, edge->owner_thread);
	if (at == MAP_NONE) {
		chain->endpoint = ENDPOINT_THREAD_NOT_IN_LOG;
		return;
	}
	chain->endpoint =
		(uint8_t)endpoint_of_thread(incident, &incident->records.threads.at[at]);
	chain->wait_reason = chain_name(walk, incident->records.threads.at[at].wait_reason);
}

/* Writes the path in hand as a chain; cycle_start is the hop that its last edge leads back to, or NUMBER_NONE. */
static void write_chain(struct walk *walk, uint32_t cycle_start)
{
	struct incident *incident = walk->incident;
	struct chain_list *list = &incident->chains;
	const struct edge *last = &incident->edges.at[walk->path.at[walk->path.len - 1]];
	struct chain chain = { .first_hop = (uint32_t)list->hops.len,
			       .cycle_start = cycle_start };

	list->chains_found++;
	if (list->chains.len >= CHAINS_MAX || list->hops.len + walk->path.len >= HOPS_MAX) {
		walk->full = true;
		return;
	}
	vec_for_each(at, &walk->path) {
		const struct edge *edge = &incident->edges.at[*at];
		const struct edge *before =
			at > walk->path.at ? &incident->edges.at[at[-1]] : NULL;
		struct hop hop = make_hop(walk, edge->thread,
					  before ? before->owner_process : 0,
					  before ? before->owner_image : 0);

		hop.via = edge->kind;
		vec_push(&list->hops, hop);
	}
	if (cycle_start == NUMBER_NONE) {
		vec_push(&list->hops, make_hop(walk, last->owner_thread,
					       last->owner_process, last->owner_image));
		end_chain(walk, &chain, last);
	} else {
		chain.cycle = CYCLE_THREAD;
		chain.endpoint = ENDPOINT_CYCLE;
		chain.endpoint_thread = last->owner_thread;
	}
	chain.hops = (uint32_t)list->hops.len - chain.first_hop;
	if (chain.cycle == CYCLE_NONE &&
	    is_semicircular(&list->hops.at[chain.first_hop], chain.hops))
		chain.cycle = CYCLE_PROCESS;
	chain_sign(list, &chain);
	vec_push(&list->chains, chain);
}

static void push_hop(struct walk *walk, uint32_t edge)
{
	uint64_t thread = walk->incident->edges.at[edge].thread;

	*map_place(&walk->on_path, thread) = (uint32_t)walk->path.len;
	*map_place(&walk->reached, thread) = 1;
	vec_push(&walk->path, edge);
}

/* Takes the last hop to its next edge, or off the path when it has none left. */
static void next_edge(struct walk *walk)
{
	struct incident *incident = walk->incident;

	while (walk->path.len) {
		uint32_t *top = &walk->path.at[walk->path.len - 1];
		uint64_t thread = incident->edges.at[*top].thread;

		if (*top + 1 < incident->edges.len &&
		    incident->edges.at[*top + 1].thread == thread) {
			++*top;
			return;
		}
		*map_place(&walk->on_path, thread) = OFF_PATH;
		walk->path.len--;
	}
}

/* All paths from one thread. */
static void walk_from(struct walk *walk, uint64_t thread)
{
	struct incident *incident = walk->incident;

	push_hop(walk, first_edge(incident, thread));
	while (walk->path.len && !walk->full) {
		const struct edge *edge =
			&incident->edges.at[walk->path.at[walk->path.len - 1]];
		uint32_t back = edge->owner_thread
					? map_get(&walk->on_path, edge->owner_thread)
					: MAP_NONE;
		uint32_t on = edge->owner_thread ? first_edge(incident, edge->owner_thread)
						 : (uint32_t)incident->edges.len;

		if (back != MAP_NONE && back != OFF_PATH) {
			write_chain(walk, back);
			next_edge(walk);
		} else if (on < incident->edges.len) {
			push_hop(walk, on);
		} else {
			write_chain(walk, NUMBER_NONE);
			next_edge(walk);
		}
	}
}

static void walk_all(struct walk *walk)
{
	struct incident *incident = walk->incident;
	uint64_t before = 0;

	vec_for_each(edge, &incident->edges)
		if (edge->owner_thread)
			*map_place(&walk->waited, edge->owner_thread) = 1;
	for (int rings = 0; rings < 2; rings++)
		vec_for_each(edge, &incident->edges) {
			bool first = edge == incident->edges.at || edge->thread != before;

			before = edge->thread;
			if (!first || walk->full)
				continue;
			if (rings ? map_get(&walk->reached, edge->thread) == MAP_NONE
				  : map_get(&walk->waited, edge->thread) == MAP_NONE)
				walk_from(walk, edge->thread);
		}
}

static int chain_compare(const void *a, const void *b, void *list)
{
	const struct chain_list *chains = list;
	const struct chain *x = a, *y = b;
	uint64_t p = chains->hops.at[x->first_hop].thread;
	uint64_t q = chains->hops.at[y->first_hop].thread;

	if (p != q)
		return p < q ? -1 : 1;
	return x->first_hop < y->first_hop ? -1 : x->first_hop > y->first_hop;
}

void analyse_chains(struct incident *incident)
{
	struct chain_list *list = &incident->chains;
	struct walk walk = { .incident = incident };

	chain_list_clear(list);
	list->address_digits = incident->records.host.address_digits;
	vec_reserve(&walk.name_map, incident->records.names.texts.len + 1);
	memset(walk.name_map.at, 0, (incident->records.names.texts.len + 1) * sizeof(name_id));
	walk_all(&walk);
	if (list->chains.len)
		qsort_r(list->chains.at, list->chains.len, sizeof(struct chain),
			chain_compare, list);
	if (walk.full)
		vec_push(&incident->records.diagnostics,
			 ((struct diagnostic){ .code = DIAGNOSTIC_CHAINS_CAPPED }));
	map_free(&walk.on_path);
	map_free(&walk.reached);
	map_free(&walk.waited);
	vec_free(&walk.path);
	vec_free(&walk.name_map);
}
