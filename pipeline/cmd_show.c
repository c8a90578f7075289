/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `pipeline show INCIDENT…`: everything known of incidents, those that are named or all that the selectors accept, one after the
 * other; or the lines that one of an incident's findings was concluded from.
 */
#include "index/list.h"
#include "pipeline/base/log.h"
#include "pipeline/base/work.h"
#include "pipeline/fold.h"
#include "pipeline/options.h"
#include "pipeline/password_file.h"
#include "pipeline/place.h"
#include "pipeline/progress.h"
#include "pipeline/sandbox.h"
#include "pipeline/show.h"

enum {
	OPTION_EVIDENCE = OPTION_OWN,
	OPTION_ALL,
};

static const struct option_row rows[] = {
	{ OPTION_ALL, 'a', "all", NULL,
	  "every incident that the selectors accept, newest first" },
	{ OPTION_EVIDENCE, 0, "evidence", "N",
	  "only the original lines of point of interest N, out of the bundle" },
	OPTIONS_PASSWORDS,
	OPTIONS_FORMAT_OF("output",
			  "text (default), json, jsonl, dot (the wait chains for Graphviz)"),
	OPTIONS_SANDBOX,
	OPTIONS_SELECTOR,
	OPTIONS_PROGRESS,
	OPTIONS_COMMON,
	{ 0 },
};

struct wish {
	const struct command *command;
	const char *index;
	enum format format;
	uint64_t evidence;    /* number of a finding, 0 for everything */
	enum sandbox sandbox; /* in which its lines are read */
	bool sandboxed;       /* it was said */
	bool all, selected, passwords;
	struct selector selector;
	char **typed;
	int count; /* of them */
};

struct showing {
	const struct wish *wish;
	struct index_view *view;
	struct json json; /* of the list of several incidents */
	bool any;
	struct error error;
};

static bool is_list(const struct wish *wish)
{
	return wish->all || wish->count > 1;
}

static void print_json(struct showing *showing, const struct shown *shown, bool pretty)
{
	struct json json;

	json_init(&json, stdout, pretty);
	if (pretty && is_list(showing->wish)) {
		show_json(&showing->json, shown);
		return;
	}
	show_json(&json, shown);
	json_end(&json);
}

static bool print(void *context, const struct shown *shown, struct error *error)
{
	struct showing *showing = context;
	const struct wish *wish = showing->wish;

	if (wish->evidence) {
		fold_end(); /* the lines are the log's own */
		return show_evidence(shown, wish->evidence, wish->sandbox, wish->format,
				     error);
	}
	if (wish->format == FORMAT_JSON || wish->format == FORMAT_JSONL) {
		print_json(showing, shown, wish->format == FORMAT_JSON);
	} else if (wish->format == FORMAT_DOT) {
		show_dot(shown);
	} else {
		if (showing->any)
			putchar('\n');
		show_text(shown);
	}
	showing->any = true;
	return true;
}

/* ---- several incidents ---- */

static void begin_list(struct json *json)
{
	json_init(json, stdout, true);
	json_object_begin(json);
	json_key(json, "schema");
	json_string(json, "pipeline/incidents/1");
	json_key(json, "incidents");
	json_array_begin(json);
}

static void end_list(struct json *json)
{
	json_array_end(json);
	json_object_end(json);
	json_end(json);
}

static bool print_row(void *context, const struct incident_row *row)
{
	struct showing *showing = context;

	work_step(1);
	return show_row(showing->view, row, print, showing, &showing->error) &&
	       !ferror(stdout);
}

static void report(struct showing *showing)
{
	if (showing->error.kind != ERROR_NONE)
		log_error("%s: %s", showing->wish->command->name, showing->error.text);
	showing->error.kind = ERROR_NONE;
}

static int show_all(struct showing *showing)
{
	struct error error = ERROR_INIT;
	uint64_t count = 0;
	const struct selector *selector = &showing->wish->selector;
	bool good;

	work_begin_printing("incidents printed", list_expects(showing->view, selector));
	good = list_incidents(showing->view, selector, print_row, showing, &count, &error);
	work_end();
	if (good)
		good = showing->error.kind == ERROR_NONE;
	else
		showing->error = error;
	report(showing);
	return !good ? EXIT_USAGE : count ? 0 : EXIT_NOTHING_FOUND;
}

