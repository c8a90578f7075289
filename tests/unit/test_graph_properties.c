/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chains of random wait graphs against a reference that is slow and obviously right: it tries every path from every
 * thread and keeps those that contract.md section 1 calls maximal. Then the same graphs as logs: renumbered addresses, shuffled
 * blocks and idle processes beside change nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/graph.h"
#include "tests/unit/log_fixture.h"
#include "tests/unit/wait_reference.h"

/* ---- what the program made of it, in the same words ---- */

struct meaning {
	const struct plan *plan;
	const struct places *places;
};

/* Prints "t3", "s3" or "p1" of a hop. */
static void put_who(FILE *out, const struct meaning *meaning, const struct hop *hop)
{
	for (int i = 0; i < meaning->plan->threads; i++) {
		if (hop->thread == thread_at(meaning->places, i))
			fprintf(out, "t%d", i);
		if (hop->thread == stranger_at(meaning->places, i))
			fprintf(out, "s%d", i);
	}
	for (int i = 0; i < meaning->plan->processes && hop->thread == 0; i++)
		if (hop->process == process_at(meaning->places, i))
			fprintf(out, "p%d", i);
	fprintf(out, " (%u)", hop->waiters);
}

static char *chain_text(const struct chain_list *list, const struct chain *chain,
			const struct meaning *meaning)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	chain_for_each_hop(hop, list, chain)
	{
		put_who(out, meaning, hop);
		if (hop->via != EDGE_NONE)
			fprintf(out, " -%s-> %s ", edge_kind_text(hop->via),
				hop->timing ? timing_text(hop->timing) : "?");
	}
	fprintf(out, " %s %d %s", cycle_kind_text(chain->cycle),
		chain->cycle_start == NUMBER_NONE ? NOBODY : (int)chain->cycle_start,
		endpoint_kind_text(chain_endpoint(list, chain)->kind));
	fclose(out);
	return text;
}

static void chain_lines(const struct incident *incident, const struct meaning *meaning,
			lines *found)
{
	vec_for_each(chain, &incident->chains.chains)
		vec_push(found, chain_text(&incident->chains, chain, meaning));
	sort_lines(found);
}

/* ---- the graph alone ---- */

static int node_at(const struct graph *graph, uint64_t thread)
{
	for (uint32_t i = 0; i < graph->nodes.len; i++)
		if (graph->nodes.at[i].thread == thread)
			return (int)i;
	return NOBODY;
}

/* Two threads are of one component just if each can be reached from the other, and arcs lead to lower components. */
static void check_components(const struct graph *graph, const struct plan *plan,
			     const struct places *places)
{
	struct matrix matrix;

	fill_matrix(&matrix, plan);
	for (int i = 0; i < plan->threads; i++)
		for (int j = 0; j < plan->threads; j++) {
			int a = node_at(graph, thread_at(places, i));
			int b = node_at(graph, thread_at(places, j));

			if (a == NOBODY || b == NOBODY)
				continue;
			assert_int_equal(graph->nodes.at[a].component ==
						 graph->nodes.at[b].component,
					 together(&matrix, i, j));
			if (matrix.arc[i][j])
				assert_true(graph->nodes.at[a].component >=
					    graph->nodes.at[b].component);
		}
}

static void check_sources(const struct graph *graph)
{
	size_t arcs = 0;

	vec_for_each(target, &graph->targets)
		arcs += *target != NODE_NONE;
	assert_int_equal(graph->sources.len, arcs);
	for (uint32_t i = 0; i < graph->nodes.len; i++)
		for (uint32_t k = graph->first_source.at[i];
		     k < graph->first_source.at[i + 1]; k++) {
			const struct graph_node *node =
				&graph->nodes.at[graph->sources.at[k]];
			bool any = false;

			for (uint32_t e = 0; e < node->edges; e++)
				any |= graph->targets.at[node->first_edge + e] == i;
			assert_true(any);
		}
}

/* Paths are counted just where no ring branches. */
static void check_count(const struct graph *graph, size_t chains)
{
	bool branching = false;

	vec_for_each(component, &graph->components)
		branching |= component->inside > component->nodes;
	if (branching)
		assert_true(graph_paths(graph) == PATHS_UNKNOWN);
	else
		assert_int_equal(graph_paths(graph), chains);
}

static void check_graph(const struct incident *incident, const struct plan *plan,
			const struct places *places, size_t chains)
{
	struct graph graph = { 0 };

	graph_build(&graph, incident->edges.at, incident->edges.len);
	check_components(&graph, plan, places);
	check_sources(&graph);
	check_count(&graph, chains);
	graph_free(&graph);
}

/* ---- the tests ---- */

static unsigned check_plan(const struct plan *plan)
{
	struct places places;
	struct meaning meaning = { plan, &places };
	struct incident incident;
	lines want = { 0 }, got = { 0 };
	bool all;

	places_random(&places);
	all = reference(plan, &places, &want);
	if (all) {
		plan_build(&incident, plan, &places, 40);
		chain_lines(&incident, &meaning, &got);
		assert_same_lines(&want, &got);
		assert_int_equal(incident.chains.chains_found, want.len);
		check_graph(&incident, plan, &places, want.len);
		incident_free(&incident);
	}
	free_lines(&want);
	free_lines(&got);
	return all;
}

static void check_plans(uint64_t seed, int rounds, int threads, int arcs)
{
	struct plan plan;
	unsigned checked = 0;

	plan_seed = seed;
	for (int round = 0; round < rounds; round++) {
		plan_random(&plan, threads, arcs);
		checked += check_plan(&plan);
	}
	assert_true(checked > (unsigned)rounds * 9 / 10);
}

