/* SPDX-License-Identifier: Apache-2.0 */
/* `pipeline ingest PATH…`: reads bundles and folders into the index. Reading itself is the reader's, committing the keeper's. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pipeline/base/cleanup.h"
#include "pipeline/base/log.h"
#include "pipeline/base/team.h"
#include "pipeline/keeper.h"
#include "pipeline/options.h"
#include "pipeline/place.h"
#include "pipeline/selecting.h"

enum {
	OPTION_JOBS = OPTION_OWN,
	OPTION_LOCK,
	OPTION_QUIET,
};

static const struct option_row rows[] = {
	{ OPTION_JOBS, 'j', "jobs", "N", "threads that read; default: one a processor" },
	{ OPTION_LOCK, 0, "lock", "HOW",
	  "when another writer holds the index: fail (default), wait or skip" },
	{ OPTION_QUIET, 'q', "quiet", NULL, "no summary; warnings and errors still print" },
	OPTIONS_COMMON,
	{ 0 },
};

enum lock_choice {
	LOCK_FAIL,
	LOCK_WAIT,
	LOCK_SKIP,
};

struct ingest {
	const struct command *command;
	const char *index;
	int threads;
	enum lock_choice lock;
	char **paths;
	int path_count;
	struct found_list found;
	keeper_jobs jobs;
	int stdin_fd;
};

static volatile sig_atomic_t stop_signal;

static void take_signal(int number)
{
	stop_signal = number;
}

/* What whoever started us wants ignored (nohup) stays so. */
static void catch_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = take_signal }, before;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
}

