/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of signatures: summed up in any order and in any brackets they come to the same, byte for byte; and the bytes come back as they
 * were, whole or not at all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "index/signature_row.h"

static uint64_t seed = 4711;

static uint32_t draw(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

static struct slice as_slice(const byte_vec *bytes)
{
	return (struct slice){ (const char *)bytes->at, bytes->len };
}

/* ---- rows made by hand ---- */

#define LABELS 4
static const char *const labels[LABELS] = { "", "a.exe [wait]", "a.exe > b.exe", "z" };

static byte_vec hops[3]; /* what a row may have for hops */

#define SPELLED 12
static byte_vec spelled[SPELLED]; /* and for spellings: more than are kept */

static void put_hop(byte_vec *out, const char *image, uint8_t via)
{
	bytes_put_text(out, slice_from(image));
	bytes_put_u8(out, via);
}

static int make_hops(void **state)
{
	(void)state;
	bytes_put_varint(&hops[0], 1);
	put_hop(&hops[0], "a.exe", EDGE_NONE);
	bytes_put_varint(&hops[1], 2);
	put_hop(&hops[1], "A.exe", EDGE_ALPC);
	put_hop(&hops[1], "", EDGE_NONE);
	bytes_put_varint(&hops[2], 3);
	put_hop(&hops[2], "BackgroundTransferHost.exe", EDGE_LPC);
	put_hop(&hops[2], "b.exe", EDGE_MUTANT);
	put_hop(&hops[2], "c.exe", EDGE_PROCESS);
	for (size_t i = 0; i < SPELLED; i++) {
		const char image[] = { (char)('a' + i), '.', 'e', 'x', 'e', 0 };

		bytes_put_varint(&spelled[i], 1);
		put_hop(&spelled[i], image, EDGE_NONE);
	}
	return 0;
}

static int free_hops(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++)
		vec_free(&hops[i]);
	for (size_t i = 0; i < SPELLED; i++)
		vec_free(&spelled[i]);
	return 0;
}

/* Of one signature: what all its chains have in common is the same, and all else is drawn of few values, so that there are ties. */
static struct signature_row random_row(bool ring)
{
	bool timed = draw(4) > 0;
	struct signature_row row = {
		.incidents = 1 + draw(3),
		.chains = 1 + draw(9),
		.first_seen = timed ? (int64_t)draw(4) - 2 : MOMENT_NONE,
		.longest_wait_ms = draw(3) ? (int64_t)draw(4) : MS_NONE,
		.root = 0x1111,
		.path = UINT64_MAX,
		.label = slice_from(labels[draw(LABELS)]),
		.hops = as_slice(&hops[ring ? 2 : draw(2)]),
		.cycle_start = ring ? draw(3) : NUMBER_NONE,
		.cycle = ring ? CYCLE_THREAD : CYCLE_NONE,
		.endpoint = ring ? ENDPOINT_CYCLE : ENDPOINT_WAIT,
	};

	for (uint32_t i = draw(4) + 1; i > 0; i--)
		spellings_add(&row.spellings, as_slice(&spelled[draw(SPELLED)]));
	row.last_seen = timed ? row.first_seen + draw(3) : MOMENT_NONE;
	row.first_zone_known = timed && draw(2);
	row.last_zone_known = timed && draw(2);
	if (row.first_seen == row.last_seen)
		row.last_zone_known = row.first_zone_known;
	return row;
}

#define ROWS 6

/* The least of what was seen, in order. */
static void expect_spellings(const struct spellings *spellings, const bool *seen)
{
	uint8_t count = 0;

	for (size_t i = 0; i < SPELLED; i++) {
		if (!seen[i])
			continue;
		if (count == SPELLINGS_MAX) {
			assert_true(spellings->more);
			return;
		}
		assert_true(slice_equal(spellings->at[count++], as_slice(&spelled[i])));
	}
	assert_int_equal(spellings->count, count);
	assert_false(spellings->more);
}

static void encode(const struct signature_row *row, byte_vec *out)
{
	out->len = 0;
	signature_row_encode(row, out);
}

static struct signature_row sum_in_turn(const struct signature_row *rows, const uint32_t *order)
{
	struct signature_row sum = rows[order[0]];

	for (size_t i = 1; i < ROWS; i++)
		signature_row_add(&sum, &rows[order[i]]);
	return sum;
}

