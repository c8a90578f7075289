/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The patterns of threads - wait-chain, message-box, blocked-queue - and the order of all: what each finds, where its borders
 * are, and what it must not find. What they make of whole logs is told by the goldens from number 500 on.
 */
#include "tests/unit/finding_fixture.h"

/* ---- wait-chain ---- */

/* Two hundred clients of one server, and one more that the server of another waits behind: findings are signatures. */
static void test_clients_of_one_server(void **state)
{
	(void)state;
	add_process(1, "server.exe", 9);
	add_process(2, "client.exe", 9);
	add_thread(1, 1, "UserRequest");
	for (uint32_t i = 0; i < 200; i++)
		add_mutant(add_thread(10 + i, 2, "UserRequest"), 1);
	incident.records.threads.at[77].wait_ms = 7000;
	find(NULL);
	ASSERT_ONE(wait_chain);
	assert_int_equal(THE(wait_chain)->count, 200);
	assert_int_equal(THE(wait_chain)->waiters, 200);
	assert_int_equal(THE(wait_chain)->fan_in, 200);
	assert_int_equal(THE(wait_chain)->wait_ms, 7000);
	assert_int_equal(THE(wait_chain)->urgency, URGENCY_CHAIN + 7);
	assert_true(THE(wait_chain)->thread == THREAD_AT(10));
	assert_non_null(THE(wait_chain)->evidence);
}

/* Chains of one signature that share a thread: it waits once. */
static void test_shared_waiters_count_once(void **state)
{
	(void)state;
	add_process(1, "a.exe", 9);
	add_thread(1, 1, "UserRequest");
	add_mutant(add_thread(2, 1, "UserRequest"), 1);
	for (uint32_t i = 0; i < 5; i++)
		add_mutant(add_thread(10 + i, 1, "UserRequest"), 2);
	find(NULL);
	ASSERT_ONE(wait_chain);
	assert_int_equal(THE(wait_chain)->count, 5);
	assert_int_equal(THE(wait_chain)->waiters, 6);
	assert_int_equal(THE(wait_chain)->fan_in, 5);
}

/* A thread that waits for itself and two of one image that wait for each other are of one signature, since equal hops in a row count
 * once: it is the two that are found, whichever of them has the lower address. */
static void test_ring_of_one_hides_no_ring_of_two(void **state)
{
	for (uint32_t lone = 1; lone <= 3; lone += 2) {
		uint32_t first = lone == 1 ? 2 : 1;

		setup(state);
		add_process(1, "a.exe", 9);
		for (uint32_t i = 1; i <= 3; i++)
			add_mutant(add_thread(i, 1, "UserRequest"),
				   i == lone ? i : 2 * first + 1 - i);
		find(NULL);
		ASSERT_ONE(wait_chain);
		assert_int_equal(THE(wait_chain)->count, 2);
		assert_int_equal(THE(wait_chain)->chain->hops, 2);
		assert_true(THE(wait_chain)->thread == THREAD_AT(first));
		if (lone == 1)
			teardown(state);
	}
}

static void test_deadlock_is_more_urgent_than_a_chain(void **state)
{
	(void)state;
	add_process(1, "a.exe", 9);
	add_process(2, "b.exe", 9);
	add_mutant(add_thread(1, 1, "UserRequest"), 2);
	add_mutant(add_thread(2, 2, "UserRequest"), 1);
	add_thread(3, 1, "UserRequest");
	for (uint32_t i = 0; i < 40; i++)
		add_mutant(add_thread(10 + i, 2, "UserRequest"), 3);
	find(NULL);
	assert_int_equal(count_of(PATTERN_wait_chain), 2);
	assert_int_equal(THE(wait_chain)->chain->cycle, CYCLE_THREAD);
	assert_int_equal(THE(wait_chain)->waiters, 2);
	assert_int_equal(THE(wait_chain)->urgency, URGENCY_DEADLOCK + 1);
	assert_true(nth_of(PATTERN_wait_chain, 1)->urgency < URGENCY_DEADLOCK);
}

