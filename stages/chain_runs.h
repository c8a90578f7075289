/* SPDX-License-Identifier: Apache-2.0 */
/* The chains of a list signature by signature. */
#ifndef STAGES_CHAIN_RUNS_H
#define STAGES_CHAIN_RUNS_H

#include "stages/chain.h"

struct chain_runs {
	const struct chain_list *list; /* must not change meanwhile */
	enum grouping grouping;
	VEC(uint32_t) order; /* indices of list->chains, by signature, each signature's ascending */
	size_t first, end; /* of the run at hand */
};

/* Of these chains (indices, count of them), or of all for NULL. runs is zeroed, or was begun before; to be freed by
 * chain_runs_free(). */
void chain_runs_begin(struct chain_runs *runs, const struct chain_list *list,
		      const uint32_t *picked, size_t count, enum grouping grouping);
/* Goes on to the next signature; false behind the last. */
bool chain_runs_next(struct chain_runs *runs);
void chain_runs_free(struct chain_runs *runs);

/* Of the run at hand. */
static inline const uint32_t *chain_run_order(const struct chain_runs *runs)
{
	return runs->order.at + runs->first;
}

static inline size_t chain_run_count(const struct chain_runs *runs)
{
	return runs->end - runs->first;
}

static inline const struct chain *chain_run_at(const struct chain_runs *runs, size_t i)
{
	return &runs->list->chains.at[runs->order.at[runs->first + i]];
}

#endif
