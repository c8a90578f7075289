/* SPDX-License-Identifier: Apache-2.0 */
/* `pipeline query --chain EXPR`: the chains that match, over all incidents, grouped by signature. */
#include "index/query_chain.h"
#include "pipeline/base/log.h"
#include "pipeline/base/utf8.h"
#include "pipeline/place.h"
#include "pipeline/print.h"
#include "pipeline/selecting.h"

enum {
	OPTION_CHAIN = OPTION_OWN,
};

static const struct option_row rows[] = {
	{ OPTION_CHAIN, 0, "chain", "EXPR",
	  "chains through A; 'A > B' direct, 'A >> B' later, ^A first, A$ last" },
	OPTIONS_FORMAT,
	OPTIONS_SELECTOR,
	OPTIONS_COMMON,
	{ 0 },
};

struct query {
	const char *index;
	const char *expr_text;
	struct chain_filter filter;
	enum format format;
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

static void print_json_group(struct json *json, const struct chain_group *group)
{
	const struct occurrence *example = group->example;

	json_object_begin(json);
	print_json_id(json, "signature", group->signature);
	print_json_text(json, "label", group->label);
	print_json_path(json, example->list, example->chain);
	json_key(json, "cycle");
	json_string(json, cycle_kind_text(example->chain->cycle));
	json_key(json, "endpoint");
	json_string(json,
		    endpoint_kind_text(chain_endpoint(example->list, example->chain)->kind));
	print_json_u64(json, "incidents", group->incidents);
	print_json_u64(json, "chains", group->chains);
	print_json_u64(json, "machines", group->machines);
	print_json_moment(json, "first_seen", group->first_seen, group->first_zone_known);
	print_json_moment(json, "last_seen", group->last_seen, group->last_zone_known);
	print_json_seconds(json, "max_wait_seconds", group->longest_wait_ms);
	json_key(json, "occurrences");
	json_array_begin(json);
	for (size_t i = 0; i < group->occurrence_count; i++)
		print_json_occurrence(json, &group->occurrences[i]);
	json_array_end(json);
	json_object_end(json);
}

static void print_json(const struct chain_groups *groups)
{
	struct json json;

	json_init(&json, stdout, true);
	json_object_begin(&json);
	json_key(&json, "schema");
	json_string(&json, "pipeline/query/1");
	json_key(&json, "groups");
	json_array_begin(&json);
	for (size_t i = 0; i < chain_groups_count(groups); i++)
		print_json_group(&json, chain_groups_at(groups, i));
	json_array_end(&json);
	json_object_end(&json);
	json_end(&json);
}

static void print_text_occurrence(const struct occurrence *occurrence, uint64_t before)
{
	const struct incident_row *row = occurrence->row;
	char id[ID_TEXT_SIZE], moment[MOMENT_TEXT_SIZE];

	if (occurrence->incident != before) {
		printf("  incident %s  ", print_id(id, occurrence->incident));
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
	printf("    ");
	print_text_chain(stdout, occurrence->list, occurrence->chain);
}

static void print_text_group(const struct chain_group *group)
{
	char id[ID_TEXT_SIZE], wait[DURATION_TEXT_SIZE];
	char first[MOMENT_TEXT_SIZE], last[MOMENT_TEXT_SIZE];

	printf("%s  ", print_id(id, group->signature));
	utf8_print_terminal(stdout, group->label);
	print_count("\n  ", group->incidents, "incident");
	print_count(", ", group->chains, "chain");
	if (group->machines)
		print_count(", ", group->machines, "machine");
	printf(", longest wait %s", print_duration(wait, group->longest_wait_ms));
	if (group->first_seen != MOMENT_NONE)
		printf(", seen %s to %s",
		       print_moment(first, group->first_seen, group->first_zone_known),
		       print_moment(last, group->last_seen, group->last_zone_known));
	putchar('\n');
	for (size_t i = 0; i < group->occurrence_count; i++)
		print_text_occurrence(&group->occurrences[i],
				      i ? group->occurrences[i - 1].incident
					: ~group->occurrences[i].incident);
}

static void print_text(const struct chain_groups *groups)
{
	size_t count = chain_groups_count(groups), total = chain_groups_total(groups);

	for (size_t i = 0; i < count; i++) {
		if (i)
			putchar('\n');
		print_text_group(chain_groups_at(groups, i));
	}
	if (count < total)
		log_note("%zu of %zu groups shown", count, total);
}

static int answer(struct query *query, struct error *error)
{
	struct reading_place place;
	struct chain_groups *groups;
	size_t count;

	if (!place_open(&place, query->index, error))
		return EXIT_USAGE;
	groups = query_chains(place.view, &query->filter, error);
	if (!groups) {
		place_close(&place);
		return EXIT_USAGE;
	}
	count = chain_groups_count(groups);
	if (query->format == FORMAT_JSON)
		print_json(groups);
	else
		print_text(groups);
	chain_groups_free(groups);
	place_close(&place);
	return count ? 0 : EXIT_NOTHING_FOUND;
}

static bool take_option(struct query *query, const struct options *options, int id)
{
	switch (id) {
	case OPTION_INDEX:
		query->index = options->value;
		return true;
	case OPTION_CHAIN:
		if (query->expr_text)
			return options_refuse(options,
					      "one --chain at a time: '%s' is the second",
					      options->value);
		query->expr_text = options->value;
		return true;
	case OPTION_FORMAT:
		return format_option(&query->format, options);
	default:
		return select_option(&query->filter.selector, options, id);
	}
}

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	struct query query = { .index = index, .filter = { .selector = SELECTOR_ALL } };
	struct error error = ERROR_INIT;
	struct chain_expr *expr;
	struct options options;
	int id, operands, status;

	options_begin(&options, command, argc, argv);
	while ((id = options_next(&options)) >= 0)
		if (!take_option(&query, &options, id)) {
			options_end(&options);
			return EXIT_USAGE;
		}
	options_operands(&options, &operands);
	options_end(&options);
	if (id == OPTION_STOP)
		return options.status;
	if (operands)
		return options_mistake(
			command, "takes no operands; quote the expression after --chain");
	if (!query.expr_text)
		return options_mistake(command, "nothing asked: give --chain EXPR");
	expr = chain_expr_parse(query.expr_text, &error);
	if (!expr)
		return options_mistake(command, "--chain: %s", error.text);
	query.filter.expr = expr;
	status = answer(&query, &error);
	chain_expr_free(expr);
	if (error.kind != ERROR_NONE)
		log_error("%s: %s", command->name, error.text);
	return status;
}

const struct command command_query = {
	.name = "query",
	.summary = "Finds wait chains over all incidents, grouped by signature.",
	.operands = "",
	.examples =
		"  pipeline query --chain ProcessA.exe                       # through this image\n"
		"  pipeline query --chain 'ProcessA.exe > ProcessB.exe'      # a direct edge\n"
		"  pipeline query --chain '^Client*.exe >> ProcessC.exe$'    # from, over, to\n"
		"  pipeline query --chain '*' --cycle thread --format json   # all deadlocks\n",
	.options = rows,
	.run = run,
};
