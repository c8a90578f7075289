/* SPDX-License-Identifier: Apache-2.0 */
/* `pipeline schema [NAME]`: the JSON Schemas of what commands print as JSON. */
#include "pipeline/schemas.h"

#include <stdio.h>

#include "pipeline/base/log.h"
#include "pipeline/base/slice.h"
#include "pipeline/near.h"
#include "pipeline/options.h"

static const struct option_row rows[] = {
	OPTIONS_COMMON,
	{ 0 },
};

/* "query" of "pipeline/query/1" too, as documents name theirs; there is one version of each. */
static struct slice plain_name(struct slice typed)
{
	struct slice name = slice_skip(typed, SLICE("pipeline/").len);

	if (!slice_starts(typed, SLICE("pipeline/")) || !slice_ends(name, SLICE("/1")))
		return typed;
	return slice_first(name, name.len - SLICE("/1").len);
}

static bool print_schema(struct slice name)
{
	for (size_t i = 0; i < schemas_count; i++)
		if (slice_equal(slice_from(schemas[i].name), name)) {
			fputs(schemas[i].text, stdout);
			return true;
		}
	return false;
}

static int unknown_schema(const struct command *command, const char *typed)
{
	struct near near = near_begin(plain_name(slice_from(typed)));
	char text[NEAR_TEXT_SIZE];

	for (size_t i = 0; i < schemas_count; i++)
		near_offer(&near, slice_from(schemas[i].name));
	return options_mistake(command, "there is no schema '%s'%s", typed,
			       near.count ? near_text(text, &near, "")
					  : "; without a name all are listed");
}

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	struct operands names;
	int status;

	(void)index;
	if (!options_take(command, argc, argv, NULL, NULL, &names, &status))
		return status;
	if (names.count > 1)
		return options_mistake(command, "one schema at a time");
	if (names.count == 0)
		for (size_t i = 0; i < schemas_count; i++)
			puts(schemas[i].name);
	else if (!print_schema(plain_name(slice_from(names.at[0]))))
		return unknown_schema(command, names.at[0]);
	return 0;
}

const struct command command_schema = {
	.name = "schema",
	.summary = "Prints the JSON Schemas of what the commands print.",
	.operands = "[NAME]",
	.examples = "  pipeline schema                    # their names\n"
		    "  pipeline schema incident           # of one incident, as show prints it\n"
		    "  pipeline schema query >query.json  # for a validator\n",
	.options = rows,
	.run = run,
};
