/* SPDX-License-Identifier: Apache-2.0 */
/* How much was read and what became of it: counted by the keeper as outcomes come in. */
#include "pipeline/keeper_parts.h"

void totals_count(struct keeper_totals *totals, const struct bundle_row *row)
{
	vec_for_each(member, &row->members)
		if (member->outcome < OUTCOMES)
			totals->outcomes[member->outcome]++;
	totals->members += row->members.len;
	totals->incidents += row->incidents.len;
}

static uint64_t outcomes_sum(const struct keeper_totals *totals)
{
	uint64_t sum = 0;

	for (int i = 0; i < OUTCOMES; i++)
		sum += totals->outcomes[i];
	return sum;
}

bool totals_add_up(const struct keeper_totals *totals, struct error *error)
{
	uint64_t sum = outcomes_sum(totals);

	return sum == totals->members ||
	       error_set(error, ERROR_INTERNAL,
			 "internal error: %llu members were found, and %llu have an outcome",
			 (unsigned long long)totals->members, (unsigned long long)sum);
}
