/* SPDX-License-Identifier: Apache-2.0 */
/* The chains of a list signature by signature; see chain_runs.h. */
#include "stages/chain_runs.h"

static uint64_t signature_at(const struct chain_runs *runs, uint32_t chain)
{
	return runs->list->chains.at[chain].signatures.of[runs->grouping];
}

static int compare(const void *left, const void *right, void *context)
{
	const struct chain_runs *runs = context;
	uint32_t i = *(const uint32_t *)left, k = *(const uint32_t *)right;
	uint64_t a = signature_at(runs, i), b = signature_at(runs, k);

	if (a != b)
		return a < b ? -1 : 1;
	return i < k ? -1 : i > k;
}

void chain_runs_begin(struct chain_runs *runs, const struct chain_list *list,
		      const uint32_t *picked, size_t count, enum grouping grouping)
{
	if (!picked)
		count = list->chains.len;
	runs->list = list;
	runs->grouping = grouping;
	runs->first = runs->end = runs->order.len = 0;
	for (uint32_t i = 0; i < count; i++)
		vec_push(&runs->order, picked ? picked[i] : i);
	if (count > 1)
		qsort_r(runs->order.at, count, sizeof(uint32_t), compare, runs);
}

bool chain_runs_next(struct chain_runs *runs)
{
	size_t end = runs->end;

	runs->first = end;
	if (end == runs->order.len)
		return false;
	while (end < runs->order.len &&
	       signature_at(runs, runs->order.at[end]) ==
		       signature_at(runs, runs->order.at[runs->first]))
		end++;
	runs->end = end;
	return true;
}

void chain_runs_free(struct chain_runs *runs)
{
	vec_free(&runs->order);
}
