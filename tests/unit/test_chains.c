/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chains of incidents built as records: signatures that know no numbers, graphs of a size or shape that only a hostile log has,
 * and what is told beside the hops. That the right chains are found at all is test_graph_properties.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/signature.h"
#include "tests/unit/wait_plan.h"

/* ---- signatures ---- */

#define SIGNATURES_MAX 64

static void signatures(const struct plan *plan, int cut, uint64_t *out, size_t *count)
{
	struct places places;
	struct incident incident;

	places_random(&places);
	plan_build(&incident, plan, &places, cut);
	*count = 0;
	vec_for_each(chain, &incident.chains.chains)
		out[(*count)++] = chain_signature(chain);
	qsort(out, *count, sizeof(*out), plan_by_address);
	incident_free(&incident);
}

/* Other addresses, PIDs, order, waits and cut names: the same chains. */
static void test_signatures_know_no_numbers(void **state)
{
	uint64_t a[SIGNATURES_MAX], b[SIGNATURES_MAX];
	size_t count_a, count_b;
	struct plan plan;

	(void)state;
	plan_seed = 0x2545f4914f6cdd1du;
	for (int round = 0; round < 1000; round++) {
		plan_random(&plan, PLAN_THREADS, 1);
		signatures(&plan, 40, a, &count_a);
		signatures(&plan, 15, b, &count_b);
		assert_int_equal(count_a, count_b);
		for (size_t i = 0; i < count_a; i++)
			assert_true(a[i] == b[i]);
	}
}

/* One ring of threads of these processes, entered wherever its lowest address happens to lie. */
static uint64_t ring_signature(const int *processes, int count)
{
	struct plan plan = { .threads = count, .processes = PLAN_PROCESSES };
	uint64_t signature[SIGNATURES_MAX];
	size_t found;

	for (int i = 0; i < plan.processes; i++)
		snprintf(plan.image[i], sizeof(plan.image[i]), "i%d.exe", i);
	for (int i = 0; i < count; i++) {
		plan.process[i] = processes[i];
		plan.arcs[i] = 1;
		plan.arc[i][0] =
			(struct arc){ processes[i] % 2 ? ALPC : MUTANT, (i + 1) % count };
	}
	signatures(&plan, 40, signature, &found);
	assert_int_equal(found, 1);
	return signature[0];
}

static void test_a_ring_has_no_first_hop(void **state)
{
	(void)state;
	plan_seed = 42;
	for (int round = 0; round < 300; round++) {
		int count = 1 + (int)below(8), ring[8], turned[8], turn = (int)below(8);
		uint64_t signature;

		for (int i = 0; i < count; i++)
			ring[i] = (int)below(3);
		for (int i = 0; i < count; i++)
			turned[i] = ring[(i + turn) % count];
		signature = ring_signature(ring, count);
		assert_true(ring_signature(turned, count) == signature);
		turned[0] = 5;
		assert_true(ring_signature(turned, count) != signature);
	}
}

/* ---- records by hand ---- */

#define BASE 0xfffffa8000000000u

static uint64_t nth(uint64_t number)
{
	return BASE + number * 0x10000;
}

static struct thread waiting(uint64_t address)
{
	return (struct thread){ .address = address,
				.pid = PID_NONE,
				.tid = PID_NONE,
				.ticks = 1,
				.wait_start = TICKS_NONE,
				.wait_ms = MS_NONE,
				.state = THREAD_WAIT };
}

/* A thread that waits for these mutants, one of each owner. */
static void add_thread(struct incident *incident, uint64_t address, uint64_t process,
		       const uint64_t *owners, uint32_t count)
{
	struct thread thread = waiting(address);

	thread.process = process;
	for (uint32_t i = 0; i < count; i++)
		plan_object(incident, &thread, "Mutant", address + 0x4000 + i * 0x100,
			    owners[i]);
	vec_push(&incident->records.threads, thread);
}

