/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of `query` that are groups of chains, in all formats. */
#include "pipeline/base/utf8.h"
#include "pipeline/base/work.h"
#include "pipeline/query.h"
#include "pipeline/text_table.h"

/* ---- occurrences ---- */

struct occurrence_output {
	struct json *json;
	uint64_t left;   /* to be printed */
	uint64_t before; /* incident */
	bool any;
};

static void print_json_occurrence(struct json *json, const struct occurrence *occurrence)
{
	json_object_begin(json);
	print_json_id(json, "incident", occurrence->incident);
	print_json_where(json, occurrence->row);
	json_key(json, "chain");
	print_json_chain(json, occurrence->list, occurrence->chain);
	json_object_end(json);
}

static bool visit_json(void *context, const struct occurrence *occurrence)
{
	struct occurrence_output *output = context;

	print_json_occurrence(output->json, occurrence);
	work_step(1);
	return --output->left > 0 && !ferror(stdout);
}

static void print_text_incident(const struct occurrence *occurrence)
{
	const struct incident_row *row = occurrence->row;
	char id[ID_TEXT_SIZE], moment[MOMENT_TEXT_SIZE];

	printf("  incident %s%s%s  ", style_begin(STYLE_ID),
	       print_id(id, occurrence->incident), style_end(STYLE_ID));
	if (row->summary.session_time != MOMENT_NONE)
		printf("%s  ", print_moment(moment, row->summary.session_time,
					    row->summary.session_zone_known));
	if (row->summary.machine.len) {
		utf8_print_terminal(stdout, row->summary.machine);
		printf("  ");
	}
	utf8_print_terminal(stdout, row->bundles.at[0]);
	putchar('\n');
}

static bool visit_text(void *context, const struct occurrence *occurrence)
{
	struct occurrence_output *output = context;

	if (!output->any || occurrence->incident != output->before)
		print_text_incident(occurrence);
	output->any = true;
	output->before = occurrence->incident;
	printf("    ");
	print_text_chain(stdout, occurrence->list, occurrence->chain);
	work_step(1);
	return --output->left > 0 && !ferror(stdout);
}

/* ---- JSON ---- */

static bool print_json_group(struct json *json, const struct chain_groups *groups,
			     size_t i, uint64_t occurrences, struct error *error)
{
	struct occurrence_output output = { .json = json, .left = occurrences };
	bool good = true;

	json_object_begin(json);
	print_json_group_keys(json, chain_groups_at(groups, i));
	if (occurrences) {
		json_key(json, "occurrences");
		json_array_begin(json);
		good = chain_groups_visit(groups, i, visit_json, &output, error);
		json_array_end(json);
	}
	json_object_end(json);
	return good;
}

static bool print_json(const struct chain_groups *groups, uint64_t occurrences,
		       struct error *error)
{
	struct json json;
	bool good = true;

	json_init(&json, stdout, true);
	json_object_begin(&json);
	json_key(&json, "schema");
	json_string(&json, "pipeline/query/1");
	json_key(&json, "groups");
	json_array_begin(&json);
	for (size_t i = 0; good && i < chain_groups_count(groups); i++)
		good = print_json_group(&json, groups, i, occurrences, error);
	json_array_end(&json);
	json_object_end(&json);
	json_end(&json);
	return good;
}

static bool print_jsonl(const struct chain_groups *groups, uint64_t occurrences,
			struct error *error)
{
	struct json json;
	bool good = true;

	json_init(&json, stdout, false);
	for (size_t i = 0; good && i < chain_groups_count(groups); i++) {
		good = print_json_group(&json, groups, i, occurrences, error);
		json_end(&json);
	}
	return good;
}

/* ---- CSV ---- */

static void print_csv(const struct chain_groups *groups)
{
	static const char *const headings[] = { GROUP_HEADINGS };
	struct csv csv;

	csv_init(&csv, stdout);
	print_csv_headings(&csv, headings, sizeof(headings) / sizeof(headings[0]));
	for (size_t i = 0; i < chain_groups_count(groups); i++) {
		print_csv_group_fields(&csv, chain_groups_at(groups, i));
		csv_end_row(&csv);
	}
}

/* ---- text ---- */

/* clang-format off */
static const struct text_column columns[] = {
	{ "SIGNATURE", TEXT_LEFT, TEXT_WHOLE },
	{ "INCIDENTS", TEXT_RIGHT, TEXT_WHOLE },
	{ "CHAINS", TEXT_RIGHT, TEXT_WHOLE },
	{ "MACHINES", TEXT_RIGHT, TEXT_WHOLE },
	{ "LONGEST", TEXT_RIGHT, TEXT_WHOLE },
	{ "FIRST SEEN", TEXT_LEFT, TEXT_WHOLE },
	{ "LAST SEEN", TEXT_LEFT, TEXT_WHOLE },
	{ "CHAIN", TEXT_LEFT, TEXT_CUT_MIDDLE },
};
/* clang-format on */