/* Two neighbours at a time are put together, until one is left. */
static struct signature_row sum_in_brackets(const struct signature_row *rows)
{
	struct signature_row left[ROWS];
	size_t count = ROWS;

	memcpy(left, rows, sizeof(left));
	while (count > 1) {
		size_t at = draw((uint32_t)count - 1);

		signature_row_add(&left[at], &left[at + 1]);
		memmove(&left[at + 1], &left[at + 2], (count - at - 2) * sizeof(left[0]));
		count--;
	}
	return left[0];
}

static void test_sums_in_any_order_and_brackets(void **state)
{
	byte_vec expected = { 0 }, found = { 0 };

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct signature_row rows[ROWS], sum;
		uint32_t order[ROWS];

		for (uint32_t i = 0; i < ROWS; i++) {
			rows[i] = random_row(round % 2);
			order[i] = i;
		}
		sum = sum_in_turn(rows, order);
		encode(&sum, &expected);
		for (uint32_t i = ROWS; i > 1; i--) {
			uint32_t k = draw(i), kept = order[k];

			order[k] = order[i - 1];
			order[i - 1] = kept;
		}
		sum = sum_in_turn(rows, order);
		encode(&sum, &found);
		assert_true(slice_equal(as_slice(&expected), as_slice(&found)));
		sum = sum_in_brackets(rows);
		encode(&sum, &found);
		assert_true(slice_equal(as_slice(&expected), as_slice(&found)));
	}
	vec_free(&expected);
	vec_free(&found);
}

/* Field by field against plain loops. */
static void test_what_a_sum_is(void **state)
{
	(void)state;
	for (int round = 0; round < 5000; round++) {
		struct signature_row rows[ROWS], sum;
		uint64_t incidents = 0, chains = 0;
		bool seen[SPELLED] = { false };
		int64_t first = INT64_MAX, last = MOMENT_NONE, wait = MS_NONE;
		bool first_zone = false, last_zone = false;
		struct slice label = SLICE("");

		for (uint32_t i = 0; i < ROWS; i++) {
			rows[i] = random_row(false);
			incidents += rows[i].incidents;
			chains += rows[i].chains;
			for (size_t k = 0; k < SPELLED; k++)
				seen[k] |= spellings_hold(&rows[i].spellings,
							  as_slice(&spelled[k]));
			wait = rows[i].longest_wait_ms > wait ? rows[i].longest_wait_ms : wait;
			if (slice_compare(rows[i].label, label) > 0)
				label = rows[i].label;
			if (rows[i].first_seen != MOMENT_NONE && rows[i].first_seen < first)
				first = rows[i].first_seen;
			if (rows[i].last_seen > last)
				last = rows[i].last_seen;
		}
		for (uint32_t i = 0; i < ROWS; i++) {
			first_zone |= rows[i].first_seen == first && rows[i].first_zone_known;
			last_zone |= rows[i].last_seen == last && rows[i].last_zone_known;
		}
		sum = sum_in_turn(rows, (const uint32_t[]){ 0, 1, 2, 3, 4, 5 });
		assert_true(sum.incidents == incidents && sum.chains == chains);
		expect_spellings(&sum.spellings, seen);
		assert_true(sum.longest_wait_ms == wait);
		assert_true(sum.first_seen == (first == INT64_MAX ? MOMENT_NONE : first));
		assert_true(sum.last_seen == last);
		assert_int_equal(sum.first_zone_known, first_zone);
		assert_int_equal(sum.last_zone_known, last_zone);
		assert_true(slice_equal(sum.label, label));
	}
}

/* ---- of chains ---- */

static name_id name(struct chain_list *list, const char *text)
{
	return names_add(&list->names, slice_from(text));
}

/* "first -alpc-> last", or a ring of the two. */
static void add_chain(struct chain_list *list, const char *first, const char *last,
		      int64_t wait, bool ring)
{
	struct chain chain = { .hops = 2,
			       .cycle_start = ring ? 0 : NUMBER_NONE,
			       .cycle = ring ? CYCLE_THREAD : CYCLE_NONE,
			       .endpoint = (uint32_t)list->endpoints.len };
	struct hop hop = { .pid = PID_NONE,
			   .tid = PID_NONE,
			   .wait_ms = MS_NONE,
			   .next = NUMBER_NONE,
			   .image = name(list, last),
			   .via = ring ? EDGE_ALPC : EDGE_NONE };

	vec_push(&list->hops, hop);
	hop.next = (uint32_t)list->hops.len - 1;
	hop.wait_ms = wait;
	hop.image = name(list, first);
	hop.via = EDGE_ALPC;
	vec_push(&list->hops, hop);
	chain.first_hop = (uint32_t)list->hops.len - 1;
	vec_push(&list->endpoints,
		 ((struct endpoint){ .kind = ring ? ENDPOINT_CYCLE : ENDPOINT_WAIT }));
	vec_push(&list->chains, chain);
}

