/* SPDX-License-Identifier: Apache-2.0 */
/* `pipeline config [KEY]`: what the environment and the config files preset, and where each comes from. */
#include <stdio.h>

#include "pipeline/base/cleanup.h"
#include "pipeline/base/utf8.h"
#include "pipeline/commands.h"
#include "pipeline/near.h"
#include "pipeline/option_rows.h"
#include "pipeline/pager.h"
#include "pipeline/place.h"
#include "pipeline/print.h"
#include "pipeline/selecting.h"
#include "pipeline/settings.h"
#include "pipeline/text_table.h"

enum {
	OPTION_SHOW_ORIGIN = OPTION_OWN,
};

static const struct option_row rows[] = {
	{ OPTION_SHOW_ORIGIN, 0, "show-origin", NULL, "and the file and line, or the variable" },
	OPTIONS_FORMAT,
	OPTIONS_COMMON,
	{ 0 },
};

struct wish {
	bool show_origin;
	enum format format;
};

/* What is told of a key: of one command, or of all that have it. */
struct told {
	const struct command *command;
	const char *name, *value, *origin;
};

typedef VEC(struct told) told_vec;

/* ---- what there is ---- */

#define ORIGIN_DEFAULT "default"

static void tell(told_vec *all, const struct command *command, const char *name,
		 const char *value, const char *origin)
{
	vec_push(all, ((struct told){ command, name, value, origin }));
}

static void tell_found(told_vec *all, const struct command *command,
		       const struct setting *setting)
{
	if (setting)
		tell(all, command, setting->name, setting->value, setting->origin);
}

static bool is_told(const told_vec *all, const struct command *command, const char *name)
{
	vec_for_each(told, all)
		if (told->command == command && strcmp(told->name, name) == 0)
			return true;
	return false;
}

/* Of a command only what is said of it in particular. */
static void tell_settings(told_vec *all, const struct settings *settings,
			  const struct command *command)
{
	vec_for_each(setting, &settings->list)
		if (setting->command == command && !is_told(all, command, setting->name))
			tell_found(all, command,
				   settings_find(settings, command, setting->name));
}

static void tell_all(told_vec *all, const struct settings *settings, char *index)
{
	const struct pager_choice pager = pager_choose();

	tell_settings(all, settings, NULL);
	if (!is_told(all, NULL, "index") && index)
		tell(all, NULL, "index", index, ORIGIN_DEFAULT);
	if (!is_told(all, NULL, "color"))
		tell(all, NULL, "color", "auto", ORIGIN_DEFAULT);
	if (!is_told(all, NULL, "pager"))
		tell(all, NULL, "pager", pager.program, pager.origin);
	for (size_t i = 0; i < commands_count; i++)
		tell_settings(all, settings, commands[i]);
}

/* ---- one key ---- */

/* "ingest.jobs" or "jobs"; NULL when there is no such key. */
static const struct option_row *find_key(struct slice typed, const struct command **command)
{
	ptrdiff_t dot = slice_find(typed, SLICE("."));

	*command = NULL;
	if (dot < 0)
		return settings_row(NULL, typed);
	*command = command_find(slice_first(typed, (size_t)dot));
	return *command ? settings_row(*command, slice_skip(typed, (size_t)dot + 1)) : NULL;
}

static void offer_keys(struct near *near, const struct command *command)
{
	for (const struct option_row *row = command->options; row->id; row++)
		if (row->preset)
			near_offer(near, slice_from(row->name));
}

static int unknown_key(const struct command *command, const char *typed)
{
	struct slice key = slice_from(typed);
	ptrdiff_t dot = slice_find(key, SLICE("."));
	struct near near = near_begin(slice_skip(key, (size_t)(dot + 1)));
	char text[NEAR_TEXT_SIZE];

	offer_keys(&near, &command_program);
	for (size_t i = 0; near.count == 0 && i < commands_count; i++)
		offer_keys(&near, commands[i]);
	return options_mistake(command, "unknown key '%s'%s", typed,
			       near_text(text, &near, ""));
}

/* Leaves the one that is asked for; what is said of all commands stands for one, too. */
static void keep_one(told_vec *all, const struct settings *settings,
		     const struct command *command, const char *name)
{
	const struct setting *setting = command ? settings_find(settings, command, name)
						: NULL;
	struct told kept = { .name = NULL };

	vec_for_each(told, all)
		if (!told->command && strcmp(told->name, name) == 0)
			kept = *told;
	if (setting)
		kept = (struct told){ command, setting->name, setting->value, setting->origin };
	all->len = 0;
	if (kept.name)
		vec_push(all, kept);
}

