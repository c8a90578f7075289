/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chains from edges: every maximal path (contract.md section 1), that is one that begins at a thread nobody waits for. In a knot,
 * where everybody is waited for and nobody outside waits, it is one that cannot be made longer at its beginning: whoever waits
 * for its first thread is on it already. Of a ring, which could begin anywhere, the beginning is its lowest address. The
 * walk is iterative and bounded, so that a hostile graph costs no more than its limit; how many chains there are in all is
 * counted without walking them where that can be done (graph.c).
 */
#include <inttypes.h>
#include <stdio.h>

#include "stages/chain_make.h"
#include "stages/graph.h"
#include "stages/signature.h"

/* Chains beyond these are not listed, nor hops beyond CHAIN_HOPS_MAX or, each counted once however many chains share
 * it, beyond HOPS_MAX; nor beyond UNLIKE_HOPS_MAX, each counted for every signature that it is in: so much does an index
 * note of them. Nor is a graph walked further than so many arcs. */
#define CHAINS_MAX 200000u
#define HOPS_MAX (1u << 18)
#define UNLIKE_HOPS_MAX (1u << 18)
#define STEPS_MAX (4 * CHAIN_HOPS_MAX)

struct walk {
	struct chain_maker maker;
	struct graph graph;
	VEC(uint32_t) nodes;   /* of the path in hand */
	edge_path path;        /* the edge in hand of each of them */
	VEC(uint32_t) on_path; /* for each node its hop on the path in hand, or NODE_NONE */
	/* Of a walk that begins in a knot: */
	VEC(uint32_t) sought; /* for each node the last start that it waits for */
	uint32_t missing;     /* nodes that wait for the start and are not on the path */
	uint64_t hops;        /* of the chains listed */
	uint64_t steps;
	bool full;
};

/* ---- the path in hand ---- */

static void push_hop(struct walk *walk, uint32_t node)
{
	walk->on_path.at[node] = (uint32_t)walk->path.len;
	vec_push(&walk->nodes, node);
	vec_push(&walk->path, walk->graph.nodes.at[node].first_edge);
	if (walk->sought.at[node] == walk->nodes.at[0])
		walk->missing--;
}

static void pop_hop(struct walk *walk)
{
	uint32_t node = walk->nodes.at[walk->nodes.len - 1];

	if (walk->sought.at[node] == walk->nodes.at[0])
		walk->missing++;
	walk->on_path.at[node] = NODE_NONE;
	walk->path.len--;
	walk->nodes.len--;
}

/* Takes the last hop to its next edge, or off the path when it has none left. */
static void next_edge(struct walk *walk)
{
	while (walk->path.len) {
		const struct graph_node *node =
			&walk->graph.nodes.at[walk->nodes.at[walk->nodes.len - 1]];
		uint32_t *edge = &walk->path.at[walk->path.len - 1];

		if (*edge + 1 < node->first_edge + node->edges) {
			++*edge;
			return;
		}
		pop_hop(walk);
	}
}

/* ---- what becomes of it ---- */

/* A ring is told once, from its lowest address; one that somebody else waits into is but the end of a longer path. */
static bool is_ring_to_tell(const struct walk *walk)
{
	const struct graph_component *component =
		graph_component_of(&walk->graph, walk->nodes.at[0]);

	return walk->nodes.at[0] == component->first && walk->path.len == component->nodes;
}

static void end_path(struct walk *walk, uint32_t cycle_start)
{
	const struct chain_list *list = &walk->maker.incident->chains;

	if (walk->missing || (cycle_start == 0 && !is_ring_to_tell(walk)))
		return;
	walk->hops += walk->path.len + (cycle_start == NUMBER_NONE);
	walk->full = list->chains.len >= CHAINS_MAX || walk->hops > CHAIN_HOPS_MAX ||
		     list->hops.len + walk->path.len > HOPS_MAX ||
		     walk->maker.unlike_hops > UNLIKE_HOPS_MAX;
	if (!walk->full)
		chain_make(&walk->maker, &walk->path, cycle_start);
}