/* It owns the mutant that it waits for: one hop is no chain of two. */
static void test_one_hop_is_no_wait_chain(void **state)
{
	(void)state;
	add_mutant(add_thread(1, 0, "UserRequest"), 1);
	find(NULL);
	assert_int_equal(incident.chains.chains.len, 1);
	ASSERT_NONE(wait_chain);
}

static unsigned suspects_with(const char *image, const char *reason, uint64_t client,
			      uint64_t server, bool request)
{
	struct thread *thread;
	unsigned suspects;

	setup(NULL);
	add_process(1, image, 9);
	add_thread(1, 1, reason)->wait_start = server;
	thread = add_thread(2, 0, "WrLpcReply");
	thread->wait_start = client;
	if (request) {
		thread->wait_kind = WAIT_KIND_ALPC;
		thread->message = 0xfffff8a000000100u;
		vec_push(&incident.records.messages,
			 ((struct message){ .address = thread->message,
					    .server_thread = THREAD_AT(1),
					    .flags = MESSAGE_SERVER_SHOWN }));
	} else {
		add_mutant(thread, 1);
	}
	find(NULL);
	suspects = THE(wait_chain)->suspects;
	teardown(NULL);
	return suspects;
}

static void test_suspects(void **state)
{
	unsigned bit = 0;

	(void)state;
	assert_int_equal(suspects_with("a.exe", "Executive", 100, 200, true), 0);
	assert_int_equal(suspects_with("a.exe", "Executive", 200, 100, true),
			 SUSPECT_BLOCKED_BEFORE);
	assert_int_equal(suspects_with("a.exe", "Executive", 101, 100, true), 0);
	assert_int_equal(suspects_with("a.exe", "WrQueue", 100, 200, true),
			 SUSPECT_LOST_REPLY | SUSPECT_INCONSISTENT_DUMP);
	assert_int_equal(suspects_with("a.exe", "WrLpcReceive", 100, 200, true),
			 SUSPECT_LOST_REPLY | SUSPECT_INCONSISTENT_DUMP);
	assert_int_equal(suspects_with("a.exe", "WrQueue", 100, 200, false), 0);
	assert_int_equal(suspects_with("CSRSS.EXE", "Executive", 100, 200, true),
			 SUSPECT_HARD_ERROR);
	assert_string_equal(suspect_text(SUSPECT_BLOCKED_BEFORE | SUSPECT_HARD_ERROR, &bit),
			    "blocked_before");
	assert_string_equal(suspect_text(SUSPECT_BLOCKED_BEFORE | SUSPECT_HARD_ERROR, &bit),
			    "hard_error");
	assert_null(suspect_text(SUSPECT_BLOCKED_BEFORE | SUSPECT_HARD_ERROR, &bit));
	setup(NULL); /* for the teardown */
}

/* ---- message-box ---- */

/* Whether a thread that pumps messages in a process of this session and parent is a potential box. */
static bool pumps_suspiciously(uint32_t build, int32_t session, uint32_t parent_pid)
{
	bool found;

	setup(NULL);
	incident.records.host.build = build;
	add_process(1, "services.exe", 9)->session = 0;
	add_process(2, "Forms.exe", 9)->session = session;
	incident.records.processes.at[1].parent_pid = parent_pid;
	add_pump(1, 2);
	find(NULL);
	found = count_of(PATTERN_message_box) == 1 &&
		THE(message_box)->confidence == CONFIDENCE_POTENTIAL;
	teardown(NULL);
	return found;
}

static void test_who_should_have_no_window(void **state)
{
	(void)state;
	assert_true(pumps_suspiciously(7601, 0, 999));
	assert_false(pumps_suspiciously(7601, 1, 999));
	assert_false(pumps_suspiciously(7601, 1, 4)); /* a service, but in a user's session */
	assert_false(pumps_suspiciously(2600, 0, 999)); /* session 0 is the user's on XP */
	assert_true(pumps_suspiciously(2600, 0, 4));
	assert_false(pumps_suspiciously(3790, 0, PID_NONE));
	assert_true(pumps_suspiciously(NUMBER_NONE, 0, 999));
	setup(NULL);
}

