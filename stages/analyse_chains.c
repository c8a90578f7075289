/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chains from edges: every maximal path from a thread that nobody waits for, and from the lowest address of each ring
 * that nobody outside waits for (contract.md section 1). The walk is iterative, and bounded in the hops it writes, so that a
 * hostile graph costs no more than its limit; how many chains there are in all is counted without walking them.
 */
#include <inttypes.h>
#include <stdio.h>

#include "stages/chain_make.h"
#include "stages/graph.h"

/* Chains beyond these are not listed, nor hops beyond CHAIN_HOPS_MAX. */
#define CHAINS_MAX 200000u

struct walk {
	struct chain_maker maker;
	struct graph graph;
	VEC(uint32_t) nodes;   /* of the path in hand */
	edge_path path;        /* the edge in hand of each of them */
	VEC(uint32_t) on_path; /* for each node its hop on the path in hand, or NODE_NONE */
	uint64_t hops;         /* of the chains listed */
	bool full;
};

static void end_path(struct walk *walk, uint32_t cycle_start)
{
	const struct chain_list *list = &walk->maker.incident->chains;

	walk->hops += walk->path.len + (cycle_start == NUMBER_NONE);
	walk->full = list->chains.len >= CHAINS_MAX || walk->hops > CHAIN_HOPS_MAX;
	if (!walk->full)
		chain_make(&walk->maker, &walk->path, cycle_start);
}

static void push_hop(struct walk *walk, uint32_t node)
{
	walk->on_path.at[node] = (uint32_t)walk->path.len;
	vec_push(&walk->nodes, node);
	vec_push(&walk->path, walk->graph.nodes.at[node].first_edge);
}

/* Takes the last hop to its next edge, or off the path when it has none left. */
static void next_edge(struct walk *walk)
{
	while (walk->path.len) {
		uint32_t at = walk->nodes.at[walk->nodes.len - 1];
		const struct graph_node *node = &walk->graph.nodes.at[at];
		uint32_t *edge = &walk->path.at[walk->path.len - 1];

		if (*edge + 1 < node->first_edge + node->edges) {
			++*edge;
			return;
		}
		walk->on_path.at[at] = NODE_NONE;
		walk->path.len--;
		walk->nodes.len--;
	}
}

/* All paths from one node. */
static void walk_from(struct walk *walk, uint32_t start)
{
	push_hop(walk, start);
	while (walk->path.len && !walk->full) {
		uint32_t target = walk->graph.targets.at[walk->path.at[walk->path.len - 1]];

		if (target != NODE_NONE && walk->on_path.at[target] == NODE_NONE) {
			push_hop(walk, target);
			continue;
		}
		end_path(walk, target == NODE_NONE ? NUMBER_NONE : walk->on_path.at[target]);
		next_edge(walk);
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
	if (!walk->full)
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
	for (size_t i = 0; i < walk.graph.nodes.len; i++)
		vec_push(&walk.on_path, NODE_NONE);
	for (uint32_t i = 0; i < walk.graph.nodes.len && !walk.full; i++)
		if (graph_is_start(&walk.graph, i))
			walk_from(&walk, i);
	count_chains(&walk);
	chain_maker_free(&walk.maker);
	graph_free(&walk.graph);
	vec_free(&walk.path);
	vec_free(&walk.nodes);
	vec_free(&walk.on_path);
}
