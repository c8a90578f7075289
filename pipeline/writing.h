/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands that write into the index share: what to do about another writer, and their exit statuses. */
#ifndef PIPELINE_WRITING_H
#define PIPELINE_WRITING_H

#include <signal.h>

#include "index/index.h"
#include "pipeline/keeper.h"
#include "pipeline/limit_options.h"
#include "pipeline/options.h"
#include "pipeline/password_file.h"
#include "pipeline/progress.h"
#include "pipeline/reader.h"
#include "pipeline/sandbox.h"

enum {
	OPTION_LOCK = 400,
	OPTION_JOBS,
	OPTION_QUIET,
	OPTION_DEADLINE,
};

/* clang-format off */
#define OPTIONS_LOCK                                                                         \
	{ OPTION_LOCK, 0, "lock", "HOW", "when another writer holds the index",              \
	  "fail (default), wait, skip", true }

/* Of the commands that read bundles; those of password_file.h too, and behind them LIMIT_ROW() of all limits. */
#define LIMIT_ROW(field, option, unit, least, most, preset, help)                            \
	{ OPTION_LIMIT_##field, 0, option, #unit, help, NULL, true },
#define OPTIONS_READING                                                                      \
	{ OPTION_JOBS, 'j', "jobs", "N", "threads that read; default: one a processor",      \
	  NULL, true },                                                                      \
	OPTIONS_LOCK,                                                                        \
	OPTIONS_PROGRESS,                                                                    \
	OPTIONS_SANDBOX,                                                                     \
	{ OPTION_QUIET, 'q', "quiet", NULL, "no summary, no progress; warnings and errors still print",   \
	  NULL, true },                                                                      \
	{ OPTION_DEADLINE, 0, "deadline", "SECONDS",                                         \
	  "give up a bundle that makes no progress; default 120, 0: never", NULL, true }
/* clang-format on */

/* In the order of the option's words. */
enum lock_choice {
	LOCK_FAIL,
	LOCK_WAIT,
	LOCK_SKIP,
};

struct writing {
	const struct command *command;
	const char *index; /* --index, or NULL */
	enum lock_choice lock;
	struct keeper_rules rules;
};

/* A command's options as they are before any is given. */
struct writing writing_begin(const struct command *command, const char *index);
/* Takes --lock, --jobs, --sandbox, --quiet, --progress, --deadline, a limit or --index in. False, with the mistake reported, when its value is none. */
bool writing_option(struct writing *writing, const struct options *options, int id);
enum index_lock writing_lock(const struct writing *writing);

/* Opens an index that is there: unlike ingest, upkeep makes none. NULL on failure. */
struct index *writing_open(const struct writing *writing, struct error *error);
/* For whoever changes incidents, before: groups those of the index by the rules of this program, unless they are. Signatures by two sets
 * of rules in one index would make old chains look new, and rows that are summed up anew lose the old ones. */
bool writing_group_alike(struct index *index, struct error *error);

/* Reports the error and returns the status that it ends a command with: of those that read bundles (74 when the machine
 * failed), and of upkeep (2 then). With --lock skip a busy index is a note. */
int writing_failed(const struct writing *writing, const struct error *error);
int upkeep_failed(const struct writing *writing, const struct error *error);

/* From now on SIGINT, SIGTERM and SIGHUP set the number that is pointed to instead of ending the program, which the second of a kind does. */
const volatile sig_atomic_t *catch_stop_signals(void);

#endif
