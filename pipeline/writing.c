/* SPDX-License-Identifier: Apache-2.0 */
/* Options, statuses and signals of the commands that write; see writing.h. */
#include "pipeline/writing.h"

#include <string.h>

#include "index/regroup.h"
#include "pipeline/base/cleanup.h"
#include "pipeline/base/log.h"
#include "pipeline/base/team.h"
#include "pipeline/place.h"
#include "pipeline/selecting.h"

struct writing writing_begin(const struct command *command, const char *index)
{
	return (struct writing){ .command = command,
				 .index = index,
				 .rules = keeper_rules_default(team_default_size()) };
}

static bool lock_option(struct writing *writing, const struct options *options)
{
	unsigned which;

	if (!word_option(options, &which))
		return false;
	writing->lock = (enum lock_choice)which;
	return true;
}

bool writing_option(struct writing *writing, const struct options *options, int id)
{
	uint64_t number;

	if (is_limit_option(id))
		return limit_option(&writing->rules.limits, options, id);
	switch (id) {
	case OPTION_DEADLINE:
		if (!number_option(options, 0, 1000000, &number))
			return false;
		writing->rules.deadline_seconds = (unsigned)number;
		return true;
	case OPTION_JOBS:
		if (!number_option(options, 1, 64, &number))
			return false;
		writing->rules.reader.threads = (int)number;
		return true;
	case OPTION_SANDBOX:
		return sandbox_option(&writing->rules.reader.sandbox, options);
	case OPTION_PROGRESS:
		return progress_option(options);
	case OPTION_LOCK:
		return lock_option(writing, options);
	case OPTION_PASSWORD_FILE:
		return password_file_option(options);
	case OPTION_QUIET:
		log_set_quiet(true);
		progress_hush();
		return true;
	default:
		writing->index = options->value;
		return true;
	}
}

enum index_lock writing_lock(const struct writing *writing)
{
	return writing->lock == LOCK_WAIT ? INDEX_LOCK_WAIT : INDEX_LOCK_FAIL;
}

struct index *writing_open(const struct writing *writing, struct error *error)
{
	cleanup_free char *folder = place_of_index(writing->index, error);

	return folder ? index_open_existing(folder, writing_lock(writing), error) : NULL;
}

bool writing_group_alike(struct index *index, struct error *error)
{
	struct regroup_counts counts;

	if (!index_rules_differ(index, &counts, error))
		return error->kind == ERROR_NONE;
	log_note("the index was grouped by other rules: %llu of %llu incidents change group",
		 (unsigned long long)counts.changed, (unsigned long long)counts.incidents);
	return index_regroup(index, error);
}

int writing_failed(const struct writing *writing, const struct error *error)
{
	if (error->kind == ERROR_BUSY && writing->lock == LOCK_SKIP)
		log_note("%s: skipped", error->text);
	else
		log_error("%s: %s", writing->command->name, error->text);
	switch (error->kind) {
	case ERROR_USAGE:
	case ERROR_FORMAT:
		return EXIT_USAGE;
	case ERROR_BUSY:
		return EXIT_BUSY;
	default:
		return EXIT_IO;
	}
}

int upkeep_failed(const struct writing *writing, const struct error *error)
{
	return writing_failed(writing, error) == EXIT_BUSY ? EXIT_BUSY : EXIT_USAGE;
}

static volatile sig_atomic_t stop_signal;

/* The same one again: whoever sends it does not want to wait until what was read is committed. */
static void take_signal(int number)
{
	if (stop_signal == number) {
		signal(number, SIG_DFL);
		raise(number);
	}
	stop_signal = number;
}

/* What whoever started us wants ignored (nohup) stays so. */
const volatile sig_atomic_t *catch_stop_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = take_signal }, before;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	return &stop_signal;
}
