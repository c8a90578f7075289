/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures: which chains are one, at each grouping. Random chain lists are signed and compared pair by pair with what the rules
 * (signature_rules.def) say in so many words: a text of every chain, made by the plainest of loops. Then single rules, and labels.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "stages/signature.h"

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

static name_id name(struct chain_list *list, const char *text)
{
	return names_add(&list->names, slice_from(text));
}

static uint32_t add_endpoint(struct chain_list *list, uint8_t kind, const char *reason,
			     const char *frame)
{
	vec_push(&list->endpoints, ((struct endpoint){ .kind = kind,
						       .wait_reason = name(list, reason),
						       .frame = name(list, frame) }));
	return (uint32_t)list->endpoints.len - 1;
}

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

static struct signatures sign(const struct chain_list *list, size_t chain)
{
	struct signer *signer = signer_new(list);
	struct signatures signatures;

	signer_sign(signer, &list->chains.at[chain], &signatures);
	signer_free(signer);
	return signatures;
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

/* ---- random lists ---- */

static uint64_t seed = 0x2545f4914f6cdd1du;

static uint32_t draw(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

static const char *const images[] = {
	"a.exe",
	"A.Exe",
	"b.exe",
	"BackgroundTransferHost.exe",
	"backgroundtrans",
	"BACKGROUNDTRANSporter.exe",
	"",
	"?",
	"Fifteen letters.exe",
	"fifteen letters",
	"Fourteen chars ",
	"fourteen chars  and more",
	"umlaut-is-cu-\xc3\xa4",
	"Umlaut-is-cu-\xc3\xa4.exe",
	"cut-in-umlaut-\xc3\xa4",
	"cut-in-umlaut-\xc3\xbc.exe",
};
static const char *const frames[] = { "",           "m!Wait",      "m!Wait+0x1f",
				      "m!Wait+0x2", "m!operator+", "m!Enter+0x12" };
static const char *const reasons[] = { "", "UserRequest", "WrUserRequest" };
static const uint8_t vias[] = { EDGE_ALPC, EDGE_LPC, EDGE_MUTANT };

#define COUNT(array) (uint32_t)(sizeof(array) / sizeof((array)[0]))

struct random_list {
	struct chain_list list;
	bool closes[256]; /* of each hop */
	uint32_t lengths[256];
};

/* Of few images, so that chains come out alike; `some` of them. */
static void add_random_hop(struct random_list *random, uint32_t some)
{
	struct chain_list *list = &random->list;
	uint32_t at = (uint32_t)list->hops.len;
	bool last = at == 0 || draw(4) == 0;
	uint32_t next = last ? NUMBER_NONE : draw(3) ? at - 1 : draw(at);

	random->closes[at] = last ? draw(3) == 0 : random->closes[next];
	random->lengths[at] = last ? 1 : 1 + random->lengths[next];
	vec_push(&list->hops,
		 ((struct hop){ .process = draw(1000),
				.thread = draw(1000),
				.pid = draw(1000),
				.tid = PID_NONE,
				.wait_ms = draw(100),
				.next = next,
				.waiters = draw(3),
				.image = name(list, images[draw(some)]),
				.frame = name(list, frames[draw(2) ? 0 : draw(COUNT(frames))]),
				.via = last && !random->closes[at]
					       ? EDGE_NONE
					       : vias[draw(3) ? 0 : draw(COUNT(vias))],
				.timing = 0 }));
}

static void add_random_chain(struct random_list *random)
{
	struct chain_list *list = &random->list;
	struct chain chain = { .first_hop = draw((uint32_t)list->hops.len) };
	bool ring = random->closes[chain.first_hop];
	uint8_t kind = ring      ? ENDPOINT_CYCLE
		       : draw(3) ? ENDPOINT_WAIT
				 : ENDPOINT_SERVER_THREAD_ABSENT;

	chain.hops = random->lengths[chain.first_hop];
	chain.cycle_start = !ring ? NUMBER_NONE : draw(2) ? 0 : draw(chain.hops);
	chain.cycle = ring ? CYCLE_THREAD : draw(4) ? CYCLE_NONE : CYCLE_PROCESS;
	chain.endpoint = add_endpoint(list, kind, ring ? "" : reasons[draw(COUNT(reasons))],
				      ring ? "" : frames[draw(2) ? 0 : draw(COUNT(frames))]);
	vec_push(&list->chains, chain);
}

static void make_random(struct random_list *random)
{
	uint32_t some = draw(2) ? 3 : COUNT(images);

	random->list = (struct chain_list){ .address_digits = 16 };
	for (int i = 0; i < 60; i++)
		add_random_hop(random, some);
	for (int i = 0; i < 120; i++)
		add_random_chain(random);
	random->list.chains_found = random->list.chains.len;
}

/* ---- the rules in so many words ---- */

#define WORDS 64

struct words {
	char of[WORDS][120];
	size_t count;
};

static void say_image(char *out, size_t size, struct slice image)
{
	size_t len;

	image = image.len ? image_cut(image) : SLICE("?");
	snprintf(out, size, "<%.*s>", SLICE_ARG(image));
	len = strlen(out);
	for (size_t i = 0; i < len; i++)
		if (out[i] >= 'A' && out[i] <= 'Z')
			out[i] = (char)(out[i] - 'A' + 'a');
}

static struct slice without_offset(struct slice frame)
{
	ptrdiff_t at = slice_find(frame, SLICE("+0x"));

	return at > 0 ? slice_first(frame, (size_t)at) : frame;
}

static void say_hop(char *out, size_t size, const struct chain_list *list,
		    const struct hop *hop, enum grouping grouping)
{
	char image[40];
	struct slice frame = without_offset(names_text(&list->names, hop->frame));

	say_image(image, sizeof(image), names_text(&list->names, hop->image));
	if (grouping < GROUPING_KIND)
		snprintf(out, size, "%s", image);
	else if (grouping == GROUPING_KIND)
		snprintf(out, size, "%s %d", image, hop->via);
	else
		snprintf(out, size, "%s %d %.*s", image, hop->via, SLICE_ARG(frame));
}

/* Equal ones in a row count once. */
static void say(struct words *words, const char *word)
{
	if (words->count && strcmp(words->of[words->count - 1], word) == 0)
		return;
	assert_true(words->count < WORDS);
	snprintf(words->of[words->count++], sizeof(words->of[0]), "%s", word);
}

static void join(const struct words *words, size_t first, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < words->count; i++)
		len += (size_t)snprintf(out + len, size - len, "%s;",
					words->of[(first + i) % words->count]);
	assert_true(len < size);
}

#define SAID 8000

/* From every word it can begin with; the least text is taken. */
static void join_ring(struct words *words, char *out, size_t size)
{
	static char other[SAID];

	while (words->count > 1 && strcmp(words->of[0], words->of[words->count - 1]) == 0)
		words->count--;
	join(words, 0, out, size);
	for (size_t i = 1; i < words->count; i++) {
		join(words, i, other, sizeof(other));
		if (strcmp(other, out) < 0)
			snprintf(out, size, "%s", other);
	}
}

static void say_root(const struct chain_list *list, const struct chain *chain, char *out,
		     size_t size)
{
	char image[40];
	uint32_t at = 0;

	out[0] = '\0';
	chain_for_each_hop(hop, list, chain)
	{
		say_image(image, sizeof(image), names_text(&list->names, hop->image));
		if (chain->cycle != CYCLE_THREAD || at == chain->cycle_start ||
		    (at > chain->cycle_start && strcmp(image, out) < 0))
			snprintf(out, size, "%s", image);
		at++;
	}
}

static void say_path(const struct chain_list *list, const struct chain *chain,
		     enum grouping grouping, char *out, size_t size)
{
	static struct words front, ring;
	char word[120];
	uint32_t at = 0;
	size_t len;

