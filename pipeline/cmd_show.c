/* SPDX-License-Identifier: Apache-2.0 */
/* `pipeline show INCIDENT`: everything known of one incident, or the lines that one of its findings was concluded from. */
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

static bool take_option(void *context, const struct options *options, int id)
{
	struct wish *wish = context;
	bool good;

	if (id == OPTION_EVIDENCE)
		good = number_option(options, 1, UINT32_MAX, &wish->evidence);
	else
		good = format_option_of(&wish->format, options,
					1u << FORMAT_TEXT | 1u << FORMAT_JSON |
						1u << FORMAT_DOT);
	if (good && wish->evidence && wish->format == FORMAT_DOT)
		return options_refuse(options, "--evidence prints text and json alone");
	return good;
}

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	struct wish wish = { .format = FORMAT_TEXT };

	return show_command(command, index, argc, argv, take_option, print, &wish);
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