/* ---- printing ---- */

static struct slice key_text(char *out, size_t size, const struct told *told)
{
	snprintf(out, size, "%s%s%s", told->command ? told->command->name : "",
		 told->command ? "." : "", told->name);
	return slice_from(out);
}

static void print_origins(const told_vec *all)
{
	static const struct text_column columns[] = {
		{ "KEY", TEXT_LEFT, TEXT_WHOLE },
		{ "VALUE", TEXT_LEFT, TEXT_WHOLE },
		{ "ORIGIN", TEXT_LEFT, TEXT_CUT_MIDDLE },
	};
	struct text_table table;
	char key[100];

	text_table_init(&table, stdout, columns, 3, text_table_room());
	vec_for_each(told, all) {
		text_table_text(&table, key_text(key, sizeof(key), told));
		text_table_string(&table, told->value);
		text_table_string(&table, told->origin);
	}
	text_table_end(&table);
}

/* As it would stand in a file; of one that was asked for only the value. */
static void print_text(const told_vec *all, bool one)
{
	char key[100];

	vec_for_each(told, all) {
		if (!one)
			printf("%.*s = ", SLICE_ARG(key_text(key, sizeof(key), told)));
		utf8_print_terminal(stdout, slice_from(told->value));
		putchar('\n');
	}
}

static void print_json(const told_vec *all)
{
	struct json json;

	json_init(&json, stdout, true);
	json_object_begin(&json);
	json_key(&json, "schema");
	json_string(&json, "pipeline/config/1");
	json_key(&json, "settings");
	json_array_begin(&json);
	vec_for_each(told, all) {
		json_object_begin(&json);
		print_json_text(&json, "command",
				slice_from(told->command ? told->command->name : NULL));
		print_json_text(&json, "key", slice_from(told->name));
		json_key(&json, "value");
		json_text(&json, slice_from(told->value));
		print_json_text(&json, "origin", slice_from(told->origin));
		json_object_end(&json);
	}
	json_array_end(&json);
	json_object_end(&json);
	json_end(&json);
}

/* ---- the command ---- */

static bool take_option(void *into, const struct options *options, int id)
{
	struct wish *wish = into;

	switch (id) {
	case OPTION_SHOW_ORIGIN:
		return wish->show_origin = true;
	case OPTION_FORMAT:
		return format_option(&wish->format, options);
	default:
		return true; /* an index of the command line is preset by nobody */
	}
}

static int print(const struct wish *wish, const told_vec *all, bool one)
{
	if (wish->format == FORMAT_JSON)
		print_json(all);
	else if (wish->show_origin)
		print_origins(all);
	else
		print_text(all, one);
	return all->len ? 0 : EXIT_NOTHING_FOUND;
}

static int run_config(const struct command *command, const struct wish *wish, const char *typed)
{
	const struct settings *all = settings(false);
	const struct command *of = NULL;
	const struct option_row *row = typed ? find_key(slice_from(typed), &of) : NULL;
	struct error error = ERROR_INIT;
	cleanup_free char *index = place_of_index(NULL, &error);
	told_vec told = { 0 };
	int status;

	if (typed && !row)
		return unknown_key(command, typed);
	tell_all(&told, all, index);
	if (typed)
		keep_one(&told, all, of, row->name);
	status = print(wish, &told, typed);
	vec_free(&told);
	return status;
}

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	struct wish wish = { .format = FORMAT_TEXT };
	struct operands keys;
	int status;

	(void)index;
	if (!options_take(command, argc, argv, take_option, &wish, &keys, &status))
		return status;
	if (keys.count > 1)
		return options_mistake(command, "one key at a time: '%s' is the second",
				       keys.at[1]);
	return run_config(command, &wish, keys.count ? keys.at[0] : NULL);
}

const struct command command_config = {
	.name = "config",
	.summary = "Shows what config files and the environment preset.",
	.operands = "[KEY]",
	.examples = "  pipeline config                # all there is\n"
		    "  pipeline config --show-origin  # and in which file and line it stands\n"
		    "  pipeline config index          # what one of them is\n",
	.options = rows,
	.pages = true,
	.run = run,
};
