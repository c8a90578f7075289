/* SPDX-License-Identifier: Apache-2.0 */
/* The summary at the end: how much was read and what became of it, for people and for programs, in the same figures. */
#include "pipeline/base/log.h"
#include "pipeline/keeper.h"
#include "pipeline/print.h"

static uint64_t bundles_left(const struct keeper_totals *totals)
{
	return totals->bundles - totals->read - totals->skipped;
}

void keeper_tell_totals(const struct keeper_totals *totals)
{
	const uint64_t *members = totals->outcomes;
	char left[40] = "";

	if (bundles_left(totals))
		snprintf(left, sizeof(left), ", %llu left",
			 (unsigned long long)bundles_left(totals));
	log_note("%llu bundles: %llu read, %llu already in%s; %llu members: %llu parsed, %llu ignored, "
		 "%llu quarantined; %llu incidents",
		 (unsigned long long)totals->bundles, (unsigned long long)totals->read,
		 (unsigned long long)totals->skipped, left,
		 (unsigned long long)totals->members,
		 (unsigned long long)members[OUTCOME_PARSED],
		 (unsigned long long)members[OUTCOME_IGNORED],
		 (unsigned long long)members[OUTCOME_QUARANTINED],
		 (unsigned long long)totals->incidents);
}

void keeper_json_totals(struct json *json, const struct keeper_totals *totals)
{
	json_key(json, "bundles");
	json_object_begin(json);
	print_json_u64(json, "found", totals->bundles);
	print_json_u64(json, "read", totals->read);
	print_json_u64(json, "known", totals->skipped);
	print_json_u64(json, "left", bundles_left(totals));
	json_object_end(json);
	json_key(json, "members");
	json_object_begin(json);
	print_json_u64(json, "found", totals->members);
	print_json_u64(json, "parsed", totals->outcomes[OUTCOME_PARSED]);
	print_json_u64(json, "ignored", totals->outcomes[OUTCOME_IGNORED]);
	print_json_u64(json, "quarantined", totals->outcomes[OUTCOME_QUARANTINED]);
	json_object_end(json);
}

void keeper_print_totals(const struct keeper_totals *totals,
			 const struct found_list *found, int signal)
{
	struct json json;

	json_init(&json, stdout, true);
	json_object_begin(&json);
	json_key(&json, "schema");
	json_string(&json, "pipeline/ingest/1");
	keeper_json_totals(&json, totals);
	print_json_u64(&json, "incidents", totals->incidents);
	json_key(&json, "unreadable_folders");
	json_array_begin(&json);
	for (size_t i = 0; found && i < found->unreadable.len; i++)
		json_string(&json, found->unreadable.at[i]);
	json_array_end(&json);
	json_key(&json, "stopped_by");
	if (signal)
		json_u64(&json, (uint64_t)signal);
	else
		json_null(&json);
	json_object_end(&json);
	json_end(&json);
}