/* The day is enough where many are compared. */
static void put_day(struct text_table *table, int64_t moment, bool zone_known)
{
	char text[MOMENT_TEXT_SIZE];

	print_moment(text, moment, zone_known);
	text_table_text(table, slice_first(slice_from(text), moment == MOMENT_NONE ? 1 : 10));
}

static void print_table(const struct chain_groups *groups)
{
	struct text_table table;
	char text[DURATION_TEXT_SIZE];

	text_table_init(&table, stdout, columns, sizeof(columns) / sizeof(columns[0]),
			text_table_room());
	for (size_t i = 0; i < chain_groups_count(groups); i++) {
		const struct chain_group *group = chain_groups_at(groups, i);
		const struct signature_row *row = &group->row;

		text_table_style(&table, STYLE_ID);
		text_table_string(&table, print_id(text, group->signature));
		text_table_u64(&table, row->incidents);
		text_table_u64(&table, row->chains);
		text_table_u64(&table, row->machines);
		text_table_string(&table, print_duration_short(text, row->longest_wait_ms));
		put_day(&table, row->first_seen, row->first_zone_known);
		put_day(&table, row->last_seen, row->last_zone_known);
		text_table_text(&table, row->label);
	}
	text_table_end(&table);
}

static void print_text_group(const struct chain_group *group)
{
	const struct signature_row *row = &group->row;
	char id[ID_TEXT_SIZE], wait[DURATION_TEXT_SIZE];
	char first[MOMENT_TEXT_SIZE], last[MOMENT_TEXT_SIZE];

	printf("%s%s%s  ", style_begin(STYLE_ID), print_id(id, group->signature),
	       style_end(STYLE_ID));
	utf8_print_terminal(stdout, row->label);
	print_count("\n  ", row->incidents, "incident");
	print_count(", ", row->chains, "chain");
	if (row->machines)
		print_count(", ", row->machines, "machine");
	printf(", longest wait %s", print_duration(wait, row->longest_wait_ms));
	if (row->first_seen != MOMENT_NONE)
		printf(", seen %s to %s",
		       print_moment(first, row->first_seen, row->first_zone_known),
		       print_moment(last, row->last_seen, row->last_zone_known));
	putchar('\n');
}

static bool print_text_occurrences(const struct chain_groups *groups, size_t i,
				   uint64_t occurrences, struct error *error)
{
	uint64_t chains = chain_groups_at(groups, i)->row.chains;
	struct occurrence_output output = { .left = occurrences };
	bool good = chain_groups_visit(groups, i, visit_text, &output, error);

	if (good && chains > occurrences) {
		print_count("  ... and ", chains - occurrences, "chain");
		printf(" more (--occurrences)\n");
	}
	return good;
}

static bool print_text(const struct chain_groups *groups, uint64_t occurrences,
		       struct error *error)
{
	bool good = true;

	if (!occurrences)
		print_table(groups);
	for (size_t i = 0; good && occurrences && i < chain_groups_count(groups); i++) {
		if (i)
			putchar('\n');
		print_text_group(chain_groups_at(groups, i));
		good = print_text_occurrences(groups, i, occurrences, error);
	}
	note_shown(chain_groups_count(groups), chain_groups_total(groups), "groups");
	return good;
}

/* ---- any of them ---- */

static uint64_t occurrences_of_all(const struct chain_groups *groups, uint64_t occurrences)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < chain_groups_count(groups); i++) {
		uint64_t chains = chain_groups_at(groups, i)->row.chains;

		sum += chains < occurrences ? chains : occurrences;
	}
	return sum;
}

static bool print_as(const struct chain_groups *groups, const struct groups_wish *wish,
		     struct error *error)
{
	switch (wish->format) {
	case FORMAT_JSON:
		return print_json(groups, wish->occurrences, error);
	case FORMAT_JSONL:
		return print_jsonl(groups, wish->occurrences, error);
	case FORMAT_CSV:
		print_csv(groups);
		return true;
	case FORMAT_DOT:
		print_dot_groups(groups);
		return true;
	default:
		return print_text(groups, wish->occurrences, error);
	}
}

bool print_groups(const struct chain_groups *groups, const struct groups_wish *wish,
		  struct error *error)
{
	uint64_t chains = occurrences_of_all(groups, wish->occurrences);
	bool good;

	if (chains)
		work_begin_printing("chains printed", chains);
	good = print_as(groups, wish, error);
	work_end();
	return good;
}
