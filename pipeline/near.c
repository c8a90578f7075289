/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far two words are apart: letters added, left out, replaced, or two neighbours that changed places, each counted as one
 * (optimal string alignment). A third of the longer word may be wrong. See near.h.
 */
#include "pipeline/near.h"

#include <stdio.h>

#define LONGEST 40
#define TOO_FAR 1000

static unsigned char lower(char letter)
{
	return (unsigned char)(letter >= 'A' && letter <= 'Z' ? letter | 0x20 : letter);
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned cell(unsigned char table[LONGEST + 1][LONGEST + 1], struct slice a,
		     struct slice b, size_t i, size_t j)
{
	unsigned same = lower(a.at[i - 1]) == lower(b.at[j - 1]) ? 0 : 1;
	unsigned best = least(table[i - 1][j] + 1u, table[i][j - 1] + 1u);

	best = least(best, table[i - 1][j - 1] + same);
	if (i > 1 && j > 1 && lower(a.at[i - 1]) == lower(b.at[j - 2]) &&
	    lower(a.at[i - 2]) == lower(b.at[j - 1]))
		best = least(best, table[i - 2][j - 2] + 1u);
	return best;
}

static unsigned distance(struct slice a, struct slice b)
{
	unsigned char table[LONGEST + 1][LONGEST + 1];

	for (size_t i = 0; i <= a.len; i++)
		for (size_t j = 0; j <= b.len; j++)
			table[i][j] =
				(unsigned char)(!i || !j ? i + j : cell(table, a, b, i, j));
	return table[a.len][b.len];
}

struct near near_begin(struct slice typed)
{
	return (struct near){ .typed = typed, .distance = TOO_FAR };
}

/* The beginning of a word is as near as one wrong letter. */
static unsigned how_far(struct slice typed, struct slice word)
{
	size_t longer = typed.len > word.len ? typed.len : word.len;
	unsigned far;

	if (longer > LONGEST || typed.len == 0)
		return TOO_FAR;
	if (typed.len > 1 && slice_starts_icase(word, typed))
		return 1;
	far = distance(typed, word);
	return far * 3 <= longer ? far : TOO_FAR;
}

void near_offer(struct near *near, struct slice word)
{
	unsigned far = how_far(near->typed, word);

	if (far == TOO_FAR || far > near->distance)
		return;
	if (far < near->distance)
		near->count = 0;
	near->distance = far;
	if (near->count < NEAR_MOST)
		near->best[near->count++] = word;
}

const char *near_text(char out[NEAR_TEXT_SIZE], const struct near *near, const char *before)
{
	size_t len = 0;

	*out = 0;
	for (unsigned i = 0; i < near->count && len < NEAR_TEXT_SIZE; i++)
		len += (size_t)snprintf(out + len, NEAR_TEXT_SIZE - len, "%s'%s%.*s'",
					i == 0                 ? ", did you mean "
					: i + 1 == near->count ? " or "
							       : ", ",
					before, SLICE_ARG(near->best[i]));
	if (near->count && len + 1 < NEAR_TEXT_SIZE) {
		out[len] = '?';
		out[len + 1] = 0;
	}
	return out;
}