/* What one of them cannot be shown for keeps no other from being shown; the worst status is that of the command. */
static int show_each(struct showing *showing)
{
	const struct wish *wish = showing->wish;
	int worst = 0;

	for (int i = 0; i < wish->count && !ferror(stdout); i++) {
		int status = show_typed(showing->view, wish->typed[i], print, showing,
					&showing->error);

		report(showing);
		if (status > worst)
			worst = status;
	}
	return worst;
}

static int show(const struct wish *wish)
{
	struct showing showing = { .wish = wish, .error = ERROR_INIT };
	bool listed = is_list(wish) && wish->format == FORMAT_JSON;
	struct reading_place place;
	int status;

	if ((wish->evidence && !sandbox_is_there(wish->sandbox, &showing.error)) ||
	    !place_open(&place, wish->index, &showing.error)) {
		report(&showing);
		return EXIT_USAGE;
	}
	showing.view = place.view;
	if (listed)
		begin_list(&showing.json);
	status = wish->all ? show_all(&showing) : show_each(&showing);
	if (listed)
		end_list(&showing.json);
	place_close(&place);
	return status;
}

/* ---- command line ---- */

static bool take_option(void *into, const struct options *options, int id)
{
	struct wish *wish = into;

	switch (id) {
	case OPTION_INDEX:
		wish->index = options->value;
		return true;
	case OPTION_ALL:
		wish->all = true;
		return true;
	case OPTION_EVIDENCE:
		return number_option(options, 1, UINT32_MAX, &wish->evidence);
	case OPTION_SANDBOX:
		wish->sandboxed |= !options->origin;
		return sandbox_option(&wish->sandbox, options);
	case OPTION_PASSWORD_FILE:
		wish->passwords |= !options->origin;
		/* a preset comes last, and is not for what needs none */
		return (options->origin && !wish->evidence) || password_file_option(options);
	case OPTION_FORMAT:
		return format_option(&wish->format, options);
	case OPTION_PROGRESS:
		return progress_option(options);
	default:
		wish->selected = true;
		return select_option(&wish->selector, options, id);
	}
}

/* EXIT_USAGE, with the mistake reported, when what is wished does not go together. */
static int check(const struct wish *wish)
{
	if (wish->all && wish->count)
		return options_mistake(wish->command, "--all takes no operands");
	if (!wish->all && !wish->count)
		return options_mistake(wish->command,
				       "no incident given; --all for every one");
	if (wish->selected && !wish->all)
		return options_mistake(wish->command, "selectors choose among --all");
	if (wish->passwords && !wish->evidence)
		return options_mistake(wish->command, "--password-file is for --evidence");
	if (is_list(wish) && (wish->evidence || wish->format == FORMAT_DOT))
		return options_mistake(wish->command, "%s is of one incident",
				       wish->evidence ? "--evidence" : "--format dot");
	if (wish->sandboxed && !wish->evidence)
		return options_mistake(wish->command, "--sandbox is for --evidence");
	if (wish->evidence && wish->format == FORMAT_DOT)
		return options_mistake(wish->command,
				       "--evidence prints text, json and jsonl alone");
	return 0;
}

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	struct wish wish = { .command = command, .index = index, .selector = SELECTOR_ALL };
	struct operands typed;
	int status;

	if (!options_take(command, argc, argv, take_option, &wish, &typed, &status))
		return status;
	wish.typed = typed.at;
	wish.count = typed.count;
	status = check(&wish);
	return status ? status : show(&wish);
}

const struct command command_show = {
	.name = "show",
	.summary = "Shows everything known of incidents.",
	.operands = "INCIDENT...",
	.examples =
		"  pipeline show 9f3c                     # by id, or the beginning of one\n"
		"  pipeline show /srv/cases/case.zip      # by the bundle it lies in\n"
		"  pipeline show 9f3c --evidence 1        # the lines behind the first point\n"
		"  pipeline show 9f3c --format json       # for a program\n"
		"  pipeline show --all --format jsonl     # every incident, one a line\n"
		"  pipeline show 9f3c -f dot | dot -Tsvg  # the wait chains as a picture\n",
	.options = rows,
	.pages = true,
	.run = run,
};
