/* SPDX-License-Identifier: Apache-2.0 */
/* `pipeline show INCIDENT`: everything known of one incident, or the lines that one of its findings was concluded from. */
#include "pipeline/base/log.h"
#include "pipeline/options.h"
#include "pipeline/show.h"

enum {
	OPTION_EVIDENCE = OPTION_OWN,
};

static const struct option_row rows[] = {
	{ OPTION_EVIDENCE, 0, "evidence", "N",
	  "only the original lines of point of interest N, out of the bundle" },
	{ OPTION_FORMAT, 'f', "format", "FORMAT",
	  "text (default), json, or dot: the wait chains for Graphviz" },
	OPTIONS_COMMON,
	{ 0 },
};

struct wish {
	enum format format;
	uint64_t evidence; /* number of a finding, 0 for everything */
};

static bool print(void *context, const struct shown *shown, struct error *error)
{
	const struct wish *wish = context;

	if (wish->evidence)
		return show_evidence(shown, wish->evidence, wish->format, error);
	if (wish->format == FORMAT_JSON)
		show_json(shown);
	else if (wish->format == FORMAT_DOT)
		show_dot(shown);
	else
		show_text(shown);
	return true;
}

static bool take_option(struct wish *wish, const struct options *options, int id)
{
	if (id == OPTION_EVIDENCE)
		return number_option(options, 1, UINT32_MAX, &wish->evidence);
	return format_option_of(&wish->format, options,
				1u << FORMAT_TEXT | 1u << FORMAT_JSON | 1u << FORMAT_DOT);
}

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	struct wish wish = { .format = FORMAT_TEXT };
	struct error error = ERROR_INIT;
	struct options options;
	bool good = true;
	char **operands;
	int id, count, status;

	options_begin(&options, command, argc, argv);
	while (good && (id = options_next(&options)) >= 0) {
		if (id == OPTION_INDEX)
			index = options.value;
		else
			good = take_option(&wish, &options, id);
	}
	operands = options_operands(&options, &count);
	options_end(&options);
	if (!good)
		return EXIT_USAGE;
	if (id == OPTION_STOP)
		return options.status;
	if (count != 1)
		return options_mistake(command, count ? "one incident at a time"
						      : "no incident given");
	if (wish.evidence && wish.format == FORMAT_DOT)
		return options_mistake(command, "--evidence prints text and json alone");
	status = show_incident(index, operands[0], print, &wish, &error);
	if (error.kind != ERROR_NONE)
		log_error("%s: %s", command->name, error.text);
	return status;
}

const struct command command_show = {
	.name = "show",
	.summary = "Shows everything known of one incident.",
	.operands = "INCIDENT",
	.examples =
		"  pipeline show 9f3c                      # by id, or the beginning of one\n"
		"  pipeline show /srv/cases/case.zip       # by the bundle it lies in\n"
		"  pipeline show 9f3c --evidence 1         # the lines behind the first point of interest\n"
		"  pipeline show 9f3c --format json        # for a program\n"
		"  pipeline show 9f3c -f dot | dot -Tsvg   # the wait chains as a picture\n",
	.options = rows,
	.run = run,
};
