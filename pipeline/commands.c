/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands; see commands.h. A row in commands.def is one of them. */
#include "pipeline/commands.h"

#include <stdio.h>

#include "pipeline/near.h"
#include "pipeline/option_rows.h"

#define COMMAND(name) extern const struct command command_##name;
#include "pipeline/commands.def"
#undef COMMAND

const struct command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "pipeline/commands.def"
#undef COMMAND
};

const size_t commands_count = sizeof(commands) / sizeof(commands[0]);

const struct command *command_find(struct slice name)
{
	for (size_t i = 0; i < commands_count; i++)
		if (slice_equal(name, slice_from(commands[i]->name)))
			return commands[i];
	return NULL;
}

int command_unknown(const struct command *asked, const char *typed)
{
	struct near near = near_begin(slice_from(typed));
	char text[NEAR_TEXT_SIZE];

	for (size_t i = 0; i < commands_count; i++)
		near_offer(&near, slice_from(commands[i]->name));
	return options_mistake(asked, "unknown command '%s'%s", typed,
			       near_text(text, &near, ""));
}

const struct command *command_with_option(const struct command *but, struct slice name)
{
	for (size_t i = 0; i < commands_count; i++)
		if (commands[i] != but && option_row_named(commands[i]->options, name))
			return commands[i];
	return NULL;
}

/* ---- what stands before a command ---- */

static const struct option_row rows[] = {
	OPTIONS_COMMON,
	{ OPTION_VERSION, 0, "version", NULL,
	  "print the version; with -v also how the kernel here would let archives be read in confinement" },
	{ OPTION_VERBOSE, 'v', "verbose", NULL, "more of --version" },
	{ 0 },
};

const struct command command_program = {
	.name = "",
	.summary = "Reads archived Windows dump logs and finds wait chains that keep coming back.",
	.operands = "COMMAND ...",
	.examples =
		"  pipeline ingest /srv/cases           # read an archive of dump logs\n"
		"  pipeline query --chain ProcessA.exe  # who waits for whom, in which dumps\n"
		"  pipeline show 9f3c                   # everything known of one incident\n",
	.options = rows,
};

static void print_commands(void)
{
	printf("Commands:\n");
	for (size_t i = 0; i < commands_count; i++)
		printf("  %-10s  %s\n", commands[i]->name, commands[i]->summary);
	printf("\n");
}

void print_command_help(const struct command *command)
{
	bool all = command == &command_program;

	printf("Examples:\n%s\nUsage: pipeline %s%s[OPTION]...%s%s\n%s\n\n",
	       command->examples, command->name, all ? "" : " ",
	       *command->operands ? " " : "", command->operands, command->summary);
	if (all)
		print_commands();
	printf("Options%s:\n", all ? ", before a command or behind it" : "");
	option_rows_help(command->options);
	if (all)
		printf("\n'pipeline help COMMAND' or 'pipeline COMMAND --help' tells more.\n");
}
