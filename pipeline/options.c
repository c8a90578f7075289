/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines on getopt_long, driven by a command's table; see options.h. */
#include "pipeline/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "pipeline/base/mem.h"
#include "pipeline/base/vec.h"
#include "pipeline/commands.h"
#include "pipeline/fold.h"
#include "pipeline/globals.h"
#include "pipeline/option_mistakes.h"
#include "pipeline/option_rows.h"
#include "pipeline/pager.h"
#include "pipeline/selecting.h"
#include "pipeline/settings.h"

struct given {
	const struct option_row *row;
	const char *value;
	bool undone; /* --no-NAME */
};

struct parse {
	const struct command *command;
	int argc;
	char **argv;
	struct option *long_rows; /* their val is the row's number and ROW_OF_LONG, and UNDOES */
	char *letters;
	VEC(struct given) given;
	struct operands operands;
	const char *format; /* the value of --format, NULL when there is none */
};

/* Beyond the letters. */
#define ROW_OF_LONG 256
/* Beyond all rows. */
#define UNDOES 65536

static size_t count_rows(const struct option_row *rows)
{
	size_t count = 0;

	while (rows[count].id)
		count++;
	return count;
}

static int argument_of(const struct option_row *row)
{
	if (!row->value)
		return no_argument;
	return *row->value == '[' ? optional_argument : required_argument;
}

/* What a preset sets, --no-NAME takes back on the command line. */
static bool can_be_undone(const struct option_row *row)
{
	return row->preset && !row->value;
}

static char *undoing_name(const char *name)
{
	char *text = mem_alloc(strlen(name) + sizeof("no-"));

	strcpy(stpcpy(text, "no-"), name);
	return text;
}

static void add_long(struct parse *parse, size_t count)
{
	const struct option_row *rows = parse->command->options;
	struct option *at;

	/* each may have one that undoes it */
	at = parse->long_rows = mem_alloc_zero(2 * count + 1, sizeof(*at));
	for (size_t i = 0; i < count; i++) {
		int number = ROW_OF_LONG + (int)i;

		*at++ = (struct option){ rows[i].name, argument_of(&rows[i]), NULL, number };
		if (can_be_undone(&rows[i]))
			*at++ = (struct option){ undoing_name(rows[i].name), no_argument,
						 NULL, number | UNDOES };
	}
}

/* before: options end where the first operand stands. */
static void parse_begin(struct parse *parse, bool before)
{
	const struct option_row *rows = parse->command->options;
	size_t count = count_rows(rows);
	char *letters = mem_alloc_zero(count * 2 + 3, 1);

	add_long(parse, count);
	parse->letters = letters;
	if (before)
		*letters++ = '+';
	*letters++ = ':';
	for (size_t i = 0; i < count; i++) {
		if (!rows[i].letter)
			continue;
		*letters++ = rows[i].letter;
		if (rows[i].value)
			*letters++ = ':';
	}
	optind = 0; /* start afresh, also after others' command lines */
	opterr = 0;
}

static void parse_end(struct parse *parse)
{
	for (struct option *row = parse->long_rows; row->name; row++)
		if (row->val & UNDOES)
			free((char *)row->name);
	free(parse->long_rows);
	free(parse->letters);
	vec_free(&parse->given);
}

static const struct option_row *row_of(const struct command *command, int found)
{
	const struct option_row *row = command->options;

	if (found >= ROW_OF_LONG)
		return &row[(found & ~UNDOES) - ROW_OF_LONG];
	while (row->id && row->letter != found)
		row++;
	return row->id ? row : NULL;
}

static void report(const struct parse *parse, int found)
{
	const char *word = parse->argv[optind - 1];

	if (found == ':')
		option_without_value(parse->command, row_of(parse->command, optopt));
	else if (optopt >= ROW_OF_LONG)
		option_with_value(parse->command, row_of(parse->command, optopt));
	else if (optopt)
		/* getopt stays at a word until all its letters are read. */
		option_letter_unknown(parse->command, (char)optopt, parse->argv[optind]);
	else
		option_unknown(parse->command, word);
}

/* getopt_long takes a value that may be left out only behind "=". */
static const char *value_of(const struct parse *parse, const struct option_row *row)
{
	if (!optarg && argument_of(row) == optional_argument && optind < parse->argc &&
	    parse->argv[optind][0] != '-')
		return parse->argv[optind++];
	return optarg;
}

/* "-format json": to getopt a letter with a value behind it. */
static bool lacks_a_dash(const struct parse *parse, int found)
{
	const char *word = parse->argv[optind - 1];

	return found < ROW_OF_LONG && optarg == word + 2 &&
	       option_row_named(parse->command->options, slice_from(word + 1));
}

