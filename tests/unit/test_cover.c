/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cover against all subsets of small random instances: it covers what can be covered, with the fewest sets that do, and within a
 * budget no less than its bound says; and it does the same whatever order the pairs come in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "stages/cover.h"

#define SETS 9
#define ELEMENTS 10
#define ROUNDS 3000

static uint64_t state_of_chance = 1;

static uint32_t any(uint32_t below)
{
	state_of_chance = state_of_chance * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(state_of_chance >> 33) % below;
}

struct instance {
	struct cover cover;
	uint32_t holds[SETS]; /* a bit an element */
};

static void make(struct instance *instance)
{
	uint32_t sets = 1 + any(SETS), elements = 1 + any(ELEMENTS), heaviest = 1 + any(30);

	*instance = (struct instance){ .cover.budget = COVER_NO_BUDGET };
	for (uint32_t i = 0; i < elements; i++)
		vec_push(&instance->cover.weights, 1 + any(heaviest));
	for (uint32_t set = 0; set < sets; set++) {
		vec_push(&instance->cover.costs, 1 + any(20));
		for (uint32_t i = 0; i < elements; i++)
			if (any(3) == 0) {
				instance->holds[set] |= 1u << i;
				vec_push(&instance->cover.pairs,
					 ((struct cover_pair){ set, i }));
			}
	}
}

static uint64_t weight_of(const struct instance *instance, uint32_t elements)
{
	uint64_t weight = 0;

	for (uint32_t i = 0; i < instance->cover.weights.len; i++)
		if (elements >> i & 1)
			weight += instance->cover.weights.at[i];
	return weight;
}

static uint32_t union_of(const struct instance *instance, uint32_t sets)
{
	uint32_t elements = 0;

	for (uint32_t set = 0; set < instance->cover.costs.len; set++)
		if (sets >> set & 1)
			elements |= instance->holds[set];
	return elements;
}

static uint64_t cost_of(const struct instance *instance, uint32_t sets)
{
	uint64_t cost = 0;

	for (uint32_t set = 0; set < instance->cover.costs.len; set++)
		if (sets >> set & 1)
			cost += instance->cover.costs.at[set];
	return cost;
}

static uint32_t chosen(const struct instance *instance)
{
	uint32_t sets = 0;

	vec_for_each(set, &instance->cover.chosen) {
		assert_false(sets >> *set & 1);
		sets |= 1u << *set;
	}
	return sets;
}

static void test_everything_is_covered_by_the_fewest_sets(void **state)
{
	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct instance instance;
		uint32_t all, fewest = SETS;

		make(&instance);
		all = union_of(&instance, UINT32_MAX);
		cover_solve(&instance.cover);
		assert_int_equal(union_of(&instance, chosen(&instance)), all);
		for (uint32_t sets = 0; sets < 1u << instance.cover.costs.len; sets++)
			if (union_of(&instance, sets) == all &&
			    (uint32_t)__builtin_popcount(sets) < fewest)
				fewest = (uint32_t)__builtin_popcount(sets);
		assert_int_equal(instance.cover.chosen.len, fewest);
		cover_free(&instance.cover);
	}
}

static void test_each_choice_adds_the_most_that_is_left(void **state)
{
	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct instance instance;
		uint64_t before = UINT64_MAX;
		uint32_t elements = 0, of;

		make(&instance);
		cover_solve(&instance.cover);
		of = chosen(&instance);
		vec_for_each(set, &instance.cover.chosen) {
			uint64_t gain =
				weight_of(&instance, instance.holds[*set] & ~elements);

			assert_true(gain > 0 && gain <= before);
			for (uint32_t other = 0; other < instance.cover.costs.len; other++) {
				uint64_t its = weight_of(&instance, instance.holds[other] &
									    ~elements);

				if (of >> other & 1)
					assert_true(its < gain ||
						    (its == gain && *set <= other));
			}
			before = gain;
			elements |= instance.holds[*set];
		}
		cover_free(&instance.cover);
	}
}

