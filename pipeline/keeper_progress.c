/* SPDX-License-Identifier: Apache-2.0 */
/* What the keeper shows of how far it is: what is done of what there is to read, and which bundle has been in hand the longest. */
#include "pipeline/keeper_parts.h"
#include "pipeline/progress.h"

void keeper_show_begin(struct keeper *keeper)
{
	vec_for_each(job, keeper->jobs)
		keeper->bytes += job->size;
	progress_begin();
}

/* The reader takes them in the order in which they are handed over, so the first is in work. */
static void find_slowest(const struct keeper *keeper, struct progress_state *state)
{
	const uint8_t *states = keeper->states, *held = states;
	int64_t first = INT64_MAX;
	size_t at;

	while ((held = memchr(held, JOB_HELD, keeper->jobs->len - (size_t)(held - states)))) {
		at = (size_t)(held++ - states);
		if (keeper->since_ms[at] >= first)
			continue;
		first = keeper->since_ms[at];
		state->slowest = slice_from(keeper->jobs->at[at].name);
		state->slowest_ms = keeper_now_ms() - first;
	}
}

void keeper_show(const struct keeper *keeper)
{
	struct progress_state state = {
		.what = "bundles",
		.done = keeper->done,
		.total = keeper->jobs->len,
		.bytes_done = keeper->bytes_done,
		.bytes_total = keeper->bytes,
		.reading = true,
		.unpacked = keeper->unpacked + keeper->watch.made.bytes,
		.incidents = keeper->totals->incidents,
		.quarantined = keeper->totals->outcomes[OUTCOME_QUARANTINED],
	};

	if (!progress_is_due())
		return;
	find_slowest(keeper, &state);
	progress_show(&state);
}