/* Collects what is given. False when the command ends here, with *status. */
static bool parse_all(struct parse *parse, int *status)
{
	const struct option_row *row;
	int found;

	while ((found = getopt_long(parse->argc, parse->argv, parse->letters,
				    parse->long_rows, NULL)) != -1) {
		if (found == '?' || found == ':') {
			report(parse, found);
			*status = EXIT_USAGE;
			return false;
		}
		if (lacks_a_dash(parse, found)) {
			option_unknown(parse->command, parse->argv[optind - 1]);
			*status = EXIT_USAGE;
			return false;
		}
		row = row_of(parse->command, found);
		if (row->id == OPTION_HELP) {
			print_command_help(parse->command);
			*status = 0;
			return false;
		}
		vec_push(&parse->given,
			 ((struct given){ row, value_of(parse, row), found & UNDOES }));
	}
	return true;
}

static bool take_one(struct parse *parse, const struct options *options,
		     option_taker take, void *into)
{
	if (options->row->id == OPTION_FORMAT)
		parse->format = options->value;
	return is_global_option(options->row->id)
		       ? global_option(options)
		       : !take || take(into, options, options->row->id);
}

/* Whether a later one takes it back. */
static bool is_undone(const struct parse *parse, const struct given *given)
{
	const struct given *end = parse->given.at + parse->given.len;

	for (const struct given *later = given; later < end; later++)
		if (later->row == given->row && later->undone)
			return true;
	return false;
}

static bool take_given(struct parse *parse, option_taker take, void *into)
{
	vec_for_each(given, &parse->given) {
		struct options options = { parse->command, given->row, given->value, NULL,
					   &parse->operands };

		if (given->undone || is_undone(parse, given))
			continue;
		note_given(given->row->id);
		if (!take_one(parse, &options, take, into))
			return false;
	}
	return true;
}

static bool is_given(const struct parse *parse, const struct option_row *row)
{
	vec_for_each(given, &parse->given)
		if (given->row == row)
			return true;
	return was_given(row->id);
}

static bool take_preset(struct parse *parse, const struct option_row *row,
			const struct setting *setting, option_taker take, void *into)
{
	struct options options = { parse->command, row, setting->value, setting->origin,
				   &parse->operands };
	bool truth = true;

	if (!row->value) {
		settings_bool(slice_from(setting->value), &truth);
		options.value = NULL;
	}
	return !truth || take_one(parse, &options, take, into);
}

static bool take_presets(struct parse *parse, option_taker take, void *into)
{
	const struct settings *all = settings(parse->command->unpreset);
	const struct setting *setting;

	for (const struct option_row *row = parse->command->options; all && row->id; row++) {
		setting = row->preset && !is_given(parse, row)
				  ? settings_find(all, parse->command, row->name)
				  : NULL;
		if (setting && !take_preset(parse, row, setting, take, into))
			return false;
	}
	return all || parse->command->unpreset;
}

static bool prints_for_people(const struct parse *parse)
{
	return !parse->format || strcmp(parse->format, "text") == 0;
}

/* People read it: in lines that fit, a page at a time. */
static void begin_reading(void)
{
	pager_begin();
	fold_begin();
}

/* Where the config file cannot be read for the machine's sake, the command ends as it does when there is no memory. */
static int status_of_mistake(void)
{
	return settings_machine_failed() ? mem_exit_status() : EXIT_USAGE;
}

static bool parse_and_take(const struct command *command, int argc, char **argv,
			   option_taker take, void *into, struct operands *operands,
			   int *status)
{
	struct parse parse = { .command = command, .argc = argc, .argv = argv };
	bool good;

	parse_begin(&parse, command == &command_program);
	good = parse_all(&parse, status);
	if (good) {
		parse.operands = (struct operands){ argv + optind, argc - optind };
		*operands = parse.operands;
		good = take_given(&parse, take, into) &&
		       (command == &command_program || take_presets(&parse, take, into));
		*status = good ? 0 : status_of_mistake();
		if (good && command->pages && prints_for_people(&parse))
			begin_reading();
	}
	parse_end(&parse);
	return good;
}

bool options_take_first(int argc, char **argv, option_taker take, void *into,
			struct operands *operands, int *status)
{
	return parse_and_take(&command_program, argc, argv, take, into, operands, status);
}

bool options_take(const struct command *command, int argc, char **argv, option_taker take,
		  void *into, struct operands *operands, int *status)
{
	return parse_and_take(command, argc, argv, take, into, operands, status);
}

bool options_take_alone(const struct command *command, int argc, char **argv,
			option_taker take, void *into, int *status)
{
	struct operands operands;

	if (!options_take(command, argc, argv, take, into, &operands, status))
		return false;
	if (operands.count == 0)
		return true;
	*status = options_mistake(command, "takes no operands: '%s'", operands.at[0]);
	return false;
}