static void test_a_budget_is_kept_and_used(void **state)
{
	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct instance instance;
		uint64_t most = 0, got;

		make(&instance);
		instance.cover.budget = any(80);
		cover_solve(&instance.cover);
		assert_true(cost_of(&instance, chosen(&instance)) <= instance.cover.budget);
		got = weight_of(&instance, union_of(&instance, chosen(&instance)));
		for (uint32_t sets = 0; sets < 1u << instance.cover.costs.len; sets++) {
			uint64_t weight = weight_of(&instance, union_of(&instance, sets));

			if (cost_of(&instance, sets) <= instance.cover.budget && weight > most)
				most = weight;
		}
		assert_true((double)got >= 0.316 * (double)most - 1e-9);
		cover_free(&instance.cover);
	}
}

static void test_the_order_of_the_pairs_is_of_no_matter(void **state)
{
	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct instance instance;
		struct cover_pair *pairs;
		uint32_t first[SETS];
		size_t count;

		make(&instance);
		if (round % 2)
			instance.cover.budget = any(80);
		cover_solve(&instance.cover);
		count = instance.cover.chosen.len;
		if (count)
			memcpy(first, instance.cover.chosen.at, count * sizeof(first[0]));
		pairs = instance.cover.pairs.at;
		for (uint32_t i = (uint32_t)instance.cover.pairs.len; i > 1; i--) {
			uint32_t other = any(i);
			struct cover_pair moved = pairs[i - 1];

			pairs[i - 1] = pairs[other];
			pairs[other] = moved;
		}
		if (instance.cover.pairs.len) { /* and one that comes twice counts once */
			struct cover_pair again = pairs[0];

			vec_push(&instance.cover.pairs, again);
		}
		cover_solve(&instance.cover);
		assert_int_equal(instance.cover.chosen.len, count);
		if (count)
			assert_memory_equal(first, instance.cover.chosen.at,
					    count * sizeof(first[0]));
		cover_free(&instance.cover);
	}
}

/* Three sets that hold as much: the one of unknown cost comes last, and is not held against the budget. */
static void test_unknown_costs_come_last(void **state)
{
	struct instance instance = { .cover.budget = 10 };
	static const uint64_t costs[] = { COVER_COST_UNKNOWN, 10, 11, COVER_COST_UNKNOWN };

	(void)state;
	for (uint32_t i = 0; i < 4; i++) {
		vec_push(&instance.cover.weights, i == 3 ? 6 : 5);
		vec_push(&instance.cover.costs, costs[i]);
		vec_push(&instance.cover.pairs, ((struct cover_pair){ i, i }));
	}
	cover_solve(&instance.cover);
	assert_int_equal(instance.cover.chosen.len, 3);
	assert_int_equal(instance.cover.chosen.at[0], 1);
	assert_int_equal(instance.cover.chosen.at[1], 3);
	assert_int_equal(instance.cover.chosen.at[2], 0);
	instance.cover.budget = COVER_NO_BUDGET;
	cover_solve(&instance.cover);
	assert_int_equal(instance.cover.chosen.len, 4);
	assert_int_equal(instance.cover.chosen.at[0], 3);
	assert_int_equal(instance.cover.chosen.at[1], 0);
	cover_free(&instance.cover);
}

/* A cheap crumb must not keep the set out that holds nearly all. */
static void test_one_set_may_be_better_than_many_cheap_ones(void **state)
{
	struct cover cover = { .budget = 100 };

	(void)state;
	vec_push(&cover.weights, 2);
	vec_push(&cover.weights, 100);
	vec_push(&cover.costs, 1);
	vec_push(&cover.costs, 100);
	vec_push(&cover.pairs, ((struct cover_pair){ 0, 0 }));
	vec_push(&cover.pairs, ((struct cover_pair){ 1, 1 }));
	cover_solve(&cover);
	assert_int_equal(cover.chosen.len, 1);
	assert_int_equal(cover.chosen.at[0], 1);
	cover_free(&cover);
}