	front.count = ring.count = 0;
	chain_for_each_hop(hop, list, chain)
	{
		say_hop(word, sizeof(word), list, hop, grouping);
		say(at++ < chain->cycle_start ? &front : &ring, word);
	}
	join(&front, 0, out, size);
	if (chain->cycle != CYCLE_THREAD)
		return;
	len = strlen(out);
	len += (size_t)snprintf(out + len, size - len, "RING ");
	if (chain->cycle_start)
		join(&ring, 0, out + len, size - len);
	else
		join_ring(&ring, out + len, size - len);
}

static void say_chain(const struct chain_list *list, const struct chain *chain,
		      enum grouping grouping, char *out, size_t size)
{
	const struct endpoint *endpoint = chain_endpoint(list, chain);
	struct slice reason = names_text(&list->names, endpoint->wait_reason);
	struct slice frame = without_offset(names_text(&list->names, endpoint->frame));
	size_t len;

	if (grouping == GROUPING_ROOT)
		say_root(list, chain, out, size);
	else
		say_path(list, chain, grouping, out, size);
	len = strlen(out);
	len += (size_t)snprintf(out + len, size - len, " [%d", endpoint->kind);
	if (grouping >= GROUPING_PATH)
		len += (size_t)snprintf(out + len, size - len, " cycle %d", chain->cycle);
	if (grouping >= GROUPING_KIND && endpoint->kind == ENDPOINT_WAIT)
		len += (size_t)snprintf(out + len, size - len, " %.*s", SLICE_ARG(reason));
	if (grouping >= GROUPING_FRAME)
		len += (size_t)snprintf(out + len, size - len, " at %.*s", SLICE_ARG(frame));
	assert_true(len < size);
}

/* ---- properties ---- */

/* How often two chains were one at a grouping and how often not, so that neither goes untested. */
static size_t one[GROUPINGS], two[GROUPINGS], parted[GROUPINGS];

static void compare_pairs(const struct chain_list *list)
{
	static char said[120][GROUPINGS][SAID];
	struct signatures signatures[120];

	for (size_t i = 0; i < list->chains.len; i++) {
		signatures[i] = sign(list, i);
		for (int g = 0; g < GROUPINGS; g++)
			say_chain(list, &list->chains.at[i], (enum grouping)g, said[i][g],
				  SAID);
	}
	for (size_t i = 0; i < list->chains.len; i++)
		for (size_t k = 0; k < i; k++)
			for (int g = 0; g < GROUPINGS; g++) {
				bool same = signatures[i].of[g] == signatures[k].of[g];

				if (same != (strcmp(said[i][g], said[k][g]) == 0))
					fail_msg("%s: %s and %s",
						 grouping_text((enum grouping)g),
						 said[i][g], said[k][g]);
				*(same ? &one[g] : &two[g]) += 1;
				if (g == 0)
					continue;
				if (same)
					assert_true(signatures[i].of[g - 1] ==
						    signatures[k].of[g - 1]);
				else
					parted[g] += signatures[i].of[g - 1] ==
						     signatures[k].of[g - 1];
			}
}

/* Equal where the rules say so, and what is one at a finer grouping is one at all coarser ones. */
static void test_the_rules_and_nesting(void **state)
{
	static struct random_list random;

	(void)state;
	for (int round = 0; round < 30; round++) {
		make_random(&random);
		compare_pairs(&random.list);
		chain_list_free(&random.list);
	}
	for (int g = 0; g < GROUPINGS; g++) {
		assert_true(one[g] > 100);
		assert_true(two[g] > 100);
		assert_true(g == 0 || parted[g] > 100);
	}
}

/* The chain alone in a list of its own, with other numbers of names and all its numbers otherwise. */
static void copy_alone(struct chain_list *alone, const struct chain_list *list,
		       const struct chain *chain)
{
	const struct endpoint *endpoint = chain_endpoint(list, chain);
	const struct hop *hops[256];
	struct chain copy = *chain;
	size_t count = 0;

	name(alone, "first.exe");
	name(alone, "second.exe");
	chain_for_each_hop(hop, list, chain) hops[count++] = hop;
	for (size_t i = count; i-- > 0;) {
		struct hop hop = *hops[i];

		hop.image = names_add(&alone->names, names_text(&list->names, hop.image));
		hop.frame = names_add(&alone->names, names_text(&list->names, hop.frame));
		hop.next = i + 1 == count ? NUMBER_NONE : (uint32_t)alone->hops.len - 1;
		hop.process ^= 77;
		hop.pid = hop.waiters = 5;
		hop.wait_ms = MS_NONE;
		vec_push(&alone->hops, hop);
	}
	vec_push(&alone->endpoints, *endpoint);
	alone->endpoints.at[0].wait_reason =
		names_add(&alone->names, names_text(&list->names, endpoint->wait_reason));
	alone->endpoints.at[0].frame =
		names_add(&alone->names, names_text(&list->names, endpoint->frame));
	copy.first_hop = (uint32_t)count - 1;
	copy.endpoint = 0;
	vec_push(&alone->chains, copy);
}

static void test_sharing_and_order_are_of_no_matter(void **state)
{
	static struct random_list random;
	byte_vec a = { 0 }, b = { 0 };

	(void)state;
	for (int round = 0; round < 20; round++) {
		struct chain_list *list = &random.list;

		make_random(&random);
		for (size_t i = 0; i < list->chains.len; i++) {
			struct chain_list alone = { .chains_found = 0 };
			struct signatures here = sign(list, i), there;

			copy_alone(&alone, list, &list->chains.at[i]);
			there = sign(&alone, 0);
			assert_memory_equal(&here, &there, sizeof(here));
			for (int g = 0; g < GROUPINGS; g++)
				assert_true(slice_equal(chain_label(list, &list->chains.at[i],
								    (enum grouping)g, &a),
							chain_label(&alone, alone.chains.at,
								    (enum grouping)g, &b)));
			chain_list_free(&alone);
		}
		chain_list_free(list);
	}
	vec_free(&a);
	vec_free(&b);
}

/* Signing all fills in the signature of GROUPING_KIND, and so does reading a list. */
static void test_a_list_is_signed_when_it_is_read(void **state)
{
	static struct random_list random;
	struct chain_list again = { .chains_found = 0 };
	byte_vec bytes = { 0 };

	(void)state;
	make_random(&random);
	chain_list_encode(&random.list, &bytes);
	assert_true(chain_list_decode(&again, bytes.at, bytes.len));
	chain_list_sign(&random.list);
	for (size_t i = 0; i < again.chains.len; i++) {
		assert_true(random.list.chains.at[i].signature ==
			    sign(&again, i).of[GROUPING_KIND]);
		assert_true(again.chains.at[i].signature == random.list.chains.at[i].signature);
	}
	vec_free(&bytes);
	chain_list_free(&again);
	chain_list_free(&random.list);
}

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
		cmocka_unit_test(test_the_rules_and_nesting),
		cmocka_unit_test(test_sharing_and_order_are_of_no_matter),
		cmocka_unit_test(test_a_list_is_signed_when_it_is_read),
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