static void add_process(struct incident *incident, uint64_t address, const char *image)
{
	vec_push(&incident->records.processes,
		 ((struct process){ .address = address,
				    .pid = (uint32_t)(address >> 16) & 0xffff,
				    .parent_pid = PID_NONE,
				    .session = SESSION_NONE,
				    .handle_count = 9,
				    .flags = PROCESS_BLOCK,
				    .image = plan_name(incident, image) }));
}

/* Good until the next label is made. */
static struct slice label_of(const struct incident *incident, size_t chain)
{
	static byte_vec label;

	return chain_label(&incident->chains, &incident->chains.chains.at[chain],
			   GROUPING_KIND, &label);
}

static const struct diagnostic *last_diagnostic(const struct incident *incident)
{
	const struct records *records = &incident->records;

	assert_true(records->diagnostics.len > 0);
	return &records->diagnostics.at[records->diagnostics.len - 1];
}

/* ---- size ---- */

/* A queue of 200,000 threads, each waiting for the next: one chain, in no time and no stack, and a label one can read. */
static void test_deep_chain(void **state)
{
	const uint32_t depth = 200000;
	struct incident incident;

	(void)state;
	incident_init(&incident);
	for (uint32_t i = 0; i < depth; i++)
		add_thread(&incident, nth(i), 0, (uint64_t[]){ nth(i + 1) }, 1);
	incident_analyse(&incident);
	assert_int_equal(incident.chains.chains.len, 1);
	assert_int_equal(incident.chains.chains.at[0].hops, depth + 1);
	assert_int_equal(chain_endpoint(&incident.chains, &incident.chains.chains.at[0])->kind,
			 ENDPOINT_THREAD_NOT_IN_LOG);
	assert_true(slice_find(label_of(&incident, 0), SLICE("... 199969 hops ... -> ")) > 0);
	assert_true(label_of(&incident, 0).len < 1000);
	incident_free(&incident);
}

/* Of one signature only where all hops are: what a label leaves out is signed nevertheless. */
static void test_what_a_label_leaves_out_is_signed(void **state)
{
	uint64_t signature[2];

	(void)state;
	for (int other = 0; other < 2; other++) {
		struct incident incident;

		incident_init(&incident);
		add_process(&incident, nth(1), "one.exe");
		add_process(&incident, nth(2), "two.exe");
		for (uint32_t i = 0; i < 5000; i++)
			add_thread(&incident, nth(i + 10), nth(i == 2500 && other ? 2 : 1),
				   (uint64_t[]){ nth(i + 11) }, 1);
		incident_analyse(&incident);
		assert_int_equal(incident.chains.chains.len, 1);
		signature[other] = chain_signature(&incident.chains.chains.at[0]);
		incident_free(&incident);
	}
	assert_true(signature[0] != signature[1]);
}

/* The one chain of these three threads that wait for one another. */
static uint64_t signature_of_three(const uint64_t *processes, const char *label)
{
	struct incident incident;
	uint64_t signature;

	incident_init(&incident);
	add_process(&incident, nth(1), "one.exe");
	add_process(&incident, nth(2), "two.exe");
	add_process(&incident, nth(3), "one.exe");
	for (uint32_t i = 0; i < 3; i++)
		add_thread(&incident, nth(i + 10), processes[i],
			   (uint64_t[]){ nth(i + 11) }, i < 2);
	incident_analyse(&incident);
	assert_int_equal(incident.chains.chains.len, 1);
	assert_true(slice_equal(label_of(&incident, 0), slice_from(label)));
	signature = chain_signature(&incident.chains.chains.at[0]);
	incident_free(&incident);
	return signature;
}

