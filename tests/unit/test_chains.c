/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chains of random wait graphs, built as records without any text, against a walk so simple that it is obviously right.
 * Graphs in which every thread waits for one thing at most may have rings; graphs that branch have none here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "stages/incident.h"

#define NODES_MAX 24
#define NONE (-1)

/* How a thread waits; the ways that lead to no thread end a chain. */
enum way { FREE, ALPC, ABSENT, NOT_SHOWN, MUTANT, THREAD_OBJECT, PROCESS_OBJECT };

/* A wait graph by ordinals; what numbers stand for them is up to build(). */
struct plan {
	int nodes, processes;
	int process[NODES_MAX];  /* of each thread */
	enum way way[NODES_MAX]; /* of its edges */
	int edges[NODES_MAX][2]; /* threads (or a process) that it waits for; NONE */
	char image[NODES_MAX][40];
};

static uint64_t seed;

static uint32_t below(uint32_t limit)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 33) % limit;
}

/* ---- graph to incident ---- */

static uint64_t thread_at(int node, uint64_t base)
{
	return base + (uint64_t)node * 0x10000;
}

static uint64_t process_at(int process, uint64_t base)
{
	return base * 3 + (uint64_t)process * 0x10000;
}

static name_id add_name(struct incident *incident, const char *text)
{
	return names_add(&incident->records.names, slice_from(text));
}

static void add_object(struct incident *incident, struct thread *thread, const char *type,
		       uint64_t address, uint64_t owner)
{
	if (thread->objects == 0)
		thread->first_object = (uint32_t)incident->records.objects.len;
	vec_push(&incident->records.objects,
		 ((struct wait_object){ .address = address,
					.owner_thread = owner,
					.type = add_name(incident, type) }));
	thread->objects++;
}

static void add_edge(struct incident *incident, struct thread *thread,
		     const struct plan *graph, int from, int to, uint64_t base,
		     const int *place)
{
	uint64_t target = thread_at(place[to], base);
	struct message message = { .address = base * 7 + (uint64_t)place[from] * 0x100,
				   .waiting_thread = thread->address,
				   .id = 7,
				   .flags = MESSAGE_SERVER_SHOWN };

	switch (graph->way[from]) {
	case ALPC:
		message.server_thread = target;
		/* fall through */
	case ABSENT:
		vec_push(&incident->records.messages, message);
		/* fall through */
	case NOT_SHOWN:
		thread->wait_kind = WAIT_KIND_ALPC;
		thread->message = message.address;
		thread->owner_process = process_at(graph->process[to], base);
		break;
	case MUTANT:
		add_object(incident, thread, "Mutant", target + 0x4000, target);
		break;
	case THREAD_OBJECT:
		add_object(incident, thread, "Thread", target, 0);
		break;
	case PROCESS_OBJECT:
		add_object(incident, thread, "ProcessObject",
			   process_at(graph->process[to], base), 0);
		break;
	case FREE:
		break;
	}
}