/* A set that takes the halves of two others is the heaviest, and of no use once those two are taken. */
static void assert_the_middle_is_left_out(uint32_t elements)
{
	struct cover cover = { .budget = COVER_NO_BUDGET };

	for (uint32_t i = 0; i < elements; i++) {
		bool middle = i >= elements / 4 + 1 && i < elements - elements / 4 + 2;

		vec_push(&cover.weights, 1 + i % 2);
		if (middle)
			vec_push(&cover.pairs, ((struct cover_pair){ 0, i }));
		for (uint32_t twin = 0; twin < 2; twin++)
			vec_push(&cover.pairs,
				 ((struct cover_pair){ 1 + twin + 2 * (i < elements / 2), i }));
	}
	for (int set = 0; set < 5; set++)
		vec_push(&cover.costs, 1);
	cover_solve(&cover);
	assert_int_equal(cover.chosen.len, 2);
	assert_int_equal(cover.chosen.at[0] + cover.chosen.at[1], 1 + 3);
	cover_free(&cover);
}

static void test_what_others_make_needless_is_left_out(void **state)
{
	(void)state;
	for (uint32_t elements = 12; elements < 200; elements++)
		assert_the_middle_is_left_out(elements);
}

/* The search gives up in time, and all is covered all the same. */
static void test_a_hard_case_ends(void **state)
{
	struct cover cover = { .budget = COVER_NO_BUDGET };
	uint8_t covered[64] = { 0 };

	(void)state;
	for (uint32_t i = 0; i < 64; i++)
		vec_push(&cover.weights, 1);
	for (uint32_t set = 0; set < 250; set++) {
		vec_push(&cover.costs, 1);
		for (uint32_t i = 0; i < 64; i++)
			if (any(12) == 0)
				vec_push(&cover.pairs, ((struct cover_pair){ set, i }));
	}
	cover_solve(&cover);
	vec_for_each(pair, &cover.pairs)
		vec_for_each(set, &cover.chosen)
			covered[pair->element] |= *set == pair->set;
	for (uint32_t i = 0; i < 64; i++)
		assert_true(covered[i]);
	assert_true(cover.chosen.len <= 16);
	cover_free(&cover);
}

static void test_nothing_to_cover(void **state)
{
	struct cover cover = { .budget = COVER_NO_BUDGET };

	(void)state;
	cover_solve(&cover);
	assert_int_equal(cover.chosen.len, 0);
	vec_push(&cover.costs, 1);
	cover_solve(&cover);
	assert_int_equal(cover.chosen.len, 0);
	cover.budget = 0;
	cover_solve(&cover);
	assert_int_equal(cover.chosen.len, 0);
	cover_free(&cover);
}

/* 200,000 sets, each with one element of its own and one that all have. */
static void test_many_sets_cost_little(void **state)
{
	struct cover cover = { .budget = COVER_NO_BUDGET };

	(void)state;
	vec_push(&cover.weights, COVER_WEIGHT_MAX);
	for (uint32_t i = 0; i < 200000; i++) {
		vec_push(&cover.weights, 1 + i % 7);
		vec_push(&cover.costs, 1);
		vec_push(&cover.pairs, ((struct cover_pair){ i, 0 }));
		vec_push(&cover.pairs, ((struct cover_pair){ i, i + 1 }));
	}
	cover_solve(&cover);
	assert_int_equal(cover.chosen.len, 200000);
	assert_int_equal(cover.chosen.at[0], 6);
	cover_free(&cover);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything_is_covered_by_the_fewest_sets),
		cmocka_unit_test(test_each_choice_adds_the_most_that_is_left),
		cmocka_unit_test(test_a_budget_is_kept_and_used),
		cmocka_unit_test(test_the_order_of_the_pairs_is_of_no_matter),
		cmocka_unit_test(test_unknown_costs_come_last),
		cmocka_unit_test(test_one_set_may_be_better_than_many_cheap_ones),
		cmocka_unit_test(test_what_others_make_needless_is_left_out),
		cmocka_unit_test(test_a_hard_case_ends),
		cmocka_unit_test(test_nothing_to_cover),
		cmocka_unit_test(test_many_sets_cost_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