/* Without a build, LPC waits tell XP from Vista. */
static void test_lpc_tells_xp(void **state)
{
	struct thread *thread;

	(void)state;
	add_process(1, "Forms.exe", 9)->session = 0;
	add_pump(1, 1);
	thread = add_thread(2, 0, "WrLpcReply");
	thread->wait_kind = WAIT_KIND_LPC;
	thread->message = LPC_MESSAGE | 7;
	find(NULL);
	ASSERT_NONE(message_box);
	thread->wait_kind = WAIT_KIND_ALPC;
	thread->message = 0xfffff8a000000100u;
	find(NULL);
	ASSERT_ONE(message_box);
}

/* Nobody waits for the first, a chain ends in the second, and one in another thread of the third's process. */
static void test_boxes_in_which_chains_end(void **state)
{
	(void)state;
	for (uint32_t i = 1; i <= 3; i++)
		add_process(i, "Forms.exe", 9)->session = 0;
	for (uint32_t i = 1; i <= 3; i++)
		add_pump(i, i);
	add_thread(4, 3, "UserRequest");
	add_mutant(add_thread(5, 0, "UserRequest"), 2);
	add_mutant(add_thread(6, 0, "UserRequest"), 4);
	add_mutant(add_thread(7, 0, "UserRequest"), 4);
	find(NULL);
	assert_int_equal(count_of(PATTERN_message_box), 3);
	assert_int_equal(findings.list.at[0].pattern, PATTERN_message_box);
	assert_true(findings.list.at[0].thread == THREAD_AT(2));
	assert_int_equal(findings.list.at[0].waiters, 1);
	assert_int_equal(findings.list.at[0].urgency, URGENCY_POTENTIAL_ENDS_CHAIN);
	assert_true(findings.list.at[1].thread == THREAD_AT(3));
	assert_int_equal(findings.list.at[1].waiters, 2);
	assert_int_equal(nth_of(PATTERN_message_box, 2)->urgency, URGENCY_POTENTIAL_BOX);
	assert_int_equal(nth_of(PATTERN_message_box, 2)->waiters, 0);
}

/* ---- blocked-queue ---- */

static struct port *add_port(uint64_t address, uint32_t messages, uint32_t threads)
{
	vec_push(&incident.records.ports, ((struct port){ .address = address,
							  .owner_process = PROCESS_AT(1),
							  .main_queue = messages,
							  .large_queue = NUMBER_NONE,
							  .pending_queue = 5,
							  .registered_threads = threads }));
	return &incident.records.ports.at[incident.records.ports.len - 1];
}

static void serve(uint64_t port, uint32_t thread)
{
	vec_push(&incident.records.port_threads,
		 ((struct port_thread){ port, THREAD_AT(thread) }));
}

static void test_a_queue_that_nobody_empties(void **state)
{
	(void)state;
	add_process(1, "server.exe", 9);
	add_port(0x1000, 0, 1); /* empty: what is pending was picked up */
	add_port(0x2000, 3, 2); /* both threads are at something else */
	add_port(0x3000, 4, 2); /* one of them is not told */
	add_port(0x4000, 2, 1); /* its thread is about to pick up */
	add_port(0x5000, NUMBER_NONE, NUMBER_NONE)->large_queue = 7;
	add_thread(1, 1, "UserRequest");
	add_thread(2, 1, "Executive");
	add_thread(3, 1, "WrQueue");
	serve(0x2000, 1);
	serve(0x2000, 2);
	serve(0x3000, 1);
	serve(0x4000, 3);
	find(NULL);
	assert_int_equal(count_of(PATTERN_blocked_queue), 3);
	for (size_t i = 0; i < 3; i++) {
		const struct finding *finding = nth_of(PATTERN_blocked_queue, i);

		assert_int_equal(finding->port, (i == 2 ? 0x5000 : 0x2000 + i * 0x1000));
		assert_int_equal(finding->confidence,
				 i == 0 ? CONFIDENCE_DEFINITE : CONFIDENCE_POTENTIAL);
		assert_int_equal(finding->count, i == 2 ? 7 : 3 + i);
		assert_int_equal(finding->pid, 4);
		assert_true(finding->process == PROCESS_AT(1));
		assert_true(finding->image == incident.records.processes.at[0].image);
	}
}

