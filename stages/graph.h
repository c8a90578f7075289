/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wait graph of an incident: its nodes are the threads that wait, its arcs the edges that lead from one of them to
 * another. Which of them wait in a ring is told by strongly connected components (R. Tarjan, "Depth-first search and
 * linear graph algorithms", 1972), in time linear in the edges.
 */
#ifndef STAGES_GRAPH_H
#define STAGES_GRAPH_H

#include "stages/incident.h"

#define NODE_NONE UINT32_MAX
/* More paths than can be told: out of rings that branch, or more than fit. */
#define PATHS_UNKNOWN UINT64_MAX

struct graph_node {
	uint64_t thread;
	uint32_t first_edge, edges; /* in the incident's edges; at least one */
	uint32_t component; /* what is reached from a component has smaller numbers than it */
};

struct graph_component {
	uint32_t first; /* its node with the lowest address */
	uint32_t nodes;
	uint32_t inside; /* edges between its nodes; none where nobody waits in a ring */
	bool entered;    /* some thread outside waits for one of it */
	uint64_t paths; /* maximal paths that begin at any one of its nodes, or PATHS_UNKNOWN */
};

struct graph {
	VEC(struct graph_node) nodes; /* by address */
	VEC(uint32_t) targets; /* one per edge: the node that its owner_thread is, or NODE_NONE */
	/* The nodes that wait for node i are sources[first_source[i]] up to sources[first_source[i + 1]], one per edge. */
	VEC(uint32_t) first_source, sources;
	VEC(struct graph_component) components;
};

/* Of edges sorted by waiting thread. graph is zeroed or built before. */
void graph_build(struct graph *graph, const struct edge *edges, size_t count);
void graph_free(struct graph *graph);

static inline const struct graph_component *graph_component_of(const struct graph *graph,
							       uint32_t node)
{
	return &graph->components.at[graph->nodes.at[node].component];
}

/* Whether its threads wait for each other. */
static inline bool component_is_cyclic(const struct graph_component *component)
{
	return component->inside > 0;
}

/* All maximal paths there are, see analyse_chains.c. */
uint64_t graph_paths(const struct graph *graph);

#endif
