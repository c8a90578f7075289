/* SPDX-License-Identifier: Apache-2.0 */
/* `pipeline diff A B`: what is new in B against A, worse, recurring, gone. Each is an incident, a day or a machine. */
#include "index/list.h"
#include "index/query_diff.h"
#include "pipeline/base/log.h"
#include "pipeline/fail_on.h"
#include "pipeline/place.h"
#include "pipeline/progress.h"
#include "pipeline/print_diff.h"

static const struct option_row rows[] = {
	OPTIONS_FAIL_ON,  OPTIONS_FORMAT_OF("output", "text (default), json, jsonl, csv"),
	OPTIONS_SELECTOR, OPTIONS_PROGRESS,
	OPTIONS_COMMON,   { 0 },
};

struct comparing {
	const char *index;
	struct chain_filter filter;
	enum format format;
	unsigned fail_on;
};

/* ---- what A and B are ---- */

static bool select_day(struct index_view *view, const char *typed, id_vec *ids,
		       struct error *error)
{
	struct selector day = SELECTOR_ALL;

	day.since = moment_parse(slice_from(typed), false);
	day.until = moment_parse(slice_from(typed), true);
	return ids_selected(view, &day, ids, error);
}

static bool select_machine(struct index_view *view, const char *typed, id_vec *ids,
			   struct error *error)
{
	struct selector machine = SELECTOR_ALL;

	machine.machine = typed;
	return ids_selected(view, &machine, ids, error);
}

/* Only a date: a time of day is no day. */
static bool is_day(const char *typed)
{
	return strlen(typed) == strlen("2010-03-10") &&
	       moment_parse(slice_from(typed), false) != MOMENT_NONE;
}

/* A machine's name wins over the beginning of an id, which can be typed longer. */
static bool select_side(struct index_view *view, const char *typed, id_vec *ids,
			struct error *error)
{
	uint64_t id;

	if (is_day(typed))
		return select_day(view, typed, ids, error);
	if (!select_machine(view, typed, ids, error))
		return false;
	if (ids->len)
		return true;
	if (index_resolve(view, typed, &id, error) == 1) {
		vec_push(ids, id);
		return true;
	}
	if (error->kind == ERROR_USAGE && ids->len == 0)
		error_context(error, "no day, no machine");
	return false;
}

/* ---- the command ---- */

static bool keep_selected(struct index_view *view, const struct selector *selector,
			  id_vec *ids, struct error *error)
{
	id_vec selected = { 0 };
	bool good = ids_selected(view, selector, &selected, error);

	ids_keep_common(ids, &selected);
	vec_free(&selected);
	return good;
}

static int compare(const struct comparing *comparing, struct index_view *view,
		   char **sides, struct error *error)
{
	const struct selector *selector = &comparing->filter.selector;
	id_vec before = { 0 }, after = { 0 };
	struct diff diff = { .first = 0 };
	bool holds = false;
	bool good = select_side(view, sides[0], &before, error) &&
		    select_side(view, sides[1], &after, error) &&
		    keep_selected(view, selector, &before, error) &&
		    keep_selected(view, selector, &after, error) &&
		    query_diff(view, &comparing->filter, &before, &after, &diff, error) &&
		    fail_on_holds(view, comparing->fail_on, &diff, &after, &holds, error);
	int status = EXIT_USAGE;

	if (good) {
		print_diff(&diff, comparing->format);
		status = holds ? EXIT_FAIL_ON : diff.count ? 0 : EXIT_NOTHING_FOUND;
	} else if (error->kind == ERROR_USAGE) {
		status = EXIT_NOTHING_FOUND;
	}
	diff_free(&diff);
	vec_free(&before);
	vec_free(&after);
	return status;
}

static bool take_option(void *into, const struct options *options, int id)
{
	struct comparing *comparing = into;

	switch (id) {
	case OPTION_INDEX:
		comparing->index = options->value;
		return true;
	case OPTION_FAIL_ON:
		return fail_on_option(&comparing->fail_on, options);
	case OPTION_FORMAT:
		return format_option(&comparing->format, options);
	case OPTION_PROGRESS:
		return progress_option(options);
	default:
		return select_option(&comparing->filter.selector, options, id);
	}
}

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	struct comparing comparing = { .index = index, .filter = CHAIN_FILTER_ALL };
	struct error error = ERROR_INIT;
	struct reading_place place;
	struct operands sides;
	int status;

	if (!options_take(command, argc, argv, take_option, &comparing, &sides, &status))
		return status;
	if (sides.count != 2)
		return options_mistake(command, "compares two: incidents, days or machines");
	status = EXIT_USAGE;
	if (place_open(&place, comparing.index, &error)) {
		status = compare(&comparing, place.view, sides.at, &error);
		place_close(&place);
	}
	if (error.kind != ERROR_NONE)
		log_error("%s: %s", command->name, error.text);
	return status;
}

const struct command command_diff = {
	.name = "diff",
	.summary = "Compares two incidents, days or machines: new, worse, gone chains.",
	.operands = "A B",
	.examples = "  pipeline diff 9f3c 41aa                      # two dumps\n"
		    "  pipeline diff 2026-01-05 2026-01-06          # two days\n"
		    "  pipeline diff TS01 TS02 --fail-on new-chain  # two machines; 3 if worse off\n",
	.options = rows,
	.pages = true,
	.run = run,
};
