/* SPDX-License-Identifier: Apache-2.0 */
/* How much was read and what became of it: counted by the keeper as outcomes come in, and told at the end. */
#include "pipeline/base/log.h"
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

void keeper_tell_totals(const struct keeper_totals *totals)
{
	const uint64_t *members = totals->outcomes;

	log_note("%llu bundles: %llu read, %llu already in; %llu members: %llu parsed, %llu ignored, "
		 "%llu quarantined; %llu incidents",
		 (unsigned long long)totals->bundles, (unsigned long long)totals->read,
		 (unsigned long long)totals->skipped, (unsigned long long)totals->members,
		 (unsigned long long)members[OUTCOME_PARSED],
		 (unsigned long long)members[OUTCOME_IGNORED],
		 (unsigned long long)members[OUTCOME_QUARANTINED],
		 (unsigned long long)totals->incidents);
}