/* What comes back to a process is another chain than one through two processes of one image. */
static void test_the_kind_of_a_cycle_is_signed(void **state)
{
	const char *plain = "one.exe -mutant-> two.exe -mutant-> one.exe [wait]";
	const char *back = "one.exe -mutant-> two.exe -mutant-> one.exe [wait, semicircular]";
	uint64_t one, again;

	(void)state;
	one = signature_of_three((uint64_t[]){ nth(1), nth(2), nth(3) }, plain);
	again = signature_of_three((uint64_t[]){ nth(1), nth(2), nth(1) }, back);
	assert_true(one != again);
	assert_true(signature_of_three((uint64_t[]){ nth(3), nth(2), nth(1) }, plain) == one);
	assert_true(signature_of_three((uint64_t[]){ nth(3), nth(2), nth(3) }, back) == again);
}

/* 100,000 clients of one server that waits behind ten more: a hop each, and one endpoint. */
static void test_fan_in_shares_the_tail(void **state)
{
	const uint32_t clients = 100000, tail = 10;
	struct incident incident;
	byte_vec bytes = { 0 };

	(void)state;
	incident_init(&incident);
	add_process(&incident, nth(1), "server.exe");
	add_process(&incident, nth(2), "client.exe");
	for (uint32_t i = 0; i < tail; i++)
		add_thread(&incident, nth(i + 10), nth(1), (uint64_t[]){ nth(i + 11) }, 1);
	for (uint32_t i = 0; i < clients; i++)
		add_thread(&incident, nth(i + 100), nth(2), (uint64_t[]){ nth(10) }, 1);
	incident_analyse(&incident);
	assert_int_equal(incident.chains.chains.len, clients);
	assert_int_equal(incident.chains.chains_found, clients);
	assert_int_equal(incident.chains.hops.len, clients + tail + 1);
	assert_int_equal(incident.chains.endpoints.len, 1);
	assert_int_equal(incident.chains.chains.at[77].hops, 1 + tail + 1);
	assert_int_equal(
		hop_next(&incident.chains,
			 chain_first_hop(&incident.chains, &incident.chains.chains.at[77]))
			->waiters,
		clients);
	chain_list_encode(&incident.chains, &bytes);
	assert_true(bytes.len < clients * 32);
	vec_free(&bytes);
	incident_free(&incident);
}

/* More hops than are listed, in chains that can be counted: N of M. */
static void test_long_tail_of_many_is_capped(void **state)
{
	const uint32_t clients = 2000, tail = 4000;
	const struct chain_list *list;
	struct incident incident;
	uint64_t hops = 0;

	(void)state;
	incident_init(&incident);
	for (uint32_t i = 0; i < tail; i++)
		add_thread(&incident, nth(i), 0, (uint64_t[]){ nth(i + 1) }, 1);
	for (uint32_t i = 0; i < clients; i++)
		add_thread(&incident, nth(tail + 1 + i), 0, (uint64_t[]){ nth(0) }, 1);
	incident_analyse(&incident);
	list = &incident.chains;
	assert_int_equal(list->chains_found, clients);
	assert_false(list->uncounted);
	assert_true(list->chains.len > 1000 && list->chains.len < clients);
	assert_int_equal(list->hops.len, list->chains.len + tail + 1);
	vec_for_each(chain, &list->chains)
		hops += chain->hops;
	assert_true(hops <= CHAIN_HOPS_MAX);
	assert_int_equal(last_diagnostic(&incident)->code, DIAGNOSTIC_CHAINS_CAPPED);
	assert_true(slice_find(names_text(&incident.records.names,
					  last_diagnostic(&incident)->text),
			       SLICE(" of 2000 chains are listed")) > 0);
	incident_free(&incident);
}

/* A queue that is joined by a client at each of its places, all of one process or each of its own: how many chains are listed. */
static size_t list_comb(uint32_t length, bool unlike)
{
	struct incident incident;
	uint64_t hops = 0;
	char image[32];
	size_t listed;

	incident_init(&incident);
	for (uint32_t i = 0; i < 2 * length; i++) {
		snprintf(image, sizeof(image), "p%u.exe", i);
		if (unlike || i == 0)
			add_process(&incident, nth(10 * length + i), image);
		add_thread(&incident, nth(i), nth(10 * length + (unlike ? i : 0)),
			   (uint64_t[]){ nth(i < length ? i + 1 : i - length) },
			   i + 1 != length);
	}
	incident_analyse(&incident);
	listed = incident.chains.chains.len;
	vec_for_each(chain, &incident.chains.chains)
		hops += chain->hops;
	assert_true(!unlike || hops < (1u << 18) + 2 * length);
	if (listed < length)
		assert_int_equal(last_diagnostic(&incident)->code, DIAGNOSTIC_CHAINS_CAPPED);
	incident_free(&incident);
	return listed;
}