/* Of the first chains, count of them, which are of one signature. */
static struct signature_row row_of(struct chain_list *list, const struct summary *summary,
				   uint32_t count, struct arena *arena)
{
	static const uint32_t picked[] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	struct chain_runs runs = { .list = list };
	struct signature_row row;

	chain_list_sign(list);
	chain_runs_begin(&runs, list, picked, count, GROUPING_KIND);
	assert_true(chain_runs_next(&runs));
	assert_int_equal(chain_run_count(&runs), count);
	row = signature_row_of(summary, &runs, arena);
	assert_true(row.root == list->chains.at[0].signatures.of[GROUPING_ROOT]);
	assert_true(row.path == list->chains.at[0].signatures.of[GROUPING_PATH]);
	assert_false(chain_runs_next(&runs));
	chain_runs_free(&runs);
	return row;
}

static void expect_hops(const struct signature_row *row, const char *first, const char *last)
{
	size_t count;
	struct bytes_reader reader = signature_hops(row->hops, &count);
	struct signature_hop hop;

	assert_int_equal(count, 2);
	hop = signature_next_hop(&reader);
	assert_true(slice_equal(hop.image, slice_from(first)));
	assert_int_equal(hop.via, EDGE_ALPC);
	hop = signature_next_hop(&reader);
	assert_true(slice_equal(hop.image, slice_from(last)));
	assert_false(reader.bad);
}

/* The full name wins over the cut one, and of spellings in other case the one that is greater. */
static void test_row_of_an_incident(void **state)
{
	const struct summary summary = { .session_time = 77, .session_zone_known = true };
	struct chain_list list = { .chains_found = 0 };
	struct arena arena = { 0 };
	struct signature_row row;

	(void)state;
	add_chain(&list, "a.exe", "BACKGROUNDTRANS", 5, false);
	add_chain(&list, "A.exe", "BackgroundTransferHost.exe", MS_NONE, false);
	add_chain(&list, "a.exe", "BackgroundTransferHost.exe", 9, false);
	row = row_of(&list, &summary, 1, &arena);
	assert_int_equal(row.spellings.count, 1);
	assert_true(row.longest_wait_ms == 5);
	expect_hops(&row, "a.exe", "BACKGROUNDTRANS");
	row = row_of(&list, &summary, 3, &arena);
	assert_true(row.incidents == 1 && row.chains == 3 && row.machines == 0);
	assert_true(row.first_seen == 77 && row.last_seen == 77);
	assert_true(row.first_zone_known && row.last_zone_known);
	assert_true(row.longest_wait_ms == 9);
	assert_int_equal(row.spellings.count, 2);
	assert_true(slice_equal(row.label,
				SLICE("a.exe -alpc-> backgroundtransferhost.exe [wait]")));
	expect_hops(&row, "a.exe", "BackgroundTransferHost.exe");
	chain_list_free(&list);
	arena_free(&arena);
}

/* Case alone is no other spelling: every question is without case. */
static void test_case_is_no_spelling(void **state)
{
	const struct summary summary = { .session_time = MOMENT_NONE,
					 .session_zone_known = true };
	struct chain_list list = { .chains_found = 0 };
	struct arena arena = { 0 };
	struct signature_row row;

	(void)state;
	add_chain(&list, "a.exe", "B.EXE", 5, true);
	add_chain(&list, "A.exe", "b.exe", 5, true);
	row = row_of(&list, &summary, 2, &arena);
	assert_int_equal(row.spellings.count, 1);
	assert_int_equal(row.cycle, CYCLE_THREAD);
	assert_int_equal(row.cycle_start, 0);
	assert_true(row.first_seen == MOMENT_NONE && !row.first_zone_known);
	chain_list_free(&list);
	arena_free(&arena);
}