static int by_address(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* place[] permutes the nodes' addresses; images are cut to `cut` bytes. Addresses come first in each record. */
static void build(struct incident *incident, const struct plan *graph, const int *place,
		  uint64_t base, int cut)
{
	struct records *records = &incident->records;
	char image[64];

	incident_init(incident);
	records->host.address_digits = 16;
	for (int i = 0; i < graph->processes; i++) {
		snprintf(image, sizeof(image), "%.*s", cut, graph->image[i]);
		vec_push(&records->processes,
			 ((struct process){ .address = process_at(i, base),
					    .pid = (uint32_t)(base >> 20) + (uint32_t)i * 4,
					    .parent_pid = PID_NONE,
					    .session = SESSION_NONE,
					    .handle_count = 9,
					    .flags = PROCESS_BLOCK,
					    .image = add_name(incident, image) }));
	}
	for (int i = 0; i < graph->nodes; i++) {
		struct thread thread = { .address = thread_at(place[i], base),
					 .process = process_at(graph->process[i], base),
					 .pid = PID_NONE,
					 .tid = PID_NONE,
					 .ticks = 100,
					 .wait_start = below(1000),
					 .wait_ms = below(1000),
					 .state = THREAD_WAIT,
					 .wait_reason = add_name(incident, "UserRequest") };

		for (int e = 0; e < 2; e++)
			if (graph->edges[i][e] != NONE)
				add_edge(incident, &thread, graph, i, graph->edges[i][e],
					 base, place);
		vec_push(&records->threads, thread);
	}
	qsort(records->processes.at, records->processes.len, sizeof(struct process),
	      by_address);
	qsort(records->threads.at, records->threads.len, sizeof(struct thread), by_address);
	if (records->messages.len)
		qsort(records->messages.at, records->messages.len, sizeof(struct message),
		      by_address);
	incident_analyse(incident);
}

/* ---- the reference: paths as texts "3>5>1" by node, with the end's kind ---- */

struct paths {
	VEC(char *) at;
};

static bool leads_to_thread(enum way way)
{
	return way == ALPC || way == MUTANT || way == THREAD_OBJECT;
}

static void add_path(struct paths *paths, const char *text)
{
	vec_push(&paths->at, mem_strdup(text));
}

static void walk(const struct plan *graph, struct paths *paths, int *path, int len)
{
	int node = path[len - 1];
	char text[512] = "";
	int at = 0, start = NONE;

	for (int i = 0; i + 1 < len; i++)
		if (path[i] == node)
			start = i;
	if (start == NONE && leads_to_thread(graph->way[node])) {
		for (int e = 0; e < 2; e++)
			if (graph->edges[node][e] != NONE) {
				path[len] = graph->edges[node][e];
				walk(graph, paths, path, len + 1);
			}
		return;
	}
	if (start != NONE)
		len--;
	for (int i = 0; i < len; i++)
		at += snprintf(text + at, sizeof(text) - (size_t)at, "t%d>", path[i]);
	if (start != NONE)
		snprintf(text + at, sizeof(text) - (size_t)at, " cycle %d", start);
	else if (graph->way[node] == FREE)
		snprintf(text + at, sizeof(text) - (size_t)at, " wait");
	else
		snprintf(text + at, sizeof(text) - (size_t)at, "p%d> %s",
			 graph->process[graph->edges[node][0]],
			 graph->way[node] == ABSENT      ? "server_thread_absent"
			 : graph->way[node] == NOT_SHOWN ? "server_thread_unknown"
							 : "process_object");
	add_path(paths, text);
}

static bool waits(const struct plan *graph, int node)
{
	return graph->edges[node][0] != NONE || graph->edges[node][1] != NONE;
}

static void reference(const struct plan *graph, const int *place, struct paths *paths)
{
	bool waited[NODES_MAX] = { false }, reached[NODES_MAX] = { false };
	int path[NODES_MAX + 1];

	for (int i = 0; i < graph->nodes; i++)
		for (int e = 0; e < 2; e++)
			if (graph->edges[i][e] != NONE && leads_to_thread(graph->way[i]))
				waited[graph->edges[i][e]] = true;
	for (int i = 0; i < graph->nodes; i++) {
		if (waited[i] || !waits(graph, i))
			continue;
		path[0] = i;
		walk(graph, paths, path, 1);
	}
	/* what no path reached is in pure rings; only there may each thread have but one edge */
	vec_for_each(text, &paths->at)
		for (const char *p = *text;
		     (p = strchr(p, 't')) && p[1] >= '0' && p[1] <= '9'; p++)
			reached[atoi(p + 1)] = true;
	for (int i = 0; i < graph->nodes; i++) {
		int least = i, next;

		if (reached[i] || !waits(graph, i))
			continue;
		for (next = i; !reached[next]; next = graph->edges[next][0]) {
			reached[next] = true;
			if (place[next] < place[least])
				least = next;
		}
		path[0] = least;
		walk(graph, paths, path, 1);
	}
}

/* ---- what the program made of it, in the same words ---- */

static int node_of(const struct plan *graph, const int *place, uint64_t base, uint64_t address)
{
	for (int i = 0; i < graph->nodes; i++)
		if (thread_at(place[i], base) == address)
			return i;
	fail_msg("no such thread");
	return NONE;
}

static void chain_paths(const struct incident *incident, const struct plan *graph,
			const int *place, uint64_t base, struct paths *paths)
{
	const struct chain_list *list = &incident->chains;

	vec_for_each(chain, &list->chains) {
		char text[512] = "";
		int at = 0;

		chain_for_each_hop(hop, list, chain)
		{
			char kind = hop->thread ? 't' : 'p';
			int number = hop->thread
					     ? node_of(graph, place, base, hop->thread)
					     : (int)((hop->process - base * 3) / 0x10000);

			at += snprintf(text + at, sizeof(text) - (size_t)at, "%c%d>",
				       kind, number);
		}
		snprintf(text + at, sizeof(text) - (size_t)at, " %s",
			 endpoint_kind_text(chain_endpoint(list, chain)->kind));
		if (chain->cycle == CYCLE_THREAD)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), " %u",
				 chain->cycle_start);
		add_path(paths, text);
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void free_paths(struct paths *paths)
{
	vec_for_each(text, &paths->at)
		free(*text);
	vec_free(&paths->at);
}

static void assert_same_paths(struct paths *want, struct paths *got)
{
	if (want->at.len)
		qsort(want->at.at, want->at.len, sizeof(char *), by_text);
	if (got->at.len)
		qsort(got->at.at, got->at.len, sizeof(char *), by_text);
	for (size_t i = 0; i < want->at.len && i < got->at.len; i++)
		assert_string_equal(want->at.at[i], got->at.at[i]);
	assert_int_equal(want->at.len, got->at.len);
}

/* Semicircular: some process stands twice with another between, which no thread cycle is. */
static void check_process_cycles(const struct incident *incident)
{
	const struct chain_list *list = &incident->chains;

	vec_for_each(chain, &list->chains) {
		struct hop hops[NODES_MAX + 1];
		uint32_t count = 0;
		bool again = false;

		chain_for_each_hop(hop, list, chain) hops[count++] = *hop;
		assert_int_equal(count, chain->hops);
		for (uint32_t i = 0; i < chain->hops; i++)
			for (uint32_t j = i + 2; j < chain->hops; j++)
				again |= hops[i].process == hops[j].process &&
					 hops[j - 1].process != hops[j].process;
		if (chain->cycle != CYCLE_THREAD)
			assert_int_equal(chain->cycle, again ? CYCLE_PROCESS : CYCLE_NONE);
		assert_int_equal(hops[chain->hops - 1].via == EDGE_NONE,
				 chain->cycle != CYCLE_THREAD);
	}
}

static void random_graph(struct plan *graph, bool branching)
{
	*graph = (struct plan){ .nodes = 1 + (int)below(NODES_MAX), .processes = 6 };
	for (int i = 0; i < graph->processes; i++)
		snprintf(graph->image[i], sizeof(graph->image[i]),
			 i % 2 ? "Image%c.exe" : "AnImageOfALongName%c.exe", 'A' + i / 2);
	for (int i = 0; i < graph->nodes; i++) {
		graph->process[i] = (int)below((uint32_t)graph->processes);
		graph->edges[i][0] = graph->edges[i][1] = NONE;
		graph->way[i] = (enum way)below(7);
		if (below(3))
			graph->way[i] = ALPC;
		if (branching && i == 0)
			graph->way[i] = FREE; /* edges lead to lower numbers, so there is no ring */
		if (graph->way[i] == FREE)
			continue;
		graph->edges[i][0] = (int)below((uint32_t)(branching ? i : graph->nodes));
		if (!branching || !below(2) || i < 2)
			continue;
		graph->way[i] = MUTANT; /* the one object that makes an edge beside another */
		graph->edges[i][1] =
			(graph->edges[i][0] + 1 + (int)below((uint32_t)i - 1)) % i;
	}
}

static void shuffle(int *place, int count)
{
	for (int i = 0; i < count; i++)
		place[i] = i;
	for (int i = count - 1; i > 0; i--) {
		int j = (int)below((uint32_t)i + 1), kept = place[i];

		place[i] = place[j];
		place[j] = kept;
	}
}

static void check_graph(const struct plan *graph)
{
	uint64_t base = 0xfffffa8000000000u - (uint64_t)below(100000) * 0x1000000;
	int place[NODES_MAX];
	struct incident incident;
	struct paths want = { 0 }, got = { 0 };

	shuffle(place, graph->nodes);
	build(&incident, graph, place, base, 40);
	reference(graph, place, &want);
	chain_paths(&incident, graph, place, base, &got);
	assert_same_paths(&want, &got);
	check_process_cycles(&incident);
	free_paths(&want);
	free_paths(&got);
	incident_free(&incident);
}

static void test_one_edge_a_thread(void **state)
{
	struct plan graph;

	(void)state;
	seed = 0x9e3779b97f4a7c15u;
	for (int round = 0; round < 3000; round++) {
		random_graph(&graph, false);
		check_graph(&graph);
	}
}

static void test_branches_without_rings(void **state)
{
	struct plan graph;

	(void)state;
	seed = 0xd1b54a32d192ed03u;
	for (int round = 0; round < 1500; round++) {
		random_graph(&graph, true);
		if (graph.nodes > 12)
			graph.nodes = 12; /* paths double with every branch */
		check_graph(&graph);
	}
}

static int by_number(const void *a, const void *b)
{
	return by_address(a, b);
}

static void signatures(const struct plan *graph, int cut, uint64_t *out, size_t *count)
{
	uint64_t base = 0xffff800000000000u + (uint64_t)below(100000) * 0x1000000;
	int place[NODES_MAX];
	struct incident incident;

	shuffle(place, graph->nodes);
	build(&incident, graph, place, base, cut);
	*count = 0;
	vec_for_each(chain, &incident.chains.chains)
		out[(*count)++] = chain->signature;
	qsort(out, *count, sizeof(*out), by_number);
	incident_free(&incident);
}

/* Other addresses, PIDs, order, waits and cut names: the same chains. */
static void test_signatures_know_no_numbers(void **state)
{
	struct plan graph;
	uint64_t a[NODES_MAX], b[NODES_MAX];
	size_t count_a, count_b;

	(void)state;
	seed = 0x2545f4914f6cdd1du;
	for (int round = 0; round < 1000; round++) {
		random_graph(&graph, false);
		signatures(&graph, 40, a, &count_a);
		signatures(&graph, 15, b, &count_b);
		assert_int_equal(count_a, count_b);
		for (size_t i = 0; i < count_a; i++)
			assert_true(a[i] == b[i]);
	}
}

/* One ring of threads of these processes, entered wherever its lowest address happens to lie. */
static uint64_t ring_signature(const int *processes, int count)
{
	struct plan graph = { .nodes = count, .processes = 6 };
	uint64_t signature[NODES_MAX];
	size_t found;

	for (int i = 0; i < graph.processes; i++)
		snprintf(graph.image[i], sizeof(graph.image[i]), "i%d.exe", i);
	for (int i = 0; i < count; i++) {
		graph.process[i] = processes[i];
		graph.way[i] = processes[i] % 2 ? ALPC : MUTANT;
		graph.edges[i][0] = (i + 1) % count;
		graph.edges[i][1] = NONE;
	}
	signatures(&graph, 40, signature, &found);
	assert_int_equal(found, 1);
	return signature[0];
}

static void test_a_ring_has_no_first_hop(void **state)
{
	(void)state;
	seed = 42;
	for (int round = 0; round < 300; round++) {
		int count = 1 + (int)below(8), ring[8], turned[8], turn = (int)below(8);
		uint64_t signature;
		bool other = false;

		for (int i = 0; i < count; i++)
			ring[i] = (int)below(3);
		for (int i = 0; i < count; i++)
			turned[i] = ring[(i + turn) % count];
		signature = ring_signature(ring, count);
		assert_true(ring_signature(turned, count) == signature);
		turned[0] = 5;
		for (int i = 0; i < count; i++)
			other |= turned[i] == 5;
		assert_true(other);
		assert_true(ring_signature(turned, count) != signature);
	}
}

/* A queue of 200,000 threads, each waiting for the next: one chain, in no time and no stack. */
static void test_deep_chain(void **state)
{
	struct incident incident;
	struct thread thread = { .pid = PID_NONE,
				 .tid = PID_NONE,
				 .ticks = 1,
				 .wait_ms = MS_NONE,
				 .state = THREAD_WAIT,
				 .objects = 1 };
	const uint32_t depth = 200000;

	(void)state;
	incident_init(&incident);
	for (uint32_t i = 0; i < depth; i++) {
		thread.address = 0xfffffa8000000000u + (uint64_t)i * 0x1000;
		thread.first_object = i;
		vec_push(&incident.records.threads, thread);
		vec_push(&incident.records.objects,
			 ((struct wait_object){ .address = thread.address + 0x1000,
						.type = add_name(&incident, "Thread") }));
	}
	incident_analyse(&incident);
	assert_int_equal(incident.chains.chains.len, 1);
	assert_int_equal(incident.chains.chains.at[0].hops, depth + 1);
	assert_int_equal(chain_endpoint(&incident.chains, &incident.chains.chains.at[0])->kind,
			 ENDPOINT_THREAD_NOT_IN_LOG);
	incident_free(&incident);
}

/* Sixty threads that each wait for two of the next rank: more paths than can be written. */
static void test_hostile_branching_is_capped(void **state)
{
	struct incident incident;
	size_t diagnostics;

	(void)state;
	incident_init(&incident);
	for (uint32_t i = 0; i < 120; i++) {
		struct thread thread = { .address = 0x80000000 + i * 0x10000,
					 .pid = PID_NONE,
					 .tid = PID_NONE,
					 .ticks = 1,
					 .wait_ms = MS_NONE,
					 .state = THREAD_WAIT,
					 .first_object = i * 2,
					 .objects = 2 };
		for (uint32_t e = 0; e < 2; e++)
			vec_push(&incident.records.objects,
				 ((struct wait_object){
					 .address = 0x90000000 + (i * 2 + e) * 0x10000,
					 .owner_thread = 0x80000000 + (i / 2 * 2 + 2 + e) * 0x10000,
					 .type = add_name(&incident, "Mutant") }));
		vec_push(&incident.records.threads, thread);
	}
	incident_analyse(&incident);
	diagnostics = incident.records.diagnostics.len;
	assert_true(diagnostics > 0);
	assert_int_equal(incident.records.diagnostics.at[diagnostics - 1].code,
			 DIAGNOSTIC_CHAINS_CAPPED);
	assert_true(incident.chains.chains_found > incident.chains.chains.len);
	incident_free(&incident);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_edge_a_thread),
		cmocka_unit_test(test_branches_without_rings),
		cmocka_unit_test(test_signatures_know_no_numbers),
		cmocka_unit_test(test_a_ring_has_no_first_hop),
		cmocka_unit_test(test_deep_chain),
		cmocka_unit_test(test_hostile_branching_is_capped),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
