/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures rule by rule, on chains made by hand, and the labels that people see of them. */
#include "tests/unit/signature_fixture.h"

/* ---- chain lists made by hand ---- */

/* One hop; .image NULL behind the last. */
struct made_hop {
	const char *image;
	uint8_t via; /* enum edge_kind */
	const char *frame;
};

#define MADE_HOPS 8

struct made_chain {
	struct made_hop hops[MADE_HOPS + 1];
	uint32_t ring;    /* 1 + cycle_start, 0 for no ring */
	uint8_t cycle;    /* enum cycle_kind, where it is no ring */
	uint8_t endpoint; /* enum endpoint_kind, where it is no ring */
	const char *reason, *frame;
};

static void add_made(struct chain_list *list, const struct made_chain *made)
{
	struct chain chain = { .cycle_start = made->ring ? made->ring - 1 : NUMBER_NONE,
			       .cycle = made->ring ? CYCLE_THREAD : made->cycle };
	uint32_t next = NUMBER_NONE;
	size_t count = 0;

	while (made->hops[count].image)
		count++;
	for (size_t i = count; i-- > 0; next = (uint32_t)list->hops.len - 1)
		vec_push(&list->hops,
			 ((struct hop){ .pid = PID_NONE,
					.tid = PID_NONE,
					.wait_ms = MS_NONE,
					.next = next,
					.image = name(list, made->hops[i].image),
					.frame = name(list, made->hops[i].frame),
					.via = made->hops[i].via }));
	chain.first_hop = next;
	chain.hops = (uint32_t)count;
	chain.endpoint = add_endpoint(list, made->ring ? ENDPOINT_CYCLE : made->endpoint,
				      made->reason, made->frame);
	vec_push(&list->chains, chain);
}

static struct signatures sign_made(const struct made_chain *made)
{
	struct chain_list list = { .chains_found = 0 };
	struct signatures signatures;

	add_made(&list, made);
	signatures = sign(&list, 0);
	chain_list_free(&list);
	return signatures;
}

/* At the first `alike` groupings the two are one, at the others they are not. */
static void expect_alike(const struct made_chain *a, const struct made_chain *b, int alike)
{
	struct signatures x = sign_made(a), y = sign_made(b);

	for (int i = 0; i < GROUPINGS; i++)
		assert_int_equal(x.of[i] == y.of[i], i < alike);
}

#define NONE_ALIKE 0
#define ROOT_ALIKE 1
#define PATH_ALIKE 2
#define KIND_ALIKE 3
#define ALL_ALIKE 4

#define HOP(image, via)          \
	{                        \
		image, via, NULL \
	}
#define LAST(image)                    \
	{                              \
		image, EDGE_NONE, NULL \
	}
#define A HOP("a.exe", EDGE_ALPC)
#define B HOP("b.exe", EDGE_ALPC)

/* ---- rule by rule ---- */

static void test_runs_count_once(void **state)
{
	const struct made_chain plain = { .hops = { A, B, LAST("c.exe") } };
	const struct made_chain run = { .hops = { A, A, A, B, B, LAST("c.exe") } };
	const struct made_chain kinds = { .hops = { A, HOP("a.exe", EDGE_LPC), B,
						    LAST("c.exe") } };
	const struct made_chain again = { .hops = { A, B, A, B, LAST("c.exe") } };
	const struct made_chain last = { .hops = { A, B, HOP("c.exe", EDGE_ALPC),
						   LAST("c.exe") } };

	(void)state;
	expect_alike(&plain, &run, ALL_ALIKE);
	/* Of one image, but not waiting alike. */
	expect_alike(&plain, &kinds, PATH_ALIKE);
	expect_alike(&plain, &last, PATH_ALIKE);
	expect_alike(&plain, &again, ROOT_ALIKE);
}

static void test_rings(void **state)
{
	const struct made_chain ring = { .hops = { A, B, HOP("c.exe", EDGE_MUTANT) },
					 .ring = 1 };
	const struct made_chain turned = { .hops = { B, HOP("c.exe", EDGE_MUTANT), A },
					   .ring = 1 };
	const struct made_chain reversed = { .hops = { HOP("c.exe", EDGE_MUTANT), B, A },
					     .ring = 1 };
	const struct made_chain cut_in_run = {
		.hops = { A, B, B, HOP("c.exe", EDGE_MUTANT), A, A }, .ring = 1
	};
	const struct made_chain all_one = { .hops = { A, A, A }, .ring = 1 };
	const struct made_chain alone = { .hops = { A }, .ring = 1 };
	const struct made_chain open = { .hops = { A, B, LAST("c.exe") } };

	(void)state;
	expect_alike(&ring, &turned, ALL_ALIKE);
	expect_alike(&ring, &cut_in_run, ALL_ALIKE);
	expect_alike(&all_one, &alone, ALL_ALIKE);
	/* All these have a.exe for their least image. */
	expect_alike(&ring, &reversed, ROOT_ALIKE);
	expect_alike(&ring, &alone, ROOT_ALIKE);
	expect_alike(&ring, &open, NONE_ALIKE);
}

