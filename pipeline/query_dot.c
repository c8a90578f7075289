/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups of chains as one graph in Graphviz' language: a node an image, however it is spelled, an edge a kind of wait between two
 * images with the incidents of the group that has most of it.
 */
#include "index/keys.h"
#include "pipeline/dot.h"
#include "pipeline/query.h"

struct image_edge {
	struct slice from, to;
	uint64_t incidents; /* of the group that has most: one incident may be in several */
	uint8_t via;
};

struct image_graph {
	VEC(struct image_edge) edges;
	struct map places;
};

static struct slice named(struct slice image)
{
	return image.len ? image : SLICE("?");
}

static void add_edge(struct image_graph *graph, struct image_edge edge)
{
	uint64_t key[] = { image_key(edge.from), image_key(edge.to), edge.via };
	uint32_t *place = map_place(&graph->places, hash64(key, sizeof(key)));

	if (*place == MAP_NONE) {
		*place = (uint32_t)graph->edges.len;
		vec_push(&graph->edges, edge);
	} else if (graph->edges.at[*place].incidents < edge.incidents) {
		graph->edges.at[*place].incidents = edge.incidents;
	}
}

static void add_group(struct image_graph *graph, const struct signature_row *row)
{
	VEC(struct signature_hop) path = { 0 };
	size_t count;
	struct bytes_reader hops = signature_hops(row->hops, &count);

	for (size_t i = 0; i < count; i++)
		vec_push(&path, signature_next_hop(&hops));
	for (size_t i = 0; i < count; i++) {
		size_t to = i + 1 < count ? i + 1 : row->cycle_start;

		if (to < count)
			add_edge(graph, (struct image_edge){ named(path.at[i].image),
							     named(path.at[to].image),
							     row->incidents, path.at[i].via });
	}
	vec_free(&path);
}

/* One name for all spellings: the cut, in lower case. */
static void print_node(struct slice image)
{
	struct key key = key_image(image);

	putchar('n');
	for (size_t i = 0; i < key.len && key.bytes[i]; i++)
		printf("%02x", key.bytes[i]);
}

static void print_labelled(struct map *nodes, struct slice image)
{
	uint32_t *place = map_place(nodes, image_key(image));

	if (*place != MAP_NONE)
		return;
	*place = 1;
	printf("\t");
	print_node(image);
	printf(" [label=\"");
	dot_text(image);
	printf("\"];\n");
}

void print_dot_groups(const struct chain_groups *groups)
{
	struct image_graph graph = { .places = { 0 } };
	struct map nodes = { 0 };

	for (size_t i = 0; i < chain_groups_count(groups); i++)
		add_group(&graph, &chain_groups_at(groups, i)->row);
	printf("// %zu groups of wait chains\ndigraph \"chains\" {\n"
	       "\tgraph [charset=\"UTF-8\", rankdir=LR];\n\tnode [shape=box];\n",
	       chain_groups_count(groups));
	vec_for_each(edge, &graph.edges) {
		print_labelled(&nodes, edge->from);
		print_labelled(&nodes, edge->to);
	}
	vec_for_each(edge, &graph.edges) {
		printf("\t");
		print_node(edge->from);
		printf(" -> ");
		print_node(edge->to);
		printf(" [label=\"%s, %llu\"];\n", edge_kind_text(edge->via),
		       (unsigned long long)edge->incidents);
	}
	printf("}\n");
	vec_free(&graph.edges);
	map_free(&graph.places);
	map_free(&nodes);
}