/* What an index notes of a chain it notes once for all that are alike: those that are not are bounded in their hops. */
static void test_chains_that_are_unlike_are_capped(void **state)
{
	(void)state;
	assert_int_equal(list_comb(1000, false), 1000);
	assert_in_range(list_comb(1000, true), 300, 900);
	assert_int_equal(list_comb(500, true), 500);
}

static void add_users(struct incident *incident, uint32_t first, uint32_t count,
		      enum resource_role role)
{
	for (uint32_t i = 0; i < count; i++)
		vec_push(&incident->records.resource_users,
			 ((struct resource_user){ .resource = 0xfffffa8000001000,
						  .thread = nth(first + i),
						  .role = (uint8_t)role }));
}

/* A lock of 1,100 owners and 1,001 waiters, of whom one is an owner and does not wait for itself: N of M. */
static void test_edges_of_locks_are_capped_and_counted(void **state)
{
	const struct diagnostic *diagnostic;
	struct incident incident;

	(void)state;
	incident_init(&incident);
	add_users(&incident, 0, 1100, RESOURCE_OWNER);
	add_users(&incident, 1099, 1001, RESOURCE_WAITER);
	incident_analyse(&incident);
	assert_int_equal(incident.edges.len, 1u << 19);
	vec_for_each(edge, &incident.edges)
		assert_true(edge->thread != edge->owner_thread);
	diagnostic = &incident.records.diagnostics.at[0];
	assert_int_equal(diagnostic->code, DIAGNOSTIC_EDGES_CAPPED);
	assert_true(slice_equal(names_text(&incident.records.names, diagnostic->text),
				SLICE("524288 of 1101099 edges of locks are listed")));
	incident_free(&incident);
}

/* Sixty ranks of two threads that each wait for both of the next: more paths than can be listed, but not than can be told. */
static void test_branching_is_capped_and_counted(void **state)
{
	struct incident incident;

	(void)state;
	incident_init(&incident);
	for (uint32_t i = 0; i < 120; i++) {
		uint32_t next = i / 2 * 2 + 2;

		add_thread(&incident, nth(i), 0, (uint64_t[]){ nth(next), nth(next + 1) }, 2);
	}
	incident_analyse(&incident);
	assert_int_equal(last_diagnostic(&incident)->code, DIAGNOSTIC_CHAINS_CAPPED);
	assert_true(incident.chains.chains_found == 2ull << 60);
	assert_true(incident.chains.chains.len > 1000);
	assert_false(incident.chains.uncounted);
	incident_free(&incident);
}

/* Everybody waits for everybody: more paths than there are numbers, and it is said that they were not counted. */
static void test_knot_is_capped(void **state)
{
	uint64_t all[40];
	struct incident incident;

	(void)state;
	incident_init(&incident);
	for (uint32_t i = 0; i < 40; i++)
		all[i] = nth(i);
	for (uint32_t i = 0; i < 40; i++)
		add_thread(&incident, nth(i), 0, all, 40);
	incident_analyse(&incident);
	assert_int_equal(last_diagnostic(&incident)->code, DIAGNOSTIC_CHAINS_CAPPED);
	assert_true(slice_find(names_text(&incident.records.names,
					  last_diagnostic(&incident)->text),
			       SLICE(" of at least ")) > 0);
	assert_true(incident.chains.uncounted);
	assert_true(incident.chains.chains_found > incident.chains.chains.len);
	incident_free(&incident);
}

