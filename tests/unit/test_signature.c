/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures: which chains are one, at each grouping. Random chain lists are signed and compared pair by pair with what the rules
 * (signature_rules.def) say in so many words: a text of every chain, made by the plainest of loops.
 */
#include "tests/unit/signature_fixture.h"

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

static void compare_pairs(struct chain_list *list)
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
		assert_true(chain_signature(&random.list.chains.at[i]) ==
			    sign(&again, i).of[GROUPING_KIND]);
		assert_true(chain_signature(&again.chains.at[i]) ==
			    chain_signature(&random.list.chains.at[i]));
	}
	vec_free(&bytes);
	chain_list_free(&again);
	chain_list_free(&random.list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_rules_and_nesting),
		cmocka_unit_test(test_sharing_and_order_are_of_no_matter),
		cmocka_unit_test(test_a_list_is_signed_when_it_is_read),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
