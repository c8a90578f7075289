/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `pipeline explain SIGNATURE`: by which rules it was made, what coarser and finer groups it is a part of or is made of, and what
 * goes with it.
 */
#include "index/goes_with.h"
#include "index/query_chain.h"
#include "pipeline/base/log.h"
#include "pipeline/base/utf8.h"
#include "pipeline/place.h"
#include "pipeline/query.h"

static const struct option_row rows[] = {
	OPTIONS_FORMAT,
	OPTIONS_COMMON,
	{ 0 },
};

static const struct {
	const char *name, *text;
	enum grouping grouping; /* and all finer ones */
} rules[] = {
#define SIGNATURE_RULE(id, grouping, text) { #id, text, GROUPING_##grouping },
#include "stages/signature_rules.def"
#undef SIGNATURE_RULE
};

#define RULES (sizeof(rules) / sizeof(rules[0]))

struct explained {
	struct signature_of of;
	struct group_sum levels[GROUPINGS]; /* its chains, at every grouping */
	struct associations associations;
	id_vec ids; /* of its incidents */
};

static const struct chain_group *group_of(const struct explained *explained)
{
	return &explained->levels[explained->of.grouping].groups.at[0];
}

/* ---- what there is to be told ---- */

static bool sum_levels(struct explained *explained, struct index_view *view,
		       const id_vec *ids, struct error *error)
{
	struct chain_filter filter = CHAIN_FILTER_ALL;
	struct chain_sum sums[GROUPINGS];
	bool good;

	filter.within = &explained->of;
	for (int i = 0; i < GROUPINGS; i++) {
		explained->levels[i].grouping = (enum grouping)i;
		sums[i] = (struct chain_sum){ &explained->levels[i], NULL };
	}
	good = sum_chains(view, &filter, ids, sums, GROUPINGS, error);
	for (int i = 0; i < GROUPINGS; i++)
		group_sum_finish(&explained->levels[i]);
	if (!good)
		return false;
	return explained->levels[explained->of.grouping].groups.len == 1 ||
	       error_set(error, ERROR_FORMAT,
			 "the index is damaged: a signature without chains");
}

/* The images of its chains go with it by definition. */
static void collect_own_images(const struct explained *explained, id_vec *images)
{
	vec_for_each(group, &explained->levels[GROUPING_FRAME].groups) {
		size_t count;
		struct bytes_reader hops = signature_hops(group->row.hops, &count);

		for (size_t i = 0; i < count; i++)
			vec_push(images, image_key(signature_next_hop(&hops).image));
	}
	ids_settle(images);
}

static bool find_all(struct explained *explained, struct index_view *view,
		     const char *typed, struct error *error)
{
	id_vec images = { 0 };
	bool good = signature_find(view, typed, &explained->of, error) == 1 &&
		    signature_incidents(view, &explained->of, &explained->ids, error) &&
		    sum_levels(explained, view, &explained->ids, error);

	if (good) {
		collect_own_images(explained, &images);
		good = goes_with(view, &explained->ids, &images, &explained->associations,
				 error);
	}
	vec_free(&images);
	return good;
}

static void explained_free(struct explained *explained)
{
	vec_free(&explained->ids);
	for (int i = 0; i < GROUPINGS; i++)
		group_sum_free(&explained->levels[i]);
	associations_free(&explained->associations);
}

/* ---- JSON ---- */

static void print_json_rules(struct json *json, enum grouping grouping)
{
	json_key(json, "rules_version");
	json_u64(json, SIGNATURE_RULES);
	json_key(json, "rules");
	json_array_begin(json);
	for (size_t i = 0; i < RULES; i++) {
		if (rules[i].grouping > grouping)
			continue;
		json_object_begin(json);
		json_key(json, "rule");
		json_string(json, rules[i].name);
		json_key(json, "text");
		json_string(json, rules[i].text);
		json_object_end(json);
	}
	json_array_end(json);
}

static void print_json_level(struct json *json, const struct explained *explained, int level)
{
	json_key(json, grouping_text((enum grouping)level));
	json_array_begin(json);
	vec_for_each(group, &explained->levels[level].groups) {
		json_object_begin(json);
		print_json_id(json, "signature", group->signature);
		print_json_text(json, "label", group->row.label);
		print_json_u64(json, "incidents", group->row.incidents);
		print_json_u64(json, "chains", group->row.chains);
		json_object_end(json);
	}
	json_array_end(json);
}

static void print_json_association(struct json *json, const struct association *association)
{
	json_object_begin(json);
	json_key(json, "feature");
	json_string(json, feature_text(association->feature));
	print_json_text(json, "value", association->value);
	print_json_u64(json, "with", association->with);
	print_json_u64(json, "of_with", association->of_with);
	print_json_u64(json, "without", association->without);
	print_json_u64(json, "of_without", association->of_without);
	json_key(json, "chi_squared");
	json_real(json, association->chi_squared);
	json_key(json, "p");
	json_real(json, association->p);
	json_key(json, "p_corrected");
	json_real(json, association->p_corrected);
	json_object_end(json);
}