/* A ring of 100,000 threads, every one of which also waits for a thread of its own: all around before each way out. */
static void test_ring_with_many_ways_out(void **state)
{
	const uint32_t ring = 100000;
	struct incident incident;

	(void)state;
	incident_init(&incident);
	for (uint32_t i = 0; i < ring; i++)
		add_thread(&incident, nth(i), 0,
			   (uint64_t[]){ nth((i + 1) % ring), nth(ring + i) }, 2);
	incident_analyse(&incident);
	assert_int_equal(incident.chains.chains_found, ring + 1);
	assert_int_equal(incident.chains.chains.at[0].hops, ring);
	assert_int_equal(incident.chains.chains.at[0].cycle, CYCLE_THREAD);
	assert_int_equal(incident.chains.chains.len, 2);
	incident_free(&incident);
}

/* ---- what is told of the hops ---- */

/* Two messages name a server thread that was never printed, and different processes of it: neither is believed. */
static void test_disputed_server(void **state)
{
	struct incident incident;

	(void)state;
	for (int agree = 0; agree < 2; agree++) {
		const struct hop *server;

		incident_init(&incident);
		add_process(&incident, nth(1), "one.exe");
		add_process(&incident, nth(2), "two.exe");
		for (uint32_t i = 0; i < 2; i++) {
			struct thread thread = waiting(nth(10 + i));

			plan_request(&incident, &thread, nth(20 + i),
				     &(struct arc){ STRANGER, 0 },
				     &(struct places){ .base = BASE },
				     nth(agree ? 1 : 1 + i));
			vec_push(&incident.records.threads, thread);
		}
		incident_analyse(&incident);
		assert_int_equal(incident.chains.chains.len, 2);
		server = hop_next(&incident.chains,
				  chain_first_hop(&incident.chains,
						  &incident.chains.chains.at[0]));
		assert_int_equal(server->waiters, 2);
		assert_true(server->process == (agree ? nth(1) : 0));
		assert_int_equal(server->image != 0, agree);
		incident_free(&incident);
	}
}

/* One that waits between two of a process is of that process perhaps: nothing was left, then. */
static void test_unknown_process_is_no_way_around(void **state)
{
	struct incident incident;

	(void)state;
	for (int known = 0; known < 2; known++) {
		incident_init(&incident);
		add_process(&incident, nth(1), "one.exe");
		add_process(&incident, nth(2), "two.exe");
		add_thread(&incident, nth(10), nth(1), (uint64_t[]){ nth(11) }, 1);
		add_thread(&incident, nth(11), known ? nth(2) : 0, (uint64_t[]){ nth(12) }, 1);
		add_thread(&incident, nth(12), nth(1), NULL, 0);
		incident_analyse(&incident);
		assert_int_equal(incident.chains.chains.len, 1);
		assert_int_equal(incident.chains.chains.at[0].cycle,
				 known ? CYCLE_PROCESS : CYCLE_NONE);
		incident_free(&incident);
	}
}

/* A client of process 1 that waits since tick 1000 for a message nobody printed, and threads of process 1 that wait since other
 * ticks: guesses are those within a tick, unless they wait for work, and none if there are too many. */
static uint32_t count_guesses(const uint64_t *starts, size_t count, const char *reason)
{
	struct incident incident;
	struct thread client = waiting(nth(10));
	uint32_t guesses;

	incident_init(&incident);
	add_process(&incident, nth(1), "server.exe");
	client.wait_start = 1000;
	client.process = nth(1);
	plan_request(&incident, &client, nth(20), &(struct arc){ NOT_SHOWN, 0 },
		     &(struct places){ .base = BASE }, nth(1));
	vec_push(&incident.records.threads, client);
	for (size_t i = 0; i < count; i++) {
		struct thread thread = waiting(nth(11 + i));

		thread.process = nth(1);
		thread.wait_start = starts[i];
		thread.wait_reason = plan_name(&incident, reason);
		vec_push(&incident.records.threads, thread);
	}
	incident_analyse(&incident);
	assert_int_equal(incident.edges.len, 1);
	assert_int_equal(incident.chains.chains.len, 1);
	guesses = incident.chains.chains.at[0].candidates;
	assert_int_equal(incident.chains.candidates.len, guesses);
	for (uint32_t i = 0; i < guesses; i++)
		assert_true(incident.chains.candidates.at[i] != client.address);
	incident_free(&incident);
	return guesses;
}

