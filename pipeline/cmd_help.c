/* SPDX-License-Identifier: Apache-2.0 */
/* `pipeline help [COMMAND]`: the same as --help. */
#include <stdio.h>

#include "pipeline/commands.h"
#include "pipeline/near.h"

static const struct option_row rows[] = {
	OPTIONS_COMMON,
	{ 0 },
};

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	const struct command *about = &command_program;
	struct operands names;
	int status;

	(void)index;
	if (!options_take(command, argc, argv, NULL, NULL, &names, &status))
		return status;
	if (names.count > 1)
		return options_mistake(command, "one command at a time");
	if (names.count) {
		about = command_find(slice_from(names.at[0]));
		if (!about)
			return command_unknown(command, names.at[0]);
	}
	print_command_help(about);
	return 0;
}

const struct command command_help = {
	.name = "help",
	.summary = "Prints the help of a command: examples first, then its options.",
	.operands = "[COMMAND]",
	.examples = "  pipeline help        # which commands there are\n"
		    "  pipeline help query  # as pipeline query --help\n",
	.options = rows,
	.unpreset = true,
	.pages = true,
	.run = run,
};
