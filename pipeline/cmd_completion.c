/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `pipeline completion SHELL`: the script of a shell; --complete: what that asks for; --list: every command and option there is, for
 * whoever makes something of the tables, as the test does that holds the manual to them.
 */
#include <stdio.h>

#include "pipeline/commands.h"
#include "pipeline/complete.h"
#include "pipeline/completion_scripts.h"
#include "pipeline/near.h"
#include "pipeline/option_rows.h"

enum {
	OPTION_LIST = OPTION_OWN,
	OPTION_COMPLETE,
};

static const struct option_row rows[] = {
	{ OPTION_LIST, 0, "list", NULL, "print every command and option, a line each" },
	{ OPTION_COMPLETE, 0, "complete", NULL,
	  "print what the last of the words behind -- may become" },
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

struct wish {
	const char *index;
	bool list, complete;
};

static const struct {
	const char *shell, *script;
} scripts[] = {
	{ "bash", completion_bash },
	{ "zsh", completion_zsh },
	{ "fish", completion_fish },
};

#define SCRIPTS (sizeof(scripts) / sizeof(scripts[0]))

static bool take_option(void *into, const struct options *options, int id)
{
	struct wish *wish = into;

	if (id == OPTION_LIST)
		return wish->list = true;
	if (id == OPTION_COMPLETE)
		return wish->complete = true;
	wish->index = options->value;
	return true;
}

static int print_script(const struct command *command, const char *shell)
{
	struct near near = near_begin(slice_from(shell));
	char text[NEAR_TEXT_SIZE];

	for (size_t i = 0; i < SCRIPTS; i++) {
		near_offer(&near, slice_from(scripts[i].shell));
		if (strcmp(shell, scripts[i].shell) == 0) {
			fputs(scripts[i].script, stdout);
			return 0;
		}
	}
	return options_mistake(command, "unknown shell '%s'%s bash, zsh and fish are known",
			       shell, near.count ? near_text(text, &near, "") : ":");
}

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	struct wish wish = { .index = index };
	struct operands words;
	int status;

	if (!options_take(command, argc, argv, take_option, &wish, &words, &status))
		return status;
	if (wish.complete) {
		complete_words(words.at, words.count, wish.index);
		return 0;
	}
	if (wish.list ? words.count != 0 : words.count != 1)
		return options_mistake(command, wish.list ? "--list takes no operands"
							  : "which shell? bash, zsh or fish");
	if (!wish.list)
		return print_script(command, words.at[0]);
	print_list();
	return 0;
}

const struct command command_completion = {
	.name = "completion",
	.summary = "Prints a script by which a shell completes command lines.",
	.operands = "bash|zsh|fish",
	.examples = "  source <(pipeline completion bash)      # in this shell; make install: in all\n"
		    "  pipeline completion --list | cut -f1-3  # every option of every command\n",
	.options = rows,
	.unpreset = true,
	.run = run,
};
