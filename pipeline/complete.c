/* SPDX-License-Identifier: Apache-2.0 */
/* Finding out what stands where on an unfinished command line, by the tables of options; see complete.h. */
#include "pipeline/complete.h"

#include <stdio.h>

#include "pipeline/commands.h"
#include "pipeline/option_rows.h"

struct completing {
	char **words;
	int last;                      /* the one that is typed */
	const struct command *command; /* command_program before there is one */
	const struct option_row *value; /* of the option that stands before it and takes it */
	const char *index;
	bool operands_only; /* "--" stands before it */
	int operands;       /* before it */
};

void complete_candidate(const char *before, struct slice candidate, const char *about)
{
	printf("%s%.*s", before, SLICE_ARG(candidate));
	if (about && *about)
		printf("\t%s", about);
	putchar('\n');
}

/* ---- options ---- */

/* As getopt takes it: its name or a beginning that no other has. */
static const struct option_row *long_row(const struct command *command, struct slice name)
{
	const struct option_row *found = option_row_named(command->options, name);
	size_t count = found ? 1 : 0;

	for (const struct option_row *row = command->options; count != 1 && row->id; row++)
		if (slice_starts(slice_from(row->name), name)) {
			if (found)
				return NULL;
			found = row;
		}
	return name.len ? found : NULL;
}

static const struct option_row *letter_row(const struct command *command, char letter)
{
	for (const struct option_row *row = command->options; row->id; row++)
		if (row->letter == letter)
			return row;
	return NULL;
}

/* The option whose value the next word is: "--format", "-f", "-qf". */
static const struct option_row *row_before(const struct command *command, const char *word)
{
	const struct option_row *row = NULL;

	if (word[0] != '-' || !word[1])
		return NULL;
	if (word[1] == '-') {
		if (strchr(word, '='))
			return NULL;
		row = long_row(command, slice_from(word + 2));
		return row && row->value ? row : NULL;
	}
	for (const char *letter = word + 1; *letter; letter++) {
		row = letter_row(command, *letter);
		if (row && row->value)
			return letter[1] ? NULL : row;
	}
	return NULL;
}

static void complete_options(const struct command *command, struct slice typed)
{
	for (const struct option_row *row = command->options; row->id; row++)
		if (slice_starts(slice_from(row->name), typed))
			complete_candidate("--", slice_from(row->name), row->help);
}

/* ---- values ---- */

static void complete_from(const char *before, struct slice typed, const char *text,
			  bool (*next)(struct slice *left, struct slice *word))
{
	struct slice left = slice_from(text), word;

	while (next(&left, &word))
		if (slice_starts(word, typed))
			complete_candidate(before, word, NULL);
}

/* Of "new-chain,st" what stands behind the last comma. */
static struct slice last_of_list(const struct option_row *row, struct slice typed)
{
	size_t at = typed.len;

	if (!option_takes_list(row))
		return typed;
	while (at && typed.at[at - 1] != ',')
		at--;
	return slice_skip(typed, at);
}

/* "INCIDENT" of "[INCIDENT...]". */
static struct slice kind_of(const char *value)
{
	struct slice kind = slice_from(value);
	size_t len = 0;

	while (kind.len && (*kind.at == '[' || *kind.at == ' '))
		kind = slice_skip(kind, 1);
	while (len < kind.len && kind.at[len] >= 'A' && kind.at[len] <= 'Z')
		len++;
	return slice_first(kind, len);
}

/* before: what stands in front of the value in the same word, "--format=". */
static void complete_value(const struct completing *at, const struct option_row *row,
			   const char *before, const char *typed)
{
	struct slice all = slice_from(typed), last = last_of_list(row, all);
	char front[600];

	if (snprintf(front, sizeof(front), "%s%.*s", before, (int)(all.len - last.len),
		     typed) >= (int)sizeof(front))
		return;
	complete_from(front, last, row->words, option_word_next);
	complete_from(front, last, row->value, alternative_next);
	/* Behind "--name=" the shell completes files, and nobody ids. */
	if (!*before || strcmp(row->value, "FILE") == 0 ||
	    strcmp(row->value, "KEYFILE") == 0 || strcmp(row->value, "DIR") == 0)
		complete_kind(kind_of(row->value), false, typed, at->index);
}

