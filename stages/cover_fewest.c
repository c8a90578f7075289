/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The greedy cover may take more sets than it takes. What can be had by one set alone decides most of it; the rest, where it is
 * small, is searched for a cover of fewer sets. Where it is not, sets that the others make needless are dropped. Bounded in
 * steps, not in time, so that the result is the same everywhere.
 */
#include "stages/cover.h"

#include <stdbool.h>

#include "pipeline/base/map.h"

/* One bit each in a mask. */
#define ELEMENTS_MAX 64
#define CANDIDATES_MAX 256
#define STEPS_MAX 200000u

struct candidate {
	uint64_t mask; /* of the elements that are left */
	uint32_t set;
};

struct search {
	struct cover *cover;
	VEC(uint32_t) holders; /* of the elements: how many sets have it */
	VEC(uint8_t) bits; /* of the elements: 1 + its bit, 0 when it is not left to be covered */
	VEC(struct candidate) candidates; /* by number of set */
	VEC(uint32_t) needed;             /* sets that alone have an element */
	uint64_t wanted;
	unsigned steps, largest;
};

/* ---- what one set alone has ---- */

static void count_holders(struct search *search)
{
	vec_for_each(weight, &search->cover->weights) {
		vec_push(&search->holders, 0);
		vec_push(&search->bits, (uint8_t)(*weight != 0));
	}
	vec_for_each(pair, &search->cover->pairs)
		search->holders.at[pair->element]++;
}

/* Pairs are sorted by set. */
static void find_needed(struct search *search)
{
	VEC(uint8_t) is = { 0 };

	for (size_t i = 0; i < search->cover->costs.len; i++)
		vec_push(&is, 0);
	vec_for_each(pair, &search->cover->pairs)
		if (search->holders.at[pair->element] == 1 && search->bits.at[pair->element])
			is.at[pair->set] = 1;
	vec_for_each(pair, &search->cover->pairs)
		if (is.at[pair->set])
			search->bits.at[pair->element] = 0;
	for (uint32_t set = 0; set < is.len; set++)
		if (is.at[set])
			vec_push(&search->needed, set);
	vec_free(&is);
}

/* ---- what is left ---- */

/* False when there are too many elements. */
static bool number_elements(struct search *search)
{
	uint8_t count = 0;

	for (size_t i = 0; i < search->bits.len; i++) {
		if (search->bits.at[i] == 0 || search->holders.at[i] == 0) {
			search->bits.at[i] = 0;
			continue;
		}
		if (count == ELEMENTS_MAX)
			return false;
		search->bits.at[i] = ++count;
		search->wanted |= 1ull << (count - 1);
	}
	return true;
}

/* Sets that cover the same are one, the first. False when there are too many. */
static bool add_candidate(struct search *search, struct map *seen, struct candidate added)
{
	unsigned size = (unsigned)__builtin_popcountll(added.mask);
	uint32_t *place;

	if (added.mask == 0)
		return true;
	place = map_place(seen, added.mask);
	if (*place != MAP_NONE)
		return true;
	*place = added.set;
	vec_push(&search->candidates, added);
	if (size > search->largest)
		search->largest = size;
	return search->candidates.len <= CANDIDATES_MAX;
}

static bool find_candidates(struct search *search)
{
	struct candidate next = { 0 };
	struct map seen = { 0 };
	bool good = true;

	vec_for_each(pair, &search->cover->pairs) {
		uint8_t bit = search->bits.at[pair->element];

		if (pair->set != next.set) {
			good = good && add_candidate(search, &seen, next);
			next = (struct candidate){ .set = pair->set };
		}
		if (bit)
			next.mask |= 1ull << (bit - 1);
	}
	good = good && add_candidate(search, &seen, next);
	map_free(&seen);
	return good;
}

/* ---- the search ---- */

/* The next candidate from `at` on that has the lowest element that is left. */
static size_t next_candidate(const struct search *search, uint64_t left, size_t at)
{
	while (at < search->candidates.len && !(search->candidates.at[at].mask & left & -left))
		at++;
	return at;
}

/* Whether `sets` of the candidates cover all; taken[] tells which. */
static bool cover_by(struct search *search, unsigned sets, size_t taken[ELEMENTS_MAX])
{
	uint64_t left[ELEMENTS_MAX + 1];
	unsigned depth = 0;

	left[0] = search->wanted;
	taken[0] = 0;
	while (search->steps < STEPS_MAX) {
		unsigned more = sets - depth;

		search->steps++;
		taken[depth] = (unsigned)__builtin_popcountll(left[depth]) > more * search->largest
				       ? search->candidates.len
				       : next_candidate(search, left[depth], taken[depth]);
		if (taken[depth] == search->candidates.len) {
			if (depth-- == 0)
				return false;
			taken[depth]++;
			continue;
		}
		left[depth + 1] = left[depth] & ~search->candidates.at[taken[depth]].mask;
		if (left[depth + 1] == 0)
			return true;
		if (depth + 1 == sets) {
			taken[depth]++;
			continue;
		}
		taken[++depth] = 0;
	}
	return false;
}

static void take(struct search *search, const size_t *taken, unsigned sets)
{
	struct cover *cover = search->cover;

	cover->chosen.len = 0;
	vec_for_each(set, &search->needed)
		vec_push(&cover->chosen, *set);
	for (unsigned i = 0; i < sets; i++)
		vec_push(&cover->chosen, search->candidates.at[taken[i]].set);
}

/* Fewer than the greedy took, into chosen; false when it is not certain that there are none. */
static bool search_fewer(struct search *search)
{
	size_t taken[ELEMENTS_MAX];
	size_t most = search->cover->chosen.len - search->needed.len;

	for (unsigned sets = search->wanted ? 1 : 0; sets < most; sets++)
		if (sets == 0 || cover_by(search, sets, taken)) {
			take(search, taken, sets);
			return true;
		}
	return search->steps < STEPS_MAX;
}

/* ---- where the search is too long ---- */

/* Drops what the others make needless, the last that was chosen first. */
static void drop_needless(struct search *search, const uint32_t *first)
{
	struct cover *cover = search->cover;
	size_t kept = 0;

	for (size_t i = 0; i < search->holders.len; i++)
		search->holders.at[i] = 0;
	vec_for_each(set, &cover->chosen)
		for (uint32_t i = first[*set]; i < first[*set + 1]; i++)
			search->holders.at[cover->pairs.at[i].element]++;
	for (size_t at = cover->chosen.len; at-- > 0;) {
		uint32_t set = cover->chosen.at[at], i = first[set];

		while (i < first[set + 1] &&
		       (search->holders.at[cover->pairs.at[i].element] > 1 ||
			cover->weights.at[cover->pairs.at[i].element] == 0))
			i++;
		if (i < first[set + 1])
			continue;
		for (i = first[set]; i < first[set + 1]; i++)
			search->holders.at[cover->pairs.at[i].element]--;
		cover->chosen.at[at] = UINT32_MAX;
	}
	vec_for_each(set, &cover->chosen)
		if (*set != UINT32_MAX)
			cover->chosen.at[kept++] = *set;
	cover->chosen.len = kept;
}

void cover_fewest(struct cover *cover, const uint32_t *first)
{
	struct search search = { .cover = cover };

	count_holders(&search);
	find_needed(&search);
	if (!number_elements(&search) || !find_candidates(&search) || !search_fewer(&search))
		drop_needless(&search, first);
	vec_free(&search.holders);
	vec_free(&search.bits);
	vec_free(&search.candidates);
	vec_free(&search.needed);
}