/* Whoever waits for the start is in its knot: a path that leaves it without them is none. */
static bool leads_astray(const struct walk *walk, uint32_t target)
{
	return walk->missing && (target == NODE_NONE ||
				 walk->graph.nodes.at[target].component !=
					 walk->graph.nodes.at[walk->nodes.at[0]].component);
}

/* All paths from one node. */
static void walk_from(struct walk *walk, uint32_t start)
{
	push_hop(walk, start);
	while (walk->path.len && !walk->full) {
		uint32_t target = walk->graph.targets.at[walk->path.at[walk->path.len - 1]];

		walk->full = ++walk->steps > STEPS_MAX;
		if (leads_astray(walk, target)) {
			next_edge(walk);
		} else if (target != NODE_NONE && walk->on_path.at[target] == NODE_NONE) {
			push_hop(walk, target);
		} else {
			end_path(walk, target == NODE_NONE ? NUMBER_NONE
							   : walk->on_path.at[target]);
			next_edge(walk);
		}
	}
}

/* ---- where paths begin ---- */

static uint32_t first_source(const struct walk *walk, uint32_t node)
{
	return walk->graph.first_source.at[node];
}

/* Marks who waits for a start in a knot. */
static void seek_sources(struct walk *walk, uint32_t start)
{
	walk->missing = 0;
	for (uint32_t i = first_source(walk, start); i < first_source(walk, start + 1); i++) {
		uint32_t source = walk->graph.sources.at[i];

		walk->missing += walk->sought.at[source] != start;
		walk->sought.at[source] = start;
	}
}

/* From a plain ring a path leaves where it has been all around: one begins behind each thread that waits for more than the next. */
static bool begins_path(const struct walk *walk, uint32_t node)
{
	const struct graph_component *component = graph_component_of(&walk->graph, node);
	uint32_t source;

	if (component->entered)
		return false;
	if (component->inside != component->nodes || component->first == node)
		return true;
	source = walk->graph.sources.at[first_source(walk, node)];
	return walk->graph.nodes.at[source].edges > 1;
}

static void walk_all(struct walk *walk)
{
	for (size_t i = 0; i < walk->graph.nodes.len; i++) {
		vec_push(&walk->on_path, NODE_NONE);
		vec_push(&walk->sought, NODE_NONE);
	}
	for (uint32_t i = 0; i < walk->graph.nodes.len && !walk->full; i++) {
		if (!begins_path(walk, i))
			continue;
		seek_sources(walk, i);
		walk_from(walk, i);
	}
}

/* Where a list is cut short it says how many there are, as far as that can be told. */
static void count_chains(struct walk *walk)
{
	struct incident *incident = walk->maker.incident;
	struct chain_list *list = &incident->chains;
	uint64_t paths = graph_paths(&walk->graph);
	char text[96];

	list->chains_found = list->chains.len;
	if (!walk->full || paths == list->chains.len)
		return;
	list->uncounted = paths == PATHS_UNKNOWN;
	list->chains_found = list->uncounted ? list->chains.len + 1 : paths;
	snprintf(text, sizeof(text), "%zu of %s%" PRIu64 " chains are listed",
		 list->chains.len, list->uncounted ? "at least " : "", list->chains_found);
	vec_push(&incident->records.diagnostics,
		 ((struct diagnostic){ .code = DIAGNOSTIC_CHAINS_CAPPED,
				       .text = names_add(&incident->records.names,
							 slice_from(text)) }));
}

void analyse_chains(struct incident *incident)
{
	struct walk walk = { .full = false };

	chain_maker_init(&walk.maker, incident);
	graph_build(&walk.graph, incident->edges.at, incident->edges.len);
	walk_all(&walk);
	count_chains(&walk);
	chain_list_sign(&incident->chains);
	chain_maker_free(&walk.maker);
	graph_free(&walk.graph);
	vec_free(&walk.path);
	vec_free(&walk.nodes);
	vec_free(&walk.on_path);
	vec_free(&walk.sought);
}
