/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines on getopt_long, driven by a command's table; see options.h. */
#include "pipeline/options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "pipeline/base/log.h"
#include "pipeline/base/mem.h"

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

void options_begin(struct options *options, const struct command *command, int argc,
		   char **argv)
{
	size_t count = count_rows(command->options), letters = 0;
	struct option *rows = mem_alloc_zero(count + 1, sizeof(*rows));

	*options = (struct options){ .command = command, .argc = argc, .argv = argv };
	options->short_rows = mem_alloc_zero(count * 2 + 2, 1);
	options->short_rows[letters++] = ':';
	for (size_t i = 0; i < count; i++) {
		const struct option_row *row = &command->options[i];

		rows[i] = (struct option){ row->name, argument_of(row), NULL, row->id };
		if (!row->letter)
			continue;
		options->short_rows[letters++] = row->letter;
		if (row->value)
			options->short_rows[letters++] = ':';
	}
	options->long_rows = rows;
	optind = 0; /* start afresh, also after main() has parsed its own */
	opterr = 0;
}

static int id_of_letter(const struct command *command, int letter)
{
	for (const struct option_row *row = command->options; row->id; row++)
		if (row->letter && row->letter == letter)
			return row->id;
	return letter; /* an id, from a long option */
}

static void print_row(const struct option_row *row)
{
	char left[64];

	snprintf(left, sizeof(left), "%s%c%s--%s%s%s", row->letter ? "-" : " ",
		 row->letter ? row->letter : ' ', row->letter ? ", " : "  ", row->name,
		 row->value ? " " : "", row->value ? row->value : "");
	printf("  %-28s  %s\n", left, row->help);
}

static void print_help(const struct command *command)
{
	printf("Examples:\n%s\nUsage: pipeline %s [OPTION]...%s%s\n%s\n\nOptions:\n",
	       command->examples, command->name, *command->operands ? " " : "",
	       command->operands, command->summary);
	for (const struct option_row *row = command->options; row->id; row++)
		print_row(row);
}

static void report_mistake(const struct command *command, const char *format, va_list list)
{
	char text[400];

	vsnprintf(text, sizeof(text), format, list);
	log_error("%s: %s (try 'pipeline %s --help')", command->name, text, command->name);
}

int options_mistake(const struct command *command, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	report_mistake(command, format, list);
	va_end(list);
	return EXIT_USAGE;
}

bool options_refuse(const struct options *options, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	report_mistake(options->command, format, list);
	va_end(list);
	return false;
}

/* getopt_long takes a value that may be left out only behind "=". */
static bool takes_next(const struct options *options, int id)
{
	const struct option_row *row = options->command->options;

	while (row->id && row->id != id)
		row++;
	return argument_of(row) == optional_argument && optind < options->argc &&
	       options->argv[optind][0] != '-';
}

static int stop(struct options *options, int status)
{
	options->status = status;
	return OPTION_STOP;
}

int options_next(struct options *options)
{
	const struct command *command = options->command;
	int id;

	id = getopt_long(options->argc, options->argv, options->short_rows,
			 options->long_rows, NULL);
	if (id == -1)
		return OPTION_END;
	if (id == ':')
		return stop(options, options_mistake(command, "option '%s' needs a value",
						     options->argv[optind - 1]));
	if (id == '?' && optopt && optopt < 128 && optopt >= 32)
		return stop(options, options_mistake(command, "unknown option '-%c'", optopt));
	if (id == '?')
		return stop(options, options_mistake(command, "unknown or ambiguous option '%s'",
						     options->argv[optind - 1]));
	id = id_of_letter(command, id);
	options->value = optarg;
	if (!optarg && takes_next(options, id))
		options->value = options->argv[optind++];
	if (id == OPTION_HELP) {
		print_help(command);
		return stop(options, 0);
	}
	return id;
}

char **options_operands(struct options *options, int *count)
{
	*count = options->argc - optind;
	return options->argv + optind;
}

void options_end(struct options *options)
{
	free(options->long_rows);
	free(options->short_rows);
}

bool options_take(const struct command *command, int argc, char **argv, option_taker take,
		  void *into, struct operands *operands, int *status)
{
	struct options options;
	bool good = true;
	int id;

	options_begin(&options, command, argc, argv);
	while (good && (id = options_next(&options)) >= 0)
		good = take(into, &options, id);
	operands->at = options_operands(&options, &operands->count);
	options_end(&options);
	*status = good ? options.status : EXIT_USAGE;
	return good && id != OPTION_STOP;
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