/* ---- operands ---- */

static void complete_commands(struct slice typed)
{
	for (size_t i = 0; i < commands_count; i++)
		if (slice_starts(slice_from(commands[i]->name), typed))
			complete_candidate("", slice_from(commands[i]->name),
					   commands[i]->summary);
}

static void complete_operand(const struct completing *at, const char *typed)
{
	const char *operands = at->command->operands;

	if (at->command == &command_program) {
		complete_commands(slice_from(typed));
		return;
	}
	if (at->operands && !strstr(operands, "...") && !strstr(operands, "A B"))
		return;
	complete_from("", slice_from(typed), operands, alternative_next);
	complete_kind(kind_of(operands), true, typed, at->index);
}

/* ---- the line ---- */

static void note_index(struct completing *at, const struct option_row *row, const char *value)
{
	if (row && row->id == OPTION_INDEX)
		at->index = value;
}

static void pass_operand(struct completing *at, const char *word)
{
	const struct command *command = command_find(slice_from(word));

	if (at->command != &command_program)
		at->operands++;
	else if (command)
		at->command = command;
}

/* Takes in an option before the word that is typed. Returns the number of the word behind it and its value. */
static int pass_option(struct completing *at, int number)
{
	const struct option_row *row = row_before(at->command, at->words[number]);

	if (strncmp(at->words[number], "--index=", 8) == 0)
		at->index = at->words[number] + 8;
	if (!row)
		return number + 1;
	/* bash takes "--format=json" apart */
	if (strcmp(at->words[number + 1], "=") == 0)
		number++;
	if (number + 1 >= at->last) {
		at->value = row;
		return number + 1;
	}
	if (*row->value == '[' && at->words[number + 1][0] == '-')
		return number + 1;
	note_index(at, row, at->words[number + 1]);
	return number + 2;
}

/* Takes in what stands before the word that is typed, which is behind all of these. */
static void pass_words(struct completing *at)
{
	for (int i = 0; i < at->last;) {
		const char *word = at->words[i];

		if (!at->operands_only && strcmp(word, "--") == 0) {
			at->operands_only = at->command != &command_program;
			i++;
		} else if (!at->operands_only && word[0] == '-' && word[1]) {
			i = pass_option(at, i);
		} else {
			pass_operand(at, word);
			i++;
		}
	}
}

/* A value that may be left out is none where an option begins. */
static bool completes_value(const struct completing *at, const char *typed)
{
	return at->value && (*at->value->value != '[' || *typed != '-');
}

static void complete_last(const struct completing *at)
{
	const char *typed = at->words[at->last], *sign = strchr(typed, '=');
	const struct option_row *row;
	char before[100];

	if (completes_value(at, typed)) {
		complete_value(at, at->value, "", strcmp(typed, "=") == 0 ? "" : typed);
	} else if (at->operands_only || typed[0] != '-') {
		complete_operand(at, typed);
	} else if (typed[1] == '-' && sign) {
		row = long_row(at->command, slice_first(slice_from(typed + 2),
							(size_t)(sign - typed) - 2));
		if (row && row->value &&
		    snprintf(before, sizeof(before), "%.*s", (int)(sign + 1 - typed),
			     typed) < (int)sizeof(before))
			complete_value(at, row, before, sign + 1);
	} else if (!typed[1] || typed[1] == '-') {
		complete_options(at->command, slice_from(typed[1] ? typed + 2 : ""));
	}
}

void complete_words(char **words, int count, const char *index)
{
	struct completing at = {
		.words = words, .last = count - 1, .command = &command_program, .index = index
	};

	if (count < 1)
		return;
	pass_words(&at);
	complete_last(&at);
}
