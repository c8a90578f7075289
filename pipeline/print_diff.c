/* SPDX-License-Identifier: Apache-2.0 */
/* Comparisons of two sets of incidents in all formats; see print_diff.h. */
#include "pipeline/print_diff.h"

#include <stdio.h>

#include "pipeline/query.h"
#include "pipeline/text_table.h"

static const char *const worse_texts[] = { "wait", "chains", "machines" };

#define WORSE_TEXTS (sizeof(worse_texts) / sizeof(worse_texts[0]))

/* ---- JSON ---- */

static void print_json_side(struct json *json, const char *key, const struct diff_side *side)
{
	json_key(json, key);
	json_object_begin(json);
	print_json_u64(json, "incidents", side->incidents);
	print_json_u64(json, "chains", side->chains);
	print_json_u64(json, "machines", side->machines);
	print_json_seconds(json, "max_wait_seconds", side->longest_wait_ms);
	json_object_end(json);
}

void print_json_diff_group(struct json *json, const struct diff_group *group)
{
	json_object_begin(json);
	print_json_group_keys(json, &group->group);
	json_key(json, "status");
	json_string(json, diff_status_text(group->status));
	json_key(json, "worse");
	json_array_begin(json);
	for (unsigned i = 0; i < WORSE_TEXTS; i++)
		if (group->worse >> i & 1)
			json_string(json, worse_texts[i]);
	json_array_end(json);
	print_json_side(json, "before", &group->before);
	print_json_side(json, "after", &group->after);
	json_object_end(json);
}

static void print_json(const struct diff *diff)
{
	struct json json;

	json_init(&json, stdout, true);
	json_object_begin(&json);
	json_key(&json, "schema");
	json_string(&json, "pipeline/diff/1");
	json_key(&json, "groups");
	json_array_begin(&json);
	for (size_t i = 0; i < diff->count; i++)
		print_json_diff_group(&json, &diff->groups.at[diff->first + i]);
	json_array_end(&json);
	json_object_end(&json);
	json_end(&json);
}

static void print_jsonl(const struct diff *diff)
{
	struct json json;

	json_init(&json, stdout, false);
	for (size_t i = 0; i < diff->count; i++) {
		print_json_diff_group(&json, &diff->groups.at[diff->first + i]);
		json_end(&json);
	}
}

/* ---- CSV ---- */

static void print_csv_side(struct csv *csv, const struct diff_side *side)
{
	csv_u64(csv, side->incidents);
	csv_u64(csv, side->chains);
	csv_u64(csv, side->machines);
	print_csv_seconds(csv, side->longest_wait_ms);
}

/* "wait chains", what it is worse in */
static void worse_text(char out[32], uint8_t worse)
{
	size_t len = 0;

	out[0] = 0;
	for (unsigned i = 0; i < WORSE_TEXTS; i++)
		if (worse >> i & 1)
			len += (size_t)snprintf(out + len, 32 - len, "%s%s",
						len ? " " : "", worse_texts[i]);
}

static void print_csv(const struct diff *diff)
{
	static const char *const headings[] = {
		GROUP_HEADINGS,
		"status",
		"worse",
		"before_incidents",
		"before_chains",
		"before_machines",
		"before_max_wait_seconds",
		"after_incidents",
		"after_chains",
		"after_machines",
		"after_max_wait_seconds",
	};
	char worse[32];
	struct csv csv;

	csv_init(&csv, stdout);
	print_csv_headings(&csv, headings, sizeof(headings) / sizeof(headings[0]));
	for (size_t i = 0; i < diff->count; i++) {
		const struct diff_group *group = &diff->groups.at[diff->first + i];

		worse_text(worse, group->worse);
		print_csv_group_fields(&csv, &group->group);
		csv_string(&csv, diff_status_text(group->status));
		csv_string(&csv, worse);
		print_csv_side(&csv, &group->before);
		print_csv_side(&csv, &group->after);
		csv_end_row(&csv);
	}
}

/* ---- text ---- */

/* clang-format off */
static const struct text_column columns[] = {
	{ "STATUS", TEXT_LEFT, TEXT_WHOLE },
	{ "SIGNATURE", TEXT_LEFT, TEXT_WHOLE },
	{ "INCIDENTS", TEXT_RIGHT, TEXT_WHOLE },
	{ "CHAINS", TEXT_RIGHT, TEXT_WHOLE },
	{ "MACHINES", TEXT_RIGHT, TEXT_WHOLE },
	{ "LONGEST", TEXT_RIGHT, TEXT_WHOLE },
	{ "CHAIN", TEXT_LEFT, TEXT_CUT_MIDDLE, .least = 40 },
};
/* clang-format on */

/* "3 > 5", or one number where only one side has any. */
static void put_change(struct text_table *table, const struct diff_group *group,
		       uint64_t before, uint64_t after)
{
	char text[64];

	if (group->status == DIFF_NEW)
		snprintf(text, sizeof(text), "%llu", (unsigned long long)after);
	else if (group->status == DIFF_GONE)
		snprintf(text, sizeof(text), "%llu", (unsigned long long)before);
	else
		snprintf(text, sizeof(text), "%llu > %llu", (unsigned long long)before,
			 (unsigned long long)after);
	text_table_string(table, text);
}

static void put_wait(struct text_table *table, const struct diff_group *group)
{
	char before[DURATION_TEXT_SIZE], after[DURATION_TEXT_SIZE];
	char text[2 * DURATION_TEXT_SIZE + 4];

	print_duration_short(before, group->before.longest_wait_ms);
	print_duration_short(after, group->after.longest_wait_ms);
	if (group->status == DIFF_NEW)
		snprintf(text, sizeof(text), "%s", after);
	else if (group->status == DIFF_GONE)
		snprintf(text, sizeof(text), "%s", before);
	else
		snprintf(text, sizeof(text), "%s > %s", before, after);
	text_table_string(table, text);
}

static enum style style_of(enum diff_status status)
{
	switch (status) {
	case DIFF_NEW:
	case DIFF_WORSE:
		return STYLE_BAD;
	case DIFF_GONE:
		return STYLE_GOOD;
	default:
		return STYLE_PLAIN;
	}
}

static void print_text(const struct diff *diff)
{
	struct text_table table;
	char id[ID_TEXT_SIZE];

	text_table_init(&table, stdout, columns, sizeof(columns) / sizeof(columns[0]),
			text_table_room());
	for (size_t i = 0; i < diff->count; i++) {
		const struct diff_group *group = &diff->groups.at[diff->first + i];

		text_table_style(&table, style_of((enum diff_status)group->status));
		text_table_string(&table, diff_status_text(group->status));
		text_table_style(&table, STYLE_ID);
		text_table_string(&table, print_id(id, group->group.signature));
		put_change(&table, group, group->before.incidents, group->after.incidents);
		put_change(&table, group, group->before.chains, group->after.chains);
		put_change(&table, group, group->before.machines, group->after.machines);
		put_wait(&table, group);
		text_table_text(&table, group->group.row.label);
	}
	text_table_end(&table);
	note_shown(diff->count, diff->groups.len, "groups");
}

void print_diff(const struct diff *diff, enum format format)
{
	switch (format) {
	case FORMAT_JSON:
		print_json(diff);
		break;
	case FORMAT_JSONL:
		print_jsonl(diff);
		break;
	case FORMAT_CSV:
		print_csv(diff);
		break;
	default:
		print_text(diff);
	}
}