static void test_rings_with_others_in_front(void **state)
{
	const struct made_chain ring = { .hops = { A, B }, .ring = 1 };
	const struct made_chain tail = { .hops = { HOP("x.exe", EDGE_ALPC), A, B },
					 .ring = 2 };
	const struct made_chain elsewhere = { .hops = { HOP("x.exe", EDGE_ALPC), B, A },
					      .ring = 2 };
	const struct made_chain longer = { .hops = { HOP("x.exe", EDGE_ALPC),
						     HOP("X.EXE", EDGE_ALPC), A, A, B },
					   .ring = 3 };
	/* Where the tail ends and the ring begins is part of it. */
	const struct made_chain all = { .hops = { HOP("x.exe", EDGE_ALPC), A, B }, .ring = 1 };

	(void)state;
	expect_alike(&tail, &longer, ALL_ALIKE);
	expect_alike(&tail, &elsewhere, ROOT_ALIKE);
	expect_alike(&tail, &ring, ROOT_ALIKE);
	expect_alike(&tail, &all, ROOT_ALIKE);
}

static void test_names(void **state)
{
	const struct made_chain full = {
		.hops = { HOP("BackgroundTransferHost.exe", EDGE_ALPC), LAST("b.exe") }
	};
	const struct made_chain cut = { .hops = { HOP("BACKGROUNDTRANS", EDGE_ALPC),
						  LAST("B.exe") } };
	const struct made_chain shorter = { .hops = { HOP("BackgroundTran", EDGE_ALPC),
						      LAST("b.exe") } };
	const struct made_chain unknown = { .hops = { HOP("", EDGE_ALPC), LAST("b.exe") } };

	(void)state;
	expect_alike(&full, &cut, ALL_ALIKE);
	expect_alike(&full, &shorter, ROOT_ALIKE);
	expect_alike(&full, &unknown, ROOT_ALIKE);
	expect_alike(&unknown, &unknown, ALL_ALIKE);
}

static void test_what_a_chain_ends_in(void **state)
{
	struct made_chain wait = { .hops = { A, LAST("b.exe") }, .reason = "UserRequest" };
	struct made_chain other = wait;

	(void)state;
	other.reason = "WrQueue";
	expect_alike(&wait, &other, PATH_ALIKE);
	other = wait;
	other.cycle = CYCLE_PROCESS;
	expect_alike(&wait, &other, ROOT_ALIKE);
	other = wait;
	other.endpoint = ENDPOINT_MESSAGE_BOX;
	expect_alike(&wait, &other, NONE_ALIKE);
	/* The reason counts of waits alone. */
	wait = other;
	wait.reason = NULL;
	expect_alike(&wait, &other, ALL_ALIKE);
}

static void test_frames(void **state)
{
	struct made_chain one_frame = { .hops = { { "a.exe", EDGE_ALPC, "m!Wait+0x12" },
						  LAST("b.exe") },
					.frame = "n!Sleep" };
	struct made_chain other = { .hops = { { "a.exe", EDGE_ALPC, "m!Wait" }, LAST("b.exe") },
				    .frame = "n!Sleep+0x7f" };

	(void)state;
	expect_alike(&one_frame, &other, ALL_ALIKE);
	other.frame = "n!Sleep2";
	expect_alike(&one_frame, &other, KIND_ALIKE);
	other = one_frame;
	other.hops[0].frame = NULL;
	expect_alike(&one_frame, &other, KIND_ALIKE);
	other.hops[0].frame = "m!Other";
	expect_alike(&one_frame, &other, KIND_ALIKE);
}

static void expect_root(const struct made_chain *made, uint32_t number)
{
	struct chain_list list = { .chains_found = 0 };
	const struct hop *root;
	uint32_t at = 0;

	add_made(&list, made);
	root = chain_root(&list, list.chains.at);
	chain_for_each_hop(hop, &list, list.chains.at)
		assert_int_equal(hop == root, at++ == number);
	chain_list_free(&list);
}

static void test_roots(void **state)
{
	const struct made_chain open = { .hops = { A, HOP("0.exe", EDGE_LPC), LAST("b.exe") } };
	const struct made_chain ring = {
		.hops = { B, HOP("C.exe", EDGE_ALPC), HOP("A.exe", EDGE_ALPC) }, .ring = 1
	};
	/* The least of the ring, not of those in front of it. */
	const struct made_chain tail = { .hops = { HOP("0.exe", EDGE_ALPC),
						   HOP("c.exe", EDGE_ALPC), B,
						   HOP("b.exe", EDGE_LPC) },
					 .ring = 2 };

	(void)state;
	expect_root(&open, 2);
	expect_root(&ring, 2);
	expect_root(&tail, 2);
}