static void test_machines(void **state)
{
	(void)state;
	assert_true(machine_hash(SLICE_NONE) == 0);
	assert_true(machine_hash(SLICE("PC1")) == machine_hash(SLICE("pc1")));
	assert_true(machine_hash(SLICE("PC1")) != machine_hash(SLICE("PC2")));
	assert_true(machine_hash(SLICE("PC1")) != machine_hash(SLICE("PC1 ")));
}

/* ---- bytes ---- */

/* A copy of exactly its size, so that a read past the end is seen. */
static bool try_bytes(const unsigned char *bytes, size_t len)
{
	unsigned char *copy = mem_alloc(len ? len : 1);
	struct signature_row row;
	bool taken;
	size_t count;

	memcpy(copy, bytes, len);
	taken = signature_row_decode(&row, (struct slice){ (const char *)copy, len });
	if (taken) {
		struct bytes_reader reader = signature_hops(row.hops, &count);

		assert_true(row.incidents > 0 && count > 0);
		assert_true(row.cycle <= CYCLE_THREAD && row.endpoint < ENDPOINT_KINDS);
		assert_true(row.cycle_start == NUMBER_NONE || row.cycle_start < count);
		for (size_t i = 0; i < count; i++)
			assert_true(signature_next_hop(&reader).via < EDGE_KINDS);
		assert_false(reader.bad);
	}
	free(copy);
	return taken;
}

static void test_bytes_come_back(void **state)
{
	byte_vec bytes = { 0 }, again = { 0 };

	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct signature_row row = random_row(round % 2), back;

		row.machines = draw(5);
		if (round == 0)
			row.first_seen = row.last_seen = INT64_MAX, row.chains = UINT64_MAX;
		encode(&row, &bytes);
		assert_true(signature_row_decode(&back, as_slice(&bytes)));
		assert_true(back.incidents == row.incidents && back.chains == row.chains);
		assert_true(back.machines == row.machines);
		assert_true(back.first_seen == row.first_seen &&
			    back.last_seen == row.last_seen);
		assert_int_equal(back.first_zone_known, row.first_zone_known);
		assert_int_equal(back.last_zone_known, row.last_zone_known);
		assert_true(back.longest_wait_ms == row.longest_wait_ms);
		assert_int_equal(back.spellings.count, row.spellings.count);
		assert_int_equal(back.spellings.more, row.spellings.more);
		for (uint8_t k = 0; k < row.spellings.count; k++)
			assert_true(slice_equal(back.spellings.at[k], row.spellings.at[k]));
		assert_true(back.root == row.root && back.path == row.path);
		assert_true(slice_equal(back.label, row.label));
		assert_true(slice_equal(back.hops, row.hops));
		assert_int_equal(back.cycle_start, row.cycle_start);
		assert_int_equal(back.cycle, row.cycle);
		assert_int_equal(back.endpoint, row.endpoint);
		encode(&back, &again);
		assert_true(slice_equal(as_slice(&bytes), as_slice(&again)));
	}
	vec_free(&bytes);
	vec_free(&again);
}

static void test_cut_and_flipped_anywhere(void **state)
{
	byte_vec bytes = { 0 };
	size_t taken = 0, refused = 0;

	(void)state;
	for (int round = 0; round < 40; round++) {
		struct signature_row row = random_row(round % 2);

		encode(&row, &bytes);
		for (size_t len = 0; len < bytes.len; len++)
			assert_false(try_bytes(bytes.at, len));
		assert_true(try_bytes(bytes.at, bytes.len));
		for (size_t bit = 0; bit < bytes.len * 8; bit++) {
			bytes.at[bit / 8] ^= (unsigned char)(1u << bit % 8);
			*(try_bytes(bytes.at, bytes.len) ? &taken : &refused) += 1;
			bytes.at[bit / 8] ^= (unsigned char)(1u << bit % 8);
		}
		bytes_put_u8(&bytes, 0);
		assert_false(try_bytes(bytes.at, bytes.len));
	}
	assert_true(taken > 1000 && refused > 1000);
	vec_free(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sums_in_any_order_and_brackets),
		cmocka_unit_test(test_what_a_sum_is),
		cmocka_unit_test(test_row_of_an_incident),
		cmocka_unit_test(test_case_is_no_spelling),
		cmocka_unit_test(test_machines),
		cmocka_unit_test(test_bytes_come_back),
		cmocka_unit_test(test_cut_and_flipped_anywhere),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_hops, free_hops);
}
