/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Variables of the environment: PIPELINE_KEY for all commands, PIPELINE_COMMAND_KEY for one, in capitals, "_" for "-". Those that are no
 * key are somebody else's. See settings.h.
 */
#include <unistd.h>

#include "pipeline/commands.h"
#include "pipeline/settings.h"

#define PREFIX "PIPELINE_"
#define NAME_MAX_ 64

/* "INGEST_JOBS" to "ingest-jobs"; false when it is no such name. */
static bool key_of(char out[NAME_MAX_], struct slice name)
{
	if (name.len == 0 || name.len >= NAME_MAX_)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char letter = name.at[i];

		if (letter == '_')
			out[i] = '-';
		else if (letter >= 'A' && letter <= 'Z')
			out[i] = (char)(letter | 0x20);
		else
			return false;
	}
	out[name.len] = 0;
	return true;
}

/* "ingest-jobs": the command, with what is behind it in *key; NULL when it begins with none. */
static const struct command *command_of(struct slice *key)
{
	for (size_t i = 0; i < commands_count; i++) {
		struct slice name = slice_from(commands[i]->name);

		if (key->len > name.len + 1 && slice_starts(*key, name) &&
		    key->at[name.len] == '-') {
			*key = slice_skip(*key, name.len + 1);
			return commands[i];
		}
	}
	return NULL;
}

static bool read_variable(struct settings *settings, struct slice name,
			  struct slice value, struct error *error)
{
	char text[NAME_MAX_], origin[NAME_MAX_ + sizeof(PREFIX) + 1] = "$" PREFIX;
	const struct command *command = NULL;
	const struct option_row *row;
	struct slice key;

	if (!key_of(text, name))
		return true;
	key = slice_from(text);
	row = settings_row(NULL, key);
	if (!row) {
		command = command_of(&key);
		row = command ? settings_row(command, key) : NULL;
	}
	/* An empty one counts as not set; but no pager is a choice. */
	if (!row || (value.len == 0 && row->id != OPTION_PAGER))
		return true;
	strncat(origin, name.at, name.len);
	return settings_add(settings,
			    command ? SETTING_ENVIRONMENT_COMMAND : SETTING_ENVIRONMENT,
			    command, row, value, slice_from(origin), error);
}

bool settings_read_environment(struct settings *settings, struct error *error)
{
	for (char **at = environ; at && *at; at++) {
		struct slice entry = slice_from(*at);
		ptrdiff_t sign = slice_find(entry, SLICE("="));
		struct slice name;

		if (sign < 0 || !slice_starts(entry, SLICE(PREFIX)))
			continue;
		name = slice_skip(slice_first(entry, (size_t)sign), sizeof(PREFIX) - 1);
		if (!read_variable(settings, name, slice_skip(entry, (size_t)sign + 1), error))
			return false;
	}
	return true;
}