/* ---- labels ---- */

static void expect_labels(const struct made_chain *made, const char *const labels[GROUPINGS])
{
	struct chain_list list = { .chains_found = 0 };
	byte_vec out = { 0 };

	add_made(&list, made);
	for (int i = 0; i < GROUPINGS; i++) {
		struct slice label =
			chain_label(&list, list.chains.at, (enum grouping)i, &out);

		if (!slice_equal(label, slice_from(labels[i])))
			fail_msg("%s: '%.*s', not '%s'", grouping_text((enum grouping)i),
				 SLICE_ARG(label), labels[i]);
	}
	vec_free(&out);
	chain_list_free(&list);
}

static void test_labels(void **state)
{
	const struct made_chain open = {
		.hops = { { "A.exe", EDGE_ALPC, "m!Wait+0x12" },
			  HOP("", EDGE_MUTANT),
			  { "BackgroundTransferHost.exe", EDGE_NONE, "n!Sleep" } },
		.cycle = CYCLE_PROCESS,
		.reason = "UserRequest",
		.frame = "n!Sleep",
	};
	const struct made_chain absent = { .hops = { A, LAST("b.exe") },
					   .endpoint = ENDPOINT_SERVER_THREAD_ABSENT };
	const struct made_chain ring = { .hops = { A }, .ring = 1 };
	const struct made_chain tail = {
		.hops = { HOP("x.exe", EDGE_ALPC), B, HOP("a.exe", EDGE_LPC) }, .ring = 2
	};

	(void)state;
	expect_labels(&open,
		      (const char *const[]){
			      "backgroundtransferhost.exe [wait]",
			      "a.exe > ? > backgroundtransferhost.exe [wait, semicircular]",
			      "a.exe -alpc-> ? -mutant-> backgroundtransferhost.exe "
			      "[wait UserRequest, semicircular]",
			      "a.exe(m!Wait+0x12) -alpc-> ? -mutant-> "
			      "backgroundtransferhost.exe(n!Sleep) "
			      "[wait UserRequest, semicircular]",
		      });
	expect_labels(&absent,
		      (const char *const[]){ "b.exe [server_thread_absent]",
					     "a.exe > b.exe [server_thread_absent]",
					     "a.exe -alpc-> b.exe [server_thread_absent]",
					     "a.exe -alpc-> b.exe [server_thread_absent]" });
	expect_labels(&ring, (const char *const[]){ "a.exe [cycle]", "a.exe > a.exe [cycle]",
						    "a.exe -alpc-> a.exe [cycle]",
						    "a.exe -alpc-> a.exe [cycle]" });
	expect_labels(&tail,
		      (const char *const[]){
			      "a.exe [cycle]",
			      "x.exe > b.exe > a.exe > b.exe (hop 2) [cycle]",
			      "x.exe -alpc-> b.exe -alpc-> a.exe -lpc-> b.exe (hop 2) [cycle]",
			      "x.exe -alpc-> b.exe -alpc-> a.exe -lpc-> b.exe (hop 2) [cycle]",
		      });
}

/* All turns of a ring have one label, as they have one signature. */
static void test_labels_of_a_ring_do_not_turn(void **state)
{
	const struct made_hop hops[] = { A, B, HOP("a.exe", EDGE_LPC), A,
					 HOP("c.exe", EDGE_ALPC) };
	struct chain_list lists[COUNT(hops)] = { 0 };
	byte_vec first = { 0 }, other = { 0 };

	(void)state;
	for (size_t turn = 0; turn < COUNT(hops); turn++) {
		struct made_chain made = { .ring = 1 };

		for (size_t i = 0; i < COUNT(hops); i++)
			made.hops[i] = hops[(turn + i) % COUNT(hops)];
		add_made(&lists[turn], &made);
		for (int g = 0; g < GROUPINGS; g++)
			assert_true(slice_equal(chain_label(&lists[0], lists[0].chains.at,
							    (enum grouping)g, &first),
						chain_label(&lists[turn],
							    lists[turn].chains.at,
							    (enum grouping)g, &other)));
	}
	for (size_t turn = 0; turn < COUNT(hops); turn++)
		chain_list_free(&lists[turn]);
	vec_free(&first);
	vec_free(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs_count_once),
		cmocka_unit_test(test_rings),
		cmocka_unit_test(test_rings_with_others_in_front),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_what_a_chain_ends_in),
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_roots),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_labels_of_a_ring_do_not_turn),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
