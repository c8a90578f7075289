/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which sets to choose so that few of them cover much: the greedy weighted cover. Knows nothing of dumps. The result depends on
 * what is given alone; of sets that do equally well the one with the lower number is chosen.
 *
 * Without a budget everything that can be is covered, by the fewest sets that do it where few of them stand for each other, else by
 * no more than H(g) times as many, g the weight of the heaviest set (Wolsey's bound for the greedy cover), none of them needless.
 * With one, what is covered weighs at least (1 - 1/e) / 2 of the
 * most that can be had for it (the greedy by density, or the best single set).
 */
#ifndef STAGES_COVER_H
#define STAGES_COVER_H

#include <stdint.h>

#include "pipeline/base/vec.h"

/* Of a set whose cost nobody knows. With a budget these come last, as what they take of it is not known. */
#define COVER_COST_UNKNOWN UINT64_MAX
#define COVER_NO_BUDGET UINT64_MAX
/* The most that an element may weigh. */
#define COVER_WEIGHT_MAX 1000000000000ull

struct cover_pair {
	uint32_t set, element;
};

struct cover {
	VEC(uint64_t) weights; /* of the elements, 1 to COVER_WEIGHT_MAX */
	VEC(uint64_t) costs; /* of the sets, 1 or more; without a budget each counts alike */
	VEC(struct cover_pair) pairs; /* which set holds which element; sorted by cover_solve() */
	uint64_t budget;              /* COVER_NO_BUDGET */
	VEC(uint32_t) chosen;         /* sets, in the order in which they were */
};

void cover_solve(struct cover *cover);
void cover_free(struct cover *cover);

/* The last step of cover_solve(): chosen, which covers all that can be, by fewer sets if they are found in a bounded search.
 * first[set] is where the set's pairs begin. */
void cover_fewest(struct cover *cover, const uint32_t *first);

#endif
