/* SPDX-License-Identifier: Apache-2.0 */
/* Which values there are for options, of all sources; see settings.h. */
#include "pipeline/settings.h"

#include <stdlib.h>

#include "pipeline/base/cleanup.h"
#include "pipeline/base/log.h"
#include "pipeline/base/mem.h"
#include "pipeline/commands.h"
#include "pipeline/globals.h"
#include "pipeline/near.h"
#include "pipeline/option_rows.h"

/* ---- what may be said ---- */

const struct option_row *settings_row(const struct command *command, struct slice name)
{
	const struct option_row *row;

	if (command) {
		row = option_row_named(command->options, name);
		return row && row->preset ? row : NULL;
	}
	row = settings_row(&command_program, name);
	for (size_t i = 0; !row && i < commands_count; i++)
		row = settings_row(commands[i], name);
	return row;
}

bool settings_bool(struct slice text, bool *value)
{
	static const char *const words[][2] = {
		{ "false", "true" }, { "no", "yes" }, { "off", "on" }, { "0", "1" }
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		for (int j = 0; j < 2; j++)
			if (slice_equal_icase(text, slice_from(words[i][j]))) {
				*value = j;
				return true;
			}
	return false;
}

static bool row_knows(const struct option_row *row, struct slice value)
{
	struct slice left = slice_from(row->words), word;

	while (option_word_next(&left, &word))
		if (slice_equal(word, value))
			return true;
	return false;
}

/* Said of all commands, it is enough that one of them knows the word. */
static bool some_row_knows(const struct command *command, const struct option_row *row,
			   struct slice value)
{
	const struct option_row *other;

	if (row_knows(row, value))
		return true;
	for (size_t i = 0; !command && i < commands_count; i++) {
		other = settings_row(commands[i], slice_from(row->name));
		if (other && row_knows(other, value))
			return true;
	}
	return false;
}

static bool check_word(const struct command *command, const struct option_row *row,
		       struct slice value, struct slice origin, struct error *error)
{
	struct slice left = slice_from(row->words), word;
	struct near near = near_begin(value);
	char words[OPTION_WORDS_SIZE], text[NEAR_TEXT_SIZE];

	if (some_row_knows(command, row, value))
		return true;
	while (option_word_next(&left, &word))
		near_offer(&near, word);
	return error_set(error, ERROR_USAGE, "%.*s: unknown %s '%.*s'%s %s are known",
			 SLICE_ARG(origin), row->name, SLICE_ARG(value),
			 near.count ? near_text(text, &near, "") : ":",
			 option_words_text(words, row));
}

static bool check(const struct command *command, const struct option_row *row,
		  struct slice value, struct slice origin, struct error *error)
{
	bool truth;

	if (row->words)
		return check_word(command, row, value, origin, error);
	if (!row->value && !settings_bool(value, &truth))
		return error_set(error, ERROR_USAGE, "%.*s: '%s' is true or false, not '%.*s'",
				 SLICE_ARG(origin), row->name, SLICE_ARG(value));
	return true;
}

bool settings_add(struct settings *settings, enum setting_rank rank,
		  const struct command *command, const struct option_row *row,
		  struct slice value, struct slice origin, struct error *error)
{
	struct setting setting = { .rank = rank, .command = command, .name = row->name };

	if (!check(command, row, value, origin, error))
		return false;
	setting.value = arena_copy(&settings->arena, value).at;
	setting.origin = arena_copy(&settings->arena, origin).at;
	vec_push(&settings->list, setting);
	return true;
}

const struct setting *settings_find(const struct settings *settings,
				    const struct command *command, const char *name)
{
	const struct setting *best = NULL;

	vec_for_each(setting, &settings->list)
		if ((!setting->command || setting->command == command) &&
		    strcmp(setting->name, name) == 0 &&
		    (!best || setting->rank >= best->rank))
			best = setting;
	return best;
}

bool setting_is_of_file(const struct setting *setting)
{
	return setting->rank < SETTING_ENVIRONMENT;
}

/* ---- all of it ---- */

static const char *environment(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

/* A copy, or NULL when nothing says where it would be. */
static char *user_file(void)
{
	const char *folder = environment("XDG_CONFIG_HOME"), *tail = "/pipeline/config";
	char *path;

	if (!folder) {
		folder = environment("HOME");
		tail = "/.config/pipeline/config";
	}
	if (!folder)
		return NULL;
	path = mem_alloc(strlen(folder) + strlen(tail) + 1);
	strcpy(stpcpy(path, folder), tail);
	return path;
}

static bool read_usual_files(struct settings *settings, struct error *error)
{
	const char *system = environment("PIPELINE_CONFIG_SYSTEM");
	cleanup_free char *user = user_file();

	if (!settings_read_file(settings, SETTING_SYSTEM,
				system ? system : SETTINGS_SYSTEM_FILE, system, error))
		return false;
	return !user || settings_read_file(settings, SETTING_USER, user, false, error);
}

bool settings_read(struct settings *settings, const char *file, struct error *error)
{
	if (!file)
		file = environment("PIPELINE_CONFIG");
	return (file ? settings_read_file(settings, SETTING_USER, file, true, error)
		     : read_usual_files(settings, error)) &&
	       settings_read_environment(settings, error);
}

void settings_free(struct settings *settings)
{
	vec_free(&settings->list);
	arena_free(&settings->arena);
}

static bool machine_failed;

bool settings_machine_failed(void)
{
	return machine_failed;
}

const struct settings *settings(bool quietly)
{
	static struct settings own;
	static bool read;
	struct error error = ERROR_INIT;

	if (read)
		return &own;
	if (!settings_read(&own, globals()->config, &error)) {
		machine_failed = error.kind == ERROR_IO;
		if (!quietly)
			log_error("%s", error.text);
		settings_free(&own);
		own = (struct settings){ .arena = { 0 } };
		return NULL;
	}
	read = true;
	return &own;
}
