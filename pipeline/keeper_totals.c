/* SPDX-License-Identifier: Apache-2.0 */
/* How much was read and what became of it: counted by the keeper as outcomes come in, and told at the end. */
#include "pipeline/base/log.h"
#include "pipeline/keeper_parts.h"

void totals_count(struct keeper_totals *totals, const struct bundle_row *row)
{
	vec_for_each(member, &row->members)
		totals->outcomes[member->outcome]++;
	totals->incidents += row->incidents.len;
}

void keeper_tell_totals(const struct keeper_totals *totals)
{
	const uint64_t *members = totals->outcomes;
	uint64_t sum = 0;

	for (int i = 0; i < OUTCOMES; i++)
		sum += members[i];
	log_note("%llu bundles: %llu read, %llu already in; %llu members: %llu parsed, %llu ignored, "
		 "%llu quarantined; %llu incidents",
		 (unsigned long long)totals->bundles, (unsigned long long)totals->read,
		 (unsigned long long)totals->skipped, (unsigned long long)sum,
		 (unsigned long long)members[OUTCOME_PARSED],
		 (unsigned long long)members[OUTCOME_IGNORED],
		 (unsigned long long)members[OUTCOME_QUARANTINED],
		 (unsigned long long)totals->incidents);
}
