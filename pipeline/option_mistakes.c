/* SPDX-License-Identifier: Apache-2.0 */
/* Mistakes in options, put into words; see option_mistakes.h. */
#include "pipeline/option_mistakes.h"

#include <stdarg.h>
#include <stdio.h>

#include "pipeline/base/log.h"
#include "pipeline/commands.h"
#include "pipeline/near.h"
#include "pipeline/option_rows.h"

/* ---- in general ---- */

static void report_mistake(const struct command *command, const char *origin,
			   const char *format, va_list list)
{
	char text[600];

	vsnprintf(text, sizeof(text), format, list);
	log_error("%s%s%s%s%s (try 'pipeline %s%s--help')", command->name,
		  *command->name ? ": " : "", origin ? origin : "", origin ? ": " : "",
		  text, command->name, *command->name ? " " : "");
}

int options_mistake(const struct command *command, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	report_mistake(command, NULL, format, list);
	va_end(list);
	return EXIT_USAGE;
}

bool options_refuse(const struct options *options, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	report_mistake(options->command, options->origin, format, list);
	va_end(list);
	return false;
}

/* ---- options ---- */

/* The name in "--name=value" or "-name". */
static struct slice name_in(const char *word)
{
	struct slice name = slice_from(word);
	ptrdiff_t sign = slice_find(name, SLICE("="));

	if (sign >= 0)
		name = slice_first(name, (size_t)sign);
	while (name.len && *name.at == '-')
		name = slice_skip(name, 1);
	return name;
}

/* The options that begin so, when there are several. */
static struct near begin_so(const struct command *command, struct slice name)
{
	struct near near = near_begin(name);

	for (const struct option_row *row = command->options; row->id && name.len; row++)
		if (slice_starts(slice_from(row->name), name) && near.count < NEAR_MOST)
			near.best[near.count++] = slice_from(row->name);
	return near;
}

static struct near near_options(const struct command *command, struct slice name)
{
	struct near near = near_begin(name);

	for (const struct option_row *row = command->options; row->id; row++)
		near_offer(&near, slice_from(row->name));
	return near;
}

void option_unknown(const struct command *command, const char *word)
{
	struct slice name = name_in(word);
	struct near near = begin_so(command, name);
	const struct command *other = command_with_option(command, name);
	char text[NEAR_TEXT_SIZE];

	if (near.count > 1) {
		options_mistake(command, "ambiguous option '%s'%s", word,
				near_text(text, &near, "--"));
		return;
	}
	if (other && command == &command_program) {
		options_mistake(command, "option '%s' stands behind its command", word);
		return;
	}
	if (other && !option_row_named(command->options, name)) {
		options_mistake(command, "unknown option '%s': it is one of 'pipeline %s'",
				word, other->name);
		return;
	}
	near = near_options(command, name);
	options_mistake(command, "unknown option '%s'%s", word, near_text(text, &near, "--"));
}

/* "-format" begins with a letter that is none. */
void option_letter_unknown(const struct command *command, char letter, const char *word)
{
	struct slice name = word ? name_in(word) : SLICE_NONE;
	struct near near = near_options(command, name);
	char text[NEAR_TEXT_SIZE];

	if (name.len > 2 && near.count)
		options_mistake(command, "unknown option '%s'%s", word,
				near_text(text, &near, "--"));
	else if (letter >= '!' && letter <= '~')
		options_mistake(command, "unknown option '-%c'", letter);
	else
		options_mistake(command, "unknown option '%s'", word ? word : "");
}

void option_without_value(const struct command *command, const struct option_row *row)
{
	options_mistake(command, "option '--%s' needs a value: --%s %s", row->name,
			row->name, row->value);
}

void option_with_value(const struct command *command, const struct option_row *row)
{
	options_mistake(command, "option '--%s' takes no value", row->name);
}

/* ---- words ---- */

bool option_word_unknown(const struct options *options, struct slice word)
{
	const struct option_row *row = options->row;
	struct slice left = slice_from(row->words), known;
	struct near near = near_begin(word);
	char words[OPTION_WORDS_SIZE], text[NEAR_TEXT_SIZE];

	while (option_word_next(&left, &known))
		near_offer(&near, known);
	return options_refuse(options, "unknown --%s '%.*s'%s %s are known", row->name,
			      SLICE_ARG(word), near.count ? near_text(text, &near, "") : ":",
			      option_words_text(words, row));
}

bool word_option(const struct options *options, unsigned *which)
{
	struct slice left = slice_from(options->row->words), word;

	for (*which = 0; option_word_next(&left, &word); ++*which)
		if (slice_equal(word, slice_from(options->value)))
			return true;
	return option_word_unknown(options, slice_from(options->value));
}