static void add_message(uint32_t n, uint64_t port, const char *queue, uint64_t server,
			uint32_t waiter)
{
	vec_push(&incident.records.messages,
		 ((struct message){ .address = 0xfffff8a000000000u + n,
				    .waiting_thread = waiter ? THREAD_AT(waiter) : 0,
				    .server_thread = server,
				    .queue_port = port,
				    .owner_process = PROCESS_AT(1),
				    .queue_type = name(queue),
				    .id = n }));
}

static void test_messages_that_nobody_picks_up(void **state)
{
	(void)state;
	add_process(1, "server.exe", 9);
	add_port(0x2000, 2, 0);
	add_message(1, 0x1000, "ALPC_MSGQUEUE_MAIN", 0, 1);
	add_message(2, 0x1000, "ALPC_MSGQUEUE_LARGE", 0, 2);
	add_message(3, 0x1000, "ALPC_MSGQUEUE_MAIN", 0, 1);
	add_message(4, 0x2000, "ALPC_MSGQUEUE_MAIN", 0, 3); /* one of the two in its queue */
	add_message(5, 0x3000, "ALPC_MSGQUEUE_PENDING", 0, 4);
	add_message(6, 0x3000, "ALPC_MSGQUEUE_MAIN", THREAD_AT(9), 4);
	add_message(7, 0, "ALPC_MSGQUEUE_MAIN", 0, 0); /* of two ports nothing is known: */
	add_message(8, 0, "ALPC_MSGQUEUE_MAIN", 0, 0); /* nothing says that they are one */
	find(NULL);
	assert_int_equal(count_of(PATTERN_blocked_queue), 4);
	for (size_t i = 0; i < 4; i++) {
		const struct finding *finding = nth_of(PATTERN_blocked_queue, i);

		if (finding->port == 0x1000) {
			assert_int_equal(finding->count, 3);
			assert_int_equal(finding->waiters, 2);
		} else if (finding->port == 0x2000) {
			assert_int_equal(finding->count, 2);
			assert_int_equal(finding->waiters, 1);
			assert_int_equal(finding->threads, 0);
		} else {
			assert_int_equal(finding->port, 0);
			assert_int_equal(finding->count, 1);
		}
		assert_true(finding->message != 0);
		assert_non_null(finding->evidence);
	}
}

/* ---- order ---- */

static void test_order(void **state)
{
	(void)state;
	add_siblings((const uint32_t[]){ 1, 12, 12, 12, 12 }, 5);
	add_zombie(6, "WerFault.exe");
	add_zombie(7, "z.exe")->threads = 1;
	add_pump(1, 1)->pid = 4;
	incident.records.processes.at[0].session = 0;
	add_mutant(add_thread(2, 5, "UserRequest"), 3);
	add_thread(3, 4, "UserRequest");
	add_frame(add_thread(4, 2, "WrUserRequest"), "USER32!MessageBoxW");
	find(NULL);
	for (size_t i = 1; i < findings.list.len; i++)
		assert_true(findings.list.at[i - 1].urgency >= findings.list.at[i].urgency);
	assert_int_equal(findings.list.len, 7);
	assert_int_equal(findings.list.at[0].pattern, PATTERN_wait_chain);
	assert_int_equal(findings.list.at[1].pattern, PATTERN_message_box);
	assert_int_equal(findings.list.at[2].pattern, PATTERN_missing_threads);
	assert_int_equal(findings.list.at[6].pattern, PATTERN_zombie_process);
	vec_for_each(finding, &findings.list)
		assert_in_range(finding->urgency, 1, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_clients_of_one_server),
		TEST(test_shared_waiters_count_once),
		TEST(test_ring_of_one_hides_no_ring_of_two),
		TEST(test_deadlock_is_more_urgent_than_a_chain),
		TEST(test_one_hop_is_no_wait_chain),
		TEST(test_suspects),
		TEST(test_who_should_have_no_window),
		TEST(test_lpc_tells_xp),
		TEST(test_boxes_in_which_chains_end),
		TEST(test_a_queue_that_nobody_empties),
		TEST(test_messages_that_nobody_picks_up),
		TEST(test_order),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