static void test_guesses_at_a_server(void **state)
{
	(void)state;
	assert_int_equal(
		count_guesses((uint64_t[]){ 998, 999, 1000, 1001, 1002 }, 5, "Executive"), 3);
	assert_int_equal(count_guesses((uint64_t[]){ 1000, TICKS_NONE }, 2, "UserRequest"), 1);
	assert_int_equal(count_guesses((uint64_t[]){ 1000, 1000 }, 2, "WrQueue"), 0);
	assert_int_equal(count_guesses((uint64_t[]){ 1000, 1000 }, 2, "WrLpcReceive"), 0);
	assert_int_equal(
		count_guesses((uint64_t[]){ 1000, 1000, 1000, 1000 }, 4, "Executive"), 4);
	assert_int_equal(count_guesses((uint64_t[]){ 1000, 1000, 1000, 1000, 1000 }, 5,
				       "Executive"),
			 0);
}

/* A list whose chains are too long together is refused: queries would walk it for ever. */
static void test_unfolded_hops_are_bounded_in_bytes(void **state)
{
	struct chain_list list = { .address_digits = 16 }, again = { 0 };
	byte_vec bytes = { 0 };
	const uint32_t length = 1u << 16;

	(void)state;
	for (uint32_t i = 0; i < length; i++)
		vec_push(&list.hops, ((struct hop){ .pid = PID_NONE,
						    .tid = PID_NONE,
						    .wait_ms = MS_NONE,
						    .via = i ? EDGE_ALPC : EDGE_NONE,
						    .next = i ? i - 1 : NUMBER_NONE }));
	vec_push(&list.endpoints, ((struct endpoint){ .kind = ENDPOINT_WAIT }));
	for (uint32_t i = 0; i < CHAIN_HOPS_MAX / length; i++)
		vec_push(&list.chains, ((struct chain){ .first_hop = length - 1,
							.cycle_start = NUMBER_NONE }));
	chain_list_encode(&list, &bytes);
	assert_true(chain_list_decode(&again, bytes.at, bytes.len));
	assert_int_equal(again.chains.at[0].hops, length);
	vec_push(&list.chains, ((struct chain){ .cycle_start = NUMBER_NONE }));
	bytes.len = 0;
	chain_list_encode(&list, &bytes);
	assert_false(chain_list_decode(&again, bytes.at, bytes.len));
	vec_free(&bytes);
	chain_list_free(&list);
	chain_list_free(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signatures_know_no_numbers),
		cmocka_unit_test(test_a_ring_has_no_first_hop),
		cmocka_unit_test(test_deep_chain),
		cmocka_unit_test(test_what_a_label_leaves_out_is_signed),
		cmocka_unit_test(test_the_kind_of_a_cycle_is_signed),
		cmocka_unit_test(test_fan_in_shares_the_tail),
		cmocka_unit_test(test_long_tail_of_many_is_capped),
		cmocka_unit_test(test_chains_that_are_unlike_are_capped),
		cmocka_unit_test(test_edges_of_locks_are_capped_and_counted),
		cmocka_unit_test(test_branching_is_capped_and_counted),
		cmocka_unit_test(test_knot_is_capped),
		cmocka_unit_test(test_ring_with_many_ways_out),
		cmocka_unit_test(test_disputed_server),
		cmocka_unit_test(test_unknown_process_is_no_way_around),
		cmocka_unit_test(test_guesses_at_a_server),
		cmocka_unit_test(test_unfolded_hops_are_bounded_in_bytes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
