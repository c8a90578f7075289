/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The greedy cover with a heap: what a set would add only ever falls, so that of a set on top it is reckoned again and
 * the set is taken if it still stays on top. Near to linear in the number of pairs. Without a budget cover_fewest.c has the last
 * word.
 */
#include "stages/cover.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct offer {
	uint64_t gain; /* the weight that the set would add, when last reckoned */
	uint64_t cost;
	uint32_t set;
};

struct solver {
	struct cover *cover;
	VEC(uint32_t) first;  /* of a set's pairs; one more than there are sets */
	VEC(uint8_t) covered; /* of the elements */
	VEC(struct offer) heap;
	uint64_t left; /* of the budget */
};

static int pair_compare(const void *a, const void *b)
{
	const struct cover_pair *x = a, *y = b;

	if (x->set != y->set)
		return x->set < y->set ? -1 : 1;
	return x->element < y->element ? -1 : x->element > y->element;
}

/* Sorts the pairs, each once, and notes where each set's begin. */
static void order_pairs(struct solver *solver)
{
	struct cover *cover = solver->cover;
	size_t kept = 0, at = 0;

	if (cover->pairs.len)
		qsort(cover->pairs.at, cover->pairs.len, sizeof(struct cover_pair),
		      pair_compare);
	vec_for_each(pair, &cover->pairs)
		if (kept == 0 || pair_compare(&cover->pairs.at[kept - 1], pair) != 0)
			cover->pairs.at[kept++] = *pair;
	cover->pairs.len = kept;
	for (uint32_t set = 0; set <= cover->costs.len; set++) {
		while (at < kept && cover->pairs.at[at].set < set)
			at++;
		vec_push(&solver->first, (uint32_t)at);
	}
}

static uint64_t gain_of(const struct solver *solver, uint32_t set)
{
	uint64_t gain = 0;

	for (uint32_t i = solver->first.at[set]; i < solver->first.at[set + 1]; i++) {
		uint32_t element = solver->cover->pairs.at[i].element;

		if (!solver->covered.at[element])
			gain += solver->cover->weights.at[element];
	}
	return gain;
}

/* More for its cost, else the set that was given first. */
static bool is_better(const struct offer *a, const struct offer *b)
{
	unsigned __int128 x = (unsigned __int128)a->gain * b->cost;
	unsigned __int128 y = (unsigned __int128)b->gain * a->cost;

	return x != y ? x > y : a->set < b->set;
}

/* ---- a heap with the best offer on top ---- */

static void sift_down(struct solver *solver, size_t at)
{
	struct offer *heap = solver->heap.at, moved = heap[at];
	size_t len = solver->heap.len;

	for (size_t child; (child = 2 * at + 1) < len; at = child) {
		if (child + 1 < len && is_better(&heap[child + 1], &heap[child]))
			child++;
		if (!is_better(&heap[child], &moved))
			break;
		heap[at] = heap[child];
	}
	heap[at] = moved;
}

static void drop_top(struct solver *solver)
{
	solver->heap.at[0] = solver->heap.at[solver->heap.len - 1];
	if (--solver->heap.len)
		sift_down(solver, 0);
}

/* ---- choosing ---- */

static void choose(struct solver *solver, uint32_t set)
{
	for (uint32_t i = solver->first.at[set]; i < solver->first.at[set + 1]; i++)
		solver->covered.at[solver->cover->pairs.at[i].element] = 1;
	vec_push(&solver->cover->chosen, set);
}

/* Of the sets in the heap as many as add something and fit. */
static void choose_all(struct solver *solver)
{
	for (size_t i = solver->heap.len / 2; i-- > 0;)
		sift_down(solver, i);
	while (solver->heap.len) {
		struct offer *top = &solver->heap.at[0];
		uint64_t gain = gain_of(solver, top->set);

		if (gain == 0 || top->cost > solver->left) {
			drop_top(solver);
		} else if (gain < top->gain) {
			top->gain = gain;
			sift_down(solver, 0);
		} else {
			solver->left -= top->cost;
			choose(solver, top->set);
			drop_top(solver);
		}
	}
}

static void offer_sets(struct solver *solver, bool known)
{
	const struct cover *cover = solver->cover;
	bool limited = cover->budget != COVER_NO_BUDGET;

	solver->heap.len = 0;
	for (uint32_t set = 0; set < cover->costs.len; set++) {
		uint64_t cost = cover->costs.at[set];

		if (limited && (cost != COVER_COST_UNKNOWN) != known)
			continue;
		vec_push(&solver->heap, ((struct offer){ .gain = gain_of(solver, set),
							 .cost = limited && known ? cost : 1,
							 .set = set }));
	}
}

static uint64_t weight_covered(const struct solver *solver)
{
	uint64_t weight = 0;

	for (size_t i = 0; i < solver->covered.len; i++)
		if (solver->covered.at[i])
			weight += solver->cover->weights.at[i];
	return weight;
}

/* The set that covers most by itself and can be had; false when none does. */
static bool best_single(struct solver *solver, uint32_t *best)
{
	uint64_t most = 0;

	offer_sets(solver, true);
	vec_for_each(offer, &solver->heap)
		if (offer->cost <= solver->cover->budget && offer->gain > most) {
			most = offer->gain;
			*best = offer->set;
		}
	return most > 0;
}

static void forget(struct solver *solver)
{
	memset(solver->covered.at, 0, solver->covered.len);
	solver->cover->chosen.len = 0;
	solver->left = solver->cover->budget;
}

/* By what a set gives for its cost; where one set alone gives more than all of these, that one first. */
static void choose_within_budget(struct solver *solver)
{
	uint64_t greedy;
	uint32_t single;

	forget(solver);
	offer_sets(solver, true);
	choose_all(solver);
	greedy = weight_covered(solver);
	forget(solver);
	if (best_single(solver, &single) && gain_of(solver, single) > greedy) {
		solver->left -= solver->cover->costs.at[single];
		choose(solver, single);
	}
	offer_sets(solver, true);
	choose_all(solver);
}

/* Other sets, if fewer do: chosen again in the order of what they add. */
static void choose_fewest(struct solver *solver)
{
	struct cover *cover = solver->cover;
	size_t greedy = cover->chosen.len;

	cover_fewest(cover, solver->first.at);
	if (cover->chosen.len == greedy)
		return;
	memset(solver->covered.at, 0, solver->covered.len);
	solver->heap.len = 0;
	vec_for_each(set, &cover->chosen)
		vec_push(&solver->heap,
			 ((struct offer){
				 .gain = gain_of(solver, *set), .cost = 1, .set = *set }));
	cover->chosen.len = 0;
	choose_all(solver);
}

void cover_solve(struct cover *cover)
{
	struct solver solver = { .cover = cover };

	cover->chosen.len = 0;
	order_pairs(&solver);
	vec_reserve(&solver.covered, cover->weights.len + 1);
	memset(solver.covered.at, 0, cover->weights.len + 1);
	solver.covered.len = cover->weights.len;
	if (cover->budget != COVER_NO_BUDGET)
		choose_within_budget(&solver); /* else all is left to the last round */
	solver.left = UINT64_MAX; /* what is of unknown cost takes what it takes */
	offer_sets(&solver, false);
	choose_all(&solver);
	if (cover->budget == COVER_NO_BUDGET)
		choose_fewest(&solver);
	vec_free(&solver.first);
	vec_free(&solver.covered);
	vec_free(&solver.heap);
}

void cover_free(struct cover *cover)
{
	vec_free(&cover->weights);
	vec_free(&cover->costs);
	vec_free(&cover->pairs);
	vec_free(&cover->chosen);
}
