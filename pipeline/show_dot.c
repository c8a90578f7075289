/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wait chains as a graph in Graphviz' language: a node a thread, or a process where the log names no thread of it, an edge a
 * wait, each once however many chains go through it. The edges of a deadlock are marked, and so is what a chain ends in.
 */
#include "pipeline/arrow.h"
#include "pipeline/base/mem.h"
#include "pipeline/dot.h"
#include "pipeline/show.h"

struct graph {
	const struct chain_list *list;
	struct map nodes, edges; /* what was printed -> 1 */
};

static bool is_new(struct map *map, uint64_t key)
{
	uint32_t *place = map_place(map, key);
	bool is = *place == MAP_NONE;

	*place = 1;
	return is;
}

/* A name of its own for each node: threads and processes by address, what has none by what it is called. */
static void print_node_id(const struct graph *graph, const struct hop *hop)
{
	struct slice image = names_text(&graph->list->names, hop->image);

	if (hop->thread)
		printf("t%llx", (unsigned long long)hop->thread);
	else if (hop->process)
		printf("p%llx", (unsigned long long)hop->process);
	else
		printf("n%x_%016llx", hop->pid,
		       (unsigned long long)hash64(image.at ? image.at : "", image.len));
}

static uint64_t node_key(const struct graph *graph, const struct hop *hop)
{
	struct slice image = names_text(&graph->list->names, hop->image);
	uint64_t key[4] = { hop->thread, hop->thread ? 0 : hop->process, 0, 0 };

	if (hop->thread == 0 && hop->process == 0) {
		key[2] = 1ull << 32 | hop->pid;
		key[3] = hash64(image.at ? image.at : "", image.len);
	}
	return hash64(key, sizeof(key));
}

static void print_label(const struct graph *graph, const struct hop *hop)
{
	struct slice image = names_text(&graph->list->names, hop->image);
	char wait[DURATION_TEXT_SIZE];

	dot_text(image.len ? image : SLICE("?"));
	print_hop_ids(stdout, hop);
	if (hop->wait_ms != MS_NONE)
		printf("\\n%s", print_duration_short(wait, hop->wait_ms));
}

/* "\nwait UserRequest", in the label of what a chain ends in. */
static void print_end(const struct graph *graph, const struct endpoint *endpoint)
{
	struct slice reason = names_text(&graph->list->names, endpoint->wait_reason);

	printf("\\n%s%s", endpoint_kind_text(endpoint->kind), reason.len ? " " : "");
	dot_text(reason);
}

static void print_node(struct graph *graph, const struct hop *hop, const struct endpoint *end)
{
	if (!is_new(&graph->nodes, node_key(graph, hop)))
		return;
	printf("\t");
	print_node_id(graph, hop);
	printf(" [label=\"");
	print_label(graph, hop);
	if (end)
		print_end(graph, end);
	printf("\"%s%s];\n", hop->thread ? "" : ", shape=ellipse",
	       end ? ", peripheries=2" : "");
}

static void print_edge(struct graph *graph, const struct hop *from, const struct hop *to,
		       bool ring)
{
	uint64_t key[3] = { node_key(graph, from), node_key(graph, to), from->via };

	if (!is_new(&graph->edges, hash64(key, sizeof(key))))
		return;
	printf("\t");
	print_node_id(graph, from);
	printf(" -> ");
	print_node_id(graph, to);
	printf(" [label=\"%s\"%s];\n", edge_kind_text(from->via),
	       ring ? ", color=red, penwidth=2" : "");
}

/* The marked edges come first: a wait may be in the ring of one chain and on the way to that of another. */
static void print_ring(struct graph *graph, const struct chain *chain)
{
	const struct chain_list *list = graph->list;
	const struct hop *ring = NULL;
	uint32_t number = 0;

	chain_for_each_hop(hop, list, chain)
	{
		const struct hop *next = hop_next(list, hop);

		if (number++ == chain->cycle_start)
			ring = hop;
		if (!ring)
			continue;
		print_node(graph, hop, NULL);
		print_edge(graph, hop, next ? next : ring, true);
	}
}

/* Hops are shared: from one that was gone through all that follows it was. */
static void print_chain(struct graph *graph, const struct chain *chain, struct map *done)
{
	const struct chain_list *list = graph->list;
	bool deadlock = chain->cycle == CYCLE_THREAD;

	chain_for_each_hop(hop, list, chain)
	{
		const struct hop *next = hop_next(list, hop);

		if (!is_new(done, (uint64_t)(hop - list->hops.at)))
			return;
		print_node(graph, hop, next || deadlock ? NULL : chain_endpoint(list, chain));
		if (next)
			print_edge(graph, hop, next, false);
	}
}

void show_dot(const struct shown *shown)
{
	const struct chain_list *list = &shown->incident->chains;
	struct graph graph = { .list = list };
	struct map done = { 0 };
	char id[ID_TEXT_SIZE];

	printf("// %zu wait chains", list->chains.len);
	if (list->chains_found > list->chains.len)
		printf(" of %s%llu", list->uncounted ? "more than " : "",
		       (unsigned long long)list->chains_found);
	printf("\ndigraph \"%s\" {\n", print_id(id, shown->incident->id));
	printf("\tgraph [charset=\"UTF-8\", rankdir=LR];\n"
	       "\tnode [shape=box, fontname=\"monospace\"];\n"
	       "\tedge [fontname=\"monospace\"];\n");
	vec_for_each(chain, &list->chains)
		if (chain->cycle == CYCLE_THREAD)
			print_ring(&graph, chain);
	vec_for_each(chain, &list->chains)
		print_chain(&graph, chain, &done);
	printf("}\n");
	map_free(&graph.nodes);
	map_free(&graph.edges);
	map_free(&done);
}