static void test_one_wait_a_thread(void **state)
{
	(void)state;
	check_plans(0x9e3779b97f4a7c15u, 4000, PLAN_THREADS, 1);
}

static void test_two_waits_a_thread(void **state)
{
	(void)state;
	check_plans(0xd1b54a32d192ed03u, 4000, 9, 2);
}

static void test_three_waits_a_thread(void **state)
{
	(void)state;
	check_plans(0x2545f4914f6cdd1du, 1500, 6, 3);
}

/* A ring, and whatever else some of its threads wait for or are waited for by: what random graphs hold too seldom. */
static void test_rings_with_tails_and_exits(void **state)
{
	struct plan plan;

	(void)state;
	plan_seed = 0x853c49e6748fea9bu;
	for (int round = 0; round < 3000; round++) {
		int ring = 1 + (int)below(6);

		plan_random(&plan, 12, 1);
		plan.threads = plan.threads < ring ? ring : plan.threads;
		for (int i = 0; i < ring; i++) {
			plan.arcs[i] = 1 + (below(3) == 0);
			plan.arc[i][0] =
				(struct arc){ below(2) ? ALPC : MUTANT, (i + 1) % ring };
			plan.arc[i][1] =
				(struct arc){ MUTANT, (int)below((uint32_t)plan.threads) };
		}
		check_plan(&plan);
	}
}

/* Signatures and hops of all chains, in an order that no address decides; a pure ring is told from its lowest ordinal. */
static char *turned(const struct chain_list *list, const struct chain *chain,
		    const struct meaning *meaning)
{
	char *text = NULL, *hop_texts[PLAN_THREADS + 1];
	size_t len, hops = 0, least = 0;
	FILE *out;

	chain_for_each_hop(hop, list, chain)
	{
		out = open_memstream(&hop_texts[hops++], &len);
		put_who(out, meaning, hop);
		fprintf(out, " %u %u %" PRId64 " > ", hop->via, hop->timing, hop->wait_ms);
		fclose(out);
	}
	for (size_t i = 1; i < hops && chain->cycle_start == 0; i++)
		if (strcmp(hop_texts[i], hop_texts[least]) < 0)
			least = i;
	out = open_memstream(&text, &len);
	fprintf(out, "%016" PRIx64 " %s %d ", chain_signature(chain),
		cycle_kind_text(chain->cycle), (int)chain->cycle_start);
	for (size_t i = 0; i < hops; i++)
		fputs(hop_texts[(least + i) % hops], out);
	fprintf(out, "%s", endpoint_kind_text(chain_endpoint(list, chain)->kind));
	fclose(out);
	for (size_t i = 0; i < hops; i++)
		free(hop_texts[i]);
	return text;
}

/* What was found, without the addresses; of a pure ring they say which image it begins with. */
static void finding_lines(const struct incident *incident, lines *found)
{
	struct findings findings = { 0 };

	find_patterns(incident, NULL, &findings);
	vec_for_each(finding, &findings.list) {
		char *text = NULL;
		bool ring = finding->chain && finding->chain->cycle_start == 0;
		size_t len;
		FILE *out = open_memstream(&text, &len);

		fprintf(out, "%s %.*s count %" PRIu64 " waiters %" PRIu64 " fan-in %" PRIu64,
			pattern_text(finding->pattern),
			SLICE_ARG(image_cut(names_text(&incident->records.names,
						       ring ? 0 : finding->image))),
			finding->count, finding->waiters, finding->fan_in);
		fprintf(out, " wait %" PRId64 " suspects %u urgency %u", finding->wait_ms,
			finding->suspects, finding->urgency);
		fclose(out);
		vec_push(found, text);
	}
	findings_free(&findings);
}

static void told_lines(const struct incident *incident, const struct meaning *meaning,
		       lines *found)
{
	vec_for_each(chain, &incident->chains.chains)
		vec_push(found, turned(&incident->chains, chain, meaning));
	finding_lines(incident, found);
	sort_lines(found);
}

static void lines_of_log(const struct plan *plan, int idle, lines *found)
{
	struct places places;
	struct meaning meaning = { plan, &places };
	struct dumps dumps;
	size_t len;
	char *log;

	places_random(&places);
	log = plan_log(plan, &places, idle, &len);
	dumps_whole(&dumps, (struct slice){ log, len });
	assert_int_equal(dumps.joins.len, 1);
	told_lines(&dumps.joins.at[0]->incident, &meaning, found);
	dumps_free(&dumps);
	free(log);
}

/* The log of a plan says what its records say, and says it wherever its blocks stand and whatever its addresses are. */
static void test_logs_of_one_graph(void **state)
{
	struct plan plan;

	(void)state;
	plan_seed = 0xda3e39cb94b95bdbu;
	for (int round = 0; round < 400; round++) {
		lines want = { 0 }, got = { 0 };
		struct places places;
		struct meaning meaning = { &plan, &places };
		struct incident incident;

		plan_random(&plan, 8, 2);
		places_random(&places);
		plan_build(&incident, &plan, &places, 40);
		told_lines(&incident, &meaning, &want);
		incident_free(&incident);
		for (int variant = 0; variant < 3; variant++) {
			lines_of_log(&plan, variant * 10, &got);
			assert_same_lines(&want, &got);
			free_lines(&got);
		}
		free_lines(&want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_wait_a_thread),
		cmocka_unit_test(test_two_waits_a_thread),
		cmocka_unit_test(test_three_waits_a_thread),
		cmocka_unit_test(test_rings_with_tails_and_exits),
		cmocka_unit_test(test_logs_of_one_graph),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
