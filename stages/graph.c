/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes, components and the number of paths; see graph.h. Nothing here recurses: a chain may have a million hops. */
#include "stages/graph.h"

#define NUMBER_OPEN 0 /* a node that the search has not met */

/* A node whose arcs the search is following. */
struct step {
	uint32_t node, next_edge;
};

struct search {
	struct graph *graph;
	VEC(uint32_t) number; /* of each node in the order of being met, from 1 */
	VEC(uint32_t) low; /* the least number that is reached from it inside its component */
	VEC(uint32_t) open; /* nodes met whose component is not complete */
	VEC(struct step) path;
	uint32_t met;
};

static uint32_t find_node(const struct graph *graph, uint64_t thread)
{
	uint32_t low = 0, high = (uint32_t)graph->nodes.len;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (graph->nodes.at[middle].thread < thread)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < graph->nodes.len && graph->nodes.at[low].thread == thread)
		return low;
	return NODE_NONE;
}

static void add_nodes(struct graph *graph, const struct edge *edges, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || edges[i].thread != edges[i - 1].thread)
			vec_push(&graph->nodes,
				 ((struct graph_node){ .thread = edges[i].thread,
						       .first_edge = (uint32_t)i,
						       .component = NODE_NONE }));
		graph->nodes.at[graph->nodes.len - 1].edges++;
	}
	for (size_t i = 0; i < count; i++)
		vec_push(&graph->targets, edges[i].owner_thread
						  ? find_node(graph, edges[i].owner_thread)
						  : NODE_NONE);
}

static void add_sources(struct graph *graph)
{
	size_t nodes = graph->nodes.len;
	uint32_t all = 0;

	vec_reserve(&graph->first_source, nodes + 1);
	graph->first_source.len = nodes + 1;
	memset(graph->first_source.at, 0, (nodes + 1) * sizeof(uint32_t));
	vec_for_each(target, &graph->targets) {
		if (*target == NODE_NONE)
			continue;
		graph->first_source.at[*target]++;
		all++;
	}
	vec_reserve(&graph->sources, all);
	graph->sources.len = all;
	/* from counts to ends; filling from the last edge turns each into its beginning */
	for (size_t i = 1; i <= nodes; i++)
		graph->first_source.at[i] += graph->first_source.at[i - 1];
	for (size_t i = nodes; i > 0; i--) {
		const struct graph_node *node = &graph->nodes.at[i - 1];

		for (uint32_t k = node->edges; k > 0; k--) {
			uint32_t target = graph->targets.at[node->first_edge + k - 1];

			if (target != NODE_NONE)
				graph->sources.at[--graph->first_source.at[target]] =
					(uint32_t)i - 1;
		}
	}
}

static uint64_t add_paths(uint64_t a, uint64_t b)
{
	return a >= PATHS_UNKNOWN - b ? PATHS_UNKNOWN : a + b;
}

/* What the arcs of one member say of its component; paths are those that leave it. */
static void count_arcs(struct graph *graph, const struct graph_node *node,
		       struct graph_component *own)
{
	for (uint32_t i = 0; i < node->edges; i++) {
		uint32_t target = graph->targets.at[node->first_edge + i];
		uint32_t other = target == NODE_NONE ? NODE_NONE
						     : graph->nodes.at[target].component;

		if (other == NODE_NONE) {
			own->paths = add_paths(own->paths, 1);
		} else if (other == node->component) {
			own->inside++;
		} else {
			own->paths = add_paths(own->paths, graph->components.at[other].paths);
			graph->components.at[other].entered = true;
		}
	}
}

/*
 * Everything met since node is one component. A plain ring is walked whole from wherever it is entered: that is one
 * path, and every arc that leaves it is taken once. With more arcs than nodes inside, paths cannot be counted but by
 * walking them all.
 */
static void close_component(struct search *search, uint32_t node)
{
	struct graph *graph = search->graph;
	struct graph_component own = { .first = NODE_NONE };
	size_t end = search->open.len;
	uint32_t member;

	do {
		member = search->open.at[--search->open.len];
		graph->nodes.at[member].component = (uint32_t)graph->components.len;
		own.first = member < own.first ? member : own.first;
		own.nodes++;
	} while (member != node);
	for (size_t i = search->open.len; i < end; i++)
		count_arcs(graph, &graph->nodes.at[search->open.at[i]], &own);
	if (own.inside == own.nodes)
		own.paths = add_paths(own.paths, 1);
	else if (own.inside > own.nodes)
		own.paths = PATHS_UNKNOWN;
	vec_push(&graph->components, own);
}

static void meet(struct search *search, uint32_t node)
{
	search->number.at[node] = search->low.at[node] = ++search->met;
	vec_push(&search->open, node);
	vec_push(&search->path,
		 ((struct step){ node, search->graph->nodes.at[node].first_edge }));
}

static void lower(struct search *search, uint32_t node, uint32_t number)
{
	if (number < search->low.at[node])
		search->low.at[node] = number;
}

/* Takes the search one arc further, or back. */
static void advance(struct search *search)
{
	struct graph *graph = search->graph;
	struct step *step = &search->path.at[search->path.len - 1];
	const struct graph_node *node = &graph->nodes.at[step->node];
	uint32_t from = step->node, target;

	if (step->next_edge < node->first_edge + node->edges) {
		target = graph->targets.at[step->next_edge++];
		if (target == NODE_NONE)
			return;
		if (search->number.at[target] == NUMBER_OPEN)
			meet(search, target);
		else if (graph->nodes.at[target].component == NODE_NONE)
			lower(search, from, search->number.at[target]);
		return;
	}
	search->path.len--;
	if (search->low.at[from] == search->number.at[from])
		close_component(search, from);
	else
		lower(search, search->path.at[search->path.len - 1].node,
		      search->low.at[from]);
}

static void find_components(struct graph *graph)
{
	struct search search = { .graph = graph };

	for (size_t i = 0; i < graph->nodes.len; i++) {
		vec_push(&search.number, NUMBER_OPEN);
		vec_push(&search.low, 0);
	}
	for (uint32_t i = 0; i < graph->nodes.len; i++) {
		if (search.number.at[i] != NUMBER_OPEN)
			continue;
		meet(&search, i);
		while (search.path.len)
			advance(&search);
	}
	vec_free(&search.number);
	vec_free(&search.low);
	vec_free(&search.open);
	vec_free(&search.path);
}

void graph_build(struct graph *graph, const struct edge *edges, size_t count)
{
	graph->nodes.len = graph->targets.len = graph->components.len = 0;
	graph->first_source.len = graph->sources.len = 0;
	add_nodes(graph, edges, count);
	add_sources(graph);
	find_components(graph);
}

void graph_free(struct graph *graph)
{
	vec_free(&graph->nodes);
	vec_free(&graph->targets);
	vec_free(&graph->first_source);
	vec_free(&graph->sources);
	vec_free(&graph->components);
}

uint64_t graph_paths(const struct graph *graph)
{
	uint64_t paths = 0;

	vec_for_each(component, &graph->components)
		if (!component->entered)
			paths = add_paths(paths, component->paths);
	return paths;
}
