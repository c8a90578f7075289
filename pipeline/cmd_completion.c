/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `pipeline completion --list`: every command and option there is, for whoever makes something of the tables: completion, a test that
 * holds the manual to them.
 */
#include <stdio.h>

#include "pipeline/commands.h"
#include "pipeline/option_rows.h"

enum {
	OPTION_LIST = OPTION_OWN,
};

static const struct option_row rows[] = {
	{ OPTION_LIST, 0, "list", NULL, "print every command and option, a line each" },
	OPTIONS_COMMON,
	{ 0 },
};

/* ---- the list ---- */

typedef bool (*next_word)(struct slice *left, struct slice *word);

static void print_words(const char *text, next_word next, const char **between)
{
	struct slice left = slice_from(text), word;

	while (next(&left, &word)) {
		printf("%s%.*s", *between, SLICE_ARG(word));
		*between = " ";
	}
}

static void print_row(const char *command, const struct option_row *row)
{
	const char *between = "";

	printf("%s\toption\t%s\t%.1s\t%s\t", command, row->name, &row->letter,
	       row->value ? row->value : "");
	print_words(row->words, option_word_next, &between);
	print_words(row->value, alternative_next, &between);
	printf("\t%s\t%s\n", row->preset ? "preset" : "", row->help);
}

static void print_command(const struct command *command)
{
	const char *between = "";

	printf("%s\tcommand\t%s\t\t%s\t", command->name,
	       *command->name ? command->name : "pipeline", command->operands);
	print_words(command->operands, alternative_next, &between);
	printf("\t\t%s\n", command->summary);
	for (const struct option_row *row = command->options; row->id; row++)
		print_row(command->name, row);
}

static void print_list(void)
{
	printf("command\tkind\tname\tletter\tvalue\twords\tpreset\thelp\n");
	print_command(&command_program);
	for (size_t i = 0; i < commands_count; i++)
		print_command(commands[i]);
}

/* ---- the command ---- */

static bool take_option(void *into, const struct options *options, int id)
{
	bool *list = into;

	(void)options;
	if (id == OPTION_LIST)
		*list = true;
	return true;
}

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	bool list = false;
	int status;

	(void)index;
	if (!options_take_alone(command, argc, argv, take_option, &list, &status))
		return status;
	if (!list)
		return options_mistake(command, "nothing asked");
	print_list();
	return 0;
}

const struct command command_completion = {
	.name = "completion",
	.summary = "Lists commands and options for programs.",
	.operands = "",
	.examples = "  pipeline completion --list | cut -f1-3  # every option of every command\n",
	.options = rows,
	.unpreset = true,
	.run = run,
};