static void print_json(const struct explained *explained)
{
	const struct signature_row *row = &group_of(explained)->row;
	struct json json;

	json_init(&json, stdout, true);
	json_object_begin(&json);
	json_key(&json, "schema");
	json_string(&json, "pipeline/explain/1");
	print_json_id(&json, "signature", explained->of.signature);
	json_key(&json, "level");
	json_string(&json, grouping_text(explained->of.grouping));
	print_json_text(&json, "label", row->label);
	print_json_u64(&json, "incidents", row->incidents);
	print_json_u64(&json, "chains", row->chains);
	print_json_u64(&json, "machines", row->machines);
	print_json_moment(&json, "first_seen", row->first_seen, row->first_zone_known);
	print_json_moment(&json, "last_seen", row->last_seen, row->last_zone_known);
	print_json_seconds(&json, "max_wait_seconds", row->longest_wait_ms);
	print_json_rules(&json, explained->of.grouping);
	for (int i = 0; i < GROUPINGS; i++)
		print_json_level(&json, explained, i);
	print_json_u64(&json, "tests", explained->associations.tests);
	json_key(&json, "goes_with");
	json_array_begin(&json);
	vec_for_each(association, &explained->associations.list)
		print_json_association(&json, association);
	json_array_end(&json);
	json_object_end(&json);
	json_end(&json);
}

/* ---- text ---- */

/* So many finer groups, and incidents, are shown. */
#define GROUPS_SHOWN 10

static void print_text_level(const struct explained *explained, int level)
{
	const struct group_sum *sum = &explained->levels[level];
	char id[ID_TEXT_SIZE];

	for (size_t i = 0; i < sum->groups.len && i < GROUPS_SHOWN; i++) {
		const struct chain_group *group = &sum->groups.at[i];

		printf("  %-5s  %s  ", i ? "" : grouping_text((enum grouping)level),
		       print_id(id, group->signature));
		print_count("", group->row.incidents, "incident");
		printf("  ");
		utf8_print_terminal(stdout, group->row.label);
		putchar('\n');
	}
	if (sum->groups.len > GROUPS_SHOWN)
		printf("         ... and %zu more\n", sum->groups.len - GROUPS_SHOWN);
}

/* What shows a chain of it in a dump, with the lines of its log. */
static void print_text_incidents(const id_vec *ids)
{
	char id[ID_TEXT_SIZE];

	print_heading("Its incidents, to be shown with evidence:\n");
	for (size_t i = 0; i < ids->len && i < GROUPS_SHOWN; i++)
		printf("  pipeline show %s\n", print_id(id, ids->at[i]));
	if (ids->len > GROUPS_SHOWN)
		printf("  ... and %zu more\n", ids->len - GROUPS_SHOWN);
}

static void print_text_association(const struct association *association)
{
	printf("  %s", feature_text(association->feature));
	if (association->value.len) {
		putchar(' ');
		utf8_print_terminal(stdout, association->value);
	}
	printf(": %llu of %llu with it, %llu of %llu without (chi-squared %.1f, p %.2g)\n",
	       (unsigned long long)association->with, (unsigned long long)association->of_with,
	       (unsigned long long)association->without,
	       (unsigned long long)association->of_without, association->chi_squared,
	       association->p_corrected);
}

static void print_text(const struct explained *explained)
{
	const struct signature_row *row = &group_of(explained)->row;
	char id[ID_TEXT_SIZE], first[MOMENT_TEXT_SIZE], last[MOMENT_TEXT_SIZE];

	printf("%s%s%s  ", style_begin(STYLE_ID), print_id(id, explained->of.signature),
	       style_end(STYLE_ID));
	utf8_print_terminal(stdout, row->label);
	print_count("\n  ", row->incidents, "incident");
	print_count(", ", row->chains, "chain");
	if (row->first_seen != MOMENT_NONE)
		printf(", seen %s to %s",
		       print_moment(first, row->first_seen, row->first_zone_known),
		       print_moment(last, row->last_seen, row->last_zone_known));
	printf("\n\nGrouped by %s, by rules %d:\n", grouping_text(explained->of.grouping),
	       SIGNATURE_RULES);
	for (size_t i = 0; i < RULES; i++)
		if (rules[i].grouping <= explained->of.grouping)
			printf("  - %s\n", rules[i].text);
	print_heading("Its chains, from the coarsest grouping to the finest:\n");
	for (int i = 0; i < GROUPINGS; i++)
		print_text_level(explained, i);
	print_text_incidents(&explained->ids);
	if (explained->associations.list.len == 0)
		return;
	print_heading("Goes with");
	printf(" (p is corrected for %llu tests):\n",
	       (unsigned long long)explained->associations.tests);
	vec_for_each(association, &explained->associations.list)
		print_text_association(association);
}

/* ---- the command ---- */

static int explain(const char *index, const char *typed, enum format format, struct error *error)
{
	struct explained explained = { .of = { 0 } };
	struct reading_place place;
	int status = 0;

	if (!place_open(&place, index, error))
		return EXIT_USAGE;
	if (!find_all(&explained, place.view, typed, error))
		status = error->kind == ERROR_USAGE ? EXIT_NOTHING_FOUND : EXIT_USAGE;
	else if (format == FORMAT_JSON)
		print_json(&explained);
	else
		print_text(&explained);
	explained_free(&explained);
	place_close(&place);
	return status;
}

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	struct asking_plainly asked = { .index = index };
	struct error error = ERROR_INIT;
	struct operands typed;
	int status;

	if (!options_take(command, argc, argv, plain_option, &asked, &typed, &status))
		return status;
	if (typed.count != 1)
		return options_mistake(command, typed.count ? "one signature at a time"
							    : "no signature given");
	status = explain(asked.index, typed.at[0], asked.format, &error);
	if (error.kind != ERROR_NONE)
		log_error("%s: %s", command->name, error.text);
	return status;
}

const struct command command_explain = {
	.name = "explain",
	.summary = "Says what a signature is made of, and what goes with it.",
	.operands = "SIGNATURE",
	.examples = "  pipeline explain 9f3c41aa02b7d6e5    # rules, groups, what goes with it\n"
		    "  pipeline explain 9f3c --format json  # for a program\n",
	.options = rows,
	.pages = true,
	.run = run,
};
