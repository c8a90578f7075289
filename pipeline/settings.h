/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What options are when the command line does not say: the environment (PIPELINE_JOBS, PIPELINE_INGEST_JOBS) before the user's config
 * file before that of the system; in each of them what is said of one command before what is said of all. Every row of an option table
 * that is marked "preset" is a key.
 */
#ifndef PIPELINE_SETTINGS_H
#define PIPELINE_SETTINGS_H

#include "pipeline/base/arena.h"
#include "pipeline/base/error.h"
#include "pipeline/base/vec.h"
#include "pipeline/options.h"

#define SETTINGS_SYSTEM_FILE "/etc/pipeline/pipeline.conf"

/* From weak to strong; of two of one rank the later wins. */
enum setting_rank {
	SETTING_SYSTEM,
	SETTING_SYSTEM_COMMAND,
	SETTING_USER,
	SETTING_USER_COMMAND,
	SETTING_ENVIRONMENT,
	SETTING_ENVIRONMENT_COMMAND,
};

struct setting {
	enum setting_rank rank;
	const struct command *command; /* NULL: of all that have the option */
	const char *name;              /* of the option, as its row has it */
	const char *value;
	const char *origin; /* "FILE:LINE", "$NAME" */
};

struct settings {
	VEC(struct setting) list;
	struct arena arena; /* of values and origins */
};

/* Reads this file, or where it is NULL $PIPELINE_CONFIG, or else those of the system and the user; then the environment. False with
 * ERROR_USAGE, "FILE:LINE: …", when something in them is wrong, and ERROR_IO. */
bool settings_read(struct settings *settings, const char *file, struct error *error);
void settings_free(struct settings *settings);
/* What stands for an option of a command (NULL: of all); NULL when nothing does. */
const struct setting *settings_find(const struct settings *settings,
				    const struct command *command, const char *name);
bool setting_is_of_file(const struct setting *setting);
/* true, yes, on, 1 and their opposites; false when text is none of them. */
bool settings_bool(struct slice text, bool *value);

/* The process's own, read at the first call; NULL with the mistake reported, or quietly. */
const struct settings *settings(bool quietly);
/* Whether that was the machine's failure, not a mistake in a file. */
bool settings_machine_failed(void);

/* ---- the parts ---- */

/* The row that may be preset under this name: of the command, or of any when it is NULL. NULL when there is none. */
const struct option_row *settings_row(const struct command *command, struct slice name);
/* Adds one after checking the value. False with ERROR_USAGE, the origin in front. */
bool settings_add(struct settings *settings, enum setting_rank rank,
		  const struct command *command, const struct option_row *row,
		  struct slice value, struct slice origin, struct error *error);
/* trusted: somebody named the file; else its owner and mode have to be sound, and it may be missing. */
bool settings_read_file(struct settings *settings, enum setting_rank rank,
			const char *path, bool trusted, struct error *error);
bool settings_read_environment(struct settings *settings, struct error *error);

#endif