static int exit_of(const struct error *error)
{
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

static int report(const struct ingest *ingest, const struct error *error)
{
	log_error("%s: %s", ingest->command->name, error->text);
	return exit_of(error);
}

/* The next bytes of standard input; 0 at its end, and when a signal says stop. Never waits long in one call, as a
 * signal that comes just before a call does not interrupt it. */
static ssize_t read_stdin(char *buffer, size_t len)
{
	struct pollfd wait = { .fd = STDIN_FILENO, .events = POLLIN };
	ssize_t got;

	while (!stop_signal) {
		if (poll(&wait, 1, 500) <= 0)
			continue;
		got = read(STDIN_FILENO, buffer, len);
		if (got >= 0 || (errno != EINTR && errno != EAGAIN))
			return got;
	}
	return 0;
}

/* Standard input is copied into memory once, since archives are read with seeks. */
static int spool_stdin(struct error *error)
{
	int fd = memfd_create("stdin", MFD_CLOEXEC);
	cleanup_free char *buffer = mem_alloc(1u << 16);
	ssize_t got;

	if (fd < 0) {
		error_errno(error, "standard input");
		return -1;
	}
	while ((got = read_stdin(buffer, 1u << 16)) > 0)
		for (ssize_t done = 0, wrote; done < got; done += wrote) {
			wrote = write(fd, buffer + done, (size_t)(got - done));
			if (wrote < 0) {
				error_errno(error, "standard input");
				close(fd);
				return -1;
			}
		}
	if (got < 0) {
		error_errno(error, "standard input");
		close(fd);
		return -1;
	}
	return fd;
}

static bool discover(struct ingest *ingest, const char *folder, struct error *error)
{
	struct stat status = { 0 };

	if (stat(folder, &status) != 0)
		status = (struct stat){ 0 };
	for (int i = 0; i < ingest->path_count; i++) {
		if (strcmp(ingest->paths[i], "-") == 0)
			continue;
		if (!discover_path(&ingest->found, ingest->paths[i], status.st_dev,
				   status.st_ino, error))
			return false;
	}
	discover_finish(&ingest->found);
	return true;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void add_found(struct ingest *ingest)
{
	vec_for_each(bundle, &ingest->found.bundles)
		vec_push(&ingest->jobs, ((struct keeper_job){ .path = bundle->path,
							      .name = base_name(bundle->path),
							      .size = bundle->size,
							      .mtime_ns = bundle->mtime_ns,
							      .fd = -1 }));
}

static bool add_stdin(struct ingest *ingest, struct error *error)
{
	struct stat status;

	for (int i = 0; i < ingest->path_count; i++)
		if (strcmp(ingest->paths[i], "-") == 0)
			break;
		else if (i + 1 == ingest->path_count)
			return true;
	ingest->stdin_fd = spool_stdin(error);
	if (ingest->stdin_fd < 0)
		return false;
	if (fstat(ingest->stdin_fd, &status) != 0)
		return error_errno(error, "standard input");
	vec_push(&ingest->jobs, ((struct keeper_job){ .name = "stdin",
						      .size = (uint64_t)status.st_size,
						      .fd = ingest->stdin_fd }));
	return true;
}

static void summarise(const struct ingest *ingest, const struct keeper_totals *totals)
{
	const uint64_t *members = totals->outcomes;
	uint64_t sum = 0;

	for (int i = 0; i < OUTCOMES; i++)
		sum += members[i];
	if (totals->bundles == 0 && ingest->found.unreadable.len == 0) {
		log_note("nothing to do: no files found");
		return;
	}
	log_note("%llu bundles: %llu read, %llu already in; %llu members: %llu parsed, %llu ignored, "
		 "%llu quarantined; %llu incidents",
		 (unsigned long long)totals->bundles, (unsigned long long)totals->read,
		 (unsigned long long)totals->skipped, (unsigned long long)sum,
		 (unsigned long long)members[OUTCOME_PARSED],
		 (unsigned long long)members[OUTCOME_IGNORED],
		 (unsigned long long)members[OUTCOME_QUARANTINED],
		 (unsigned long long)totals->incidents);
}

static int outcome(const struct ingest *ingest, const struct keeper_totals *totals)
{
	vec_for_each(folder, &ingest->found.unreadable)
		log_warning("unreadable folder %s", *folder);
	summarise(ingest, totals);
	if (stop_signal)
		return 128 + stop_signal;
	if (totals->outcomes[OUTCOME_QUARANTINED] || ingest->found.unreadable.len)
		return EXIT_QUARANTINED;
	return 0;
}

static struct index *open_index(struct ingest *ingest, const char *folder, struct error *error)
{
	struct index *index = index_open_write(
		folder, ingest->lock == LOCK_WAIT ? INDEX_LOCK_WAIT : INDEX_LOCK_FAIL, error);

	if (!index && error->kind == ERROR_BUSY && ingest->lock == LOCK_SKIP)
		log_note("another writer holds the index %s: skipped", folder);
	else if (!index)
		report(ingest, error);
	return index;
}

static int run_ingest(struct ingest *ingest)
{
	struct keeper_totals totals = { 0 };
	struct error error = ERROR_INIT;
	cleanup_free char *folder = place_of_index(ingest->index, &error);
	struct index *index;
	bool done;

	if (!folder || !discover(ingest, folder, &error))
		return report(ingest, &error);
	catch_signals();
	index = open_index(ingest, folder, &error);
	if (!index)
		return stop_signal ? 128 + stop_signal : exit_of(&error);
	add_found(ingest);
	done = add_stdin(ingest, &error) &&
	       keeper_skip_known(index, &ingest->jobs, &totals, &error) &&
	       keeper_run(index, &ingest->jobs, ingest->threads, &stop_signal, &totals,
			  &error);
	index_close(index);
	if (!done)
		return report(ingest, &error);
	return outcome(ingest, &totals);
}

static bool lock_option(struct ingest *ingest, const struct options *options)
{
	static const char *const names[] = { "fail", "wait", "skip" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(options->value, names[i]) == 0) {
			ingest->lock = (enum lock_choice)i;
			return true;
		}
	return options_refuse(options, "unknown --lock '%s': fail, wait and skip are known",
			      options->value);
}

static bool take_option(struct ingest *ingest, const struct options *options, int id)
{
	uint64_t number;

	switch (id) {
	case OPTION_JOBS:
		if (!number_option(options, 1, 64, &number))
			return false;
		ingest->threads = (int)number;
		return true;
	case OPTION_LOCK:
		return lock_option(ingest, options);
	case OPTION_QUIET:
		log_set_quiet(true);
		return true;
	default:
		ingest->index = options->value;
		return true;
	}
}

static int run(const struct command *command, const char *index, int argc, char **argv)
{
	struct ingest ingest = { .command = command,
				 .index = index,
				 .stdin_fd = -1,
				 .threads = team_default_size() };
	struct options options;
	int id, status;

	mem_set_exit_status(EXIT_IO);
	options_begin(&options, command, argc, argv);
	while ((id = options_next(&options)) >= 0)
		if (!take_option(&ingest, &options, id)) {
			options_end(&options);
			return EXIT_USAGE;
		}
	ingest.paths = options_operands(&options, &ingest.path_count);
	options_end(&options);
	if (id == OPTION_STOP)
		return options.status;
	if (ingest.path_count == 0)
		return options_mistake(command, "no path given");
	status = run_ingest(&ingest);
	discover_free(&ingest.found);
	vec_free(&ingest.jobs);
	if (ingest.stdin_fd >= 0)
		close(ingest.stdin_fd);
	return status;
}

const struct command command_ingest = {
	.name = "ingest",
	.summary = "Reads bundles and folders into the index; what is already in is skipped.",
	.operands = "PATH...",
	.examples = "  pipeline ingest /srv/cases              # every archive and log below\n"
		    "  pipeline ingest case.zip kd.log         # just these\n"
		    "  zcat kd.log.gz | pipeline ingest -      # standard input\n",
	.options = rows,
	.run = run,
};
