/* SPDX-License-Identifier: Apache-2.0 */
/* Where the program starts: finds the command and runs it. The only file that turns results into an exit. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pipeline/base/log.h"
#include "pipeline/base/mem.h"
#include "pipeline/base/utf8.h"
#include "pipeline/commands.h"
#include "pipeline/fold.h"
#include "pipeline/pager.h"
#include "pipeline/password_file.h"
#include "pipeline/place.h"
#include "pipeline/progress.h"
#include "pipeline/reader.h"

struct start {
	const char *index; /* NULL */
	bool version, verbose;
};

static void print_version(bool verbose)
{
	struct confinement offered = confine_offered();

	printf("pipeline %s\n", PIPELINE_VERSION);
	if (!verbose)
		return;
	if (offered.landlock)
		printf("Landlock: ABI %d\n", offered.landlock);
	else
		printf("Landlock: none\n");
	printf("seccomp: %s\n", offered.seccomp ? "yes" : "no");
}

static bool take_option(void *into, const struct options *options, int id)
{
	struct start *start = into;

	switch (id) {
	case OPTION_VERSION:
		return start->version = true;
	case OPTION_VERBOSE:
		return start->verbose = true;
	default:
		start->index = options->value;
		return true;
	}
}

/*
 * The first word that names a command: most likely the command, and all that is known of it before the options in front are taken.
 */
static const struct command *likely_command(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const struct command *command = command_find(slice_from(argv[i]));

		if (command)
			return command;
	}
	return NULL;
}

static void leave_as(const struct command *command)
{
	mem_set_exit_status(command && command->machine_failed ? command->machine_failed
							       : EXIT_USAGE);
}

/* Whoever names a file or folder in the place of a command most likely wants it read. */
static int unknown_command(const char *word)
{
	if (access(word, F_OK) == 0)
		return options_mistake(&command_program,
				       "'%s' is no command; to read it, 'pipeline ingest %s'",
				       word, word);
	return command_unknown(&command_program, word);
}

static bool shows_progress(const struct command *command)
{
	for (const struct option_row *row = command->options; row->id; row++)
		if (row->id == OPTION_PROGRESS)
			return true;
	return false;
}

static int run_command(const struct command *command, const char *index, int argc, char **argv)
{
	if (shows_progress(command))
		progress_follow();
	return command->run(command, index, argc, argv);
}

static int run(int argc, char **argv)
{
	struct start start = { .index = NULL };
	struct operands words;
	const struct command *command;
	int status;

	leave_as(likely_command(argc, argv));
	if (!options_take_first(argc, argv, take_option, &start, &words, &status))
		return status;
	if (start.version) {
		print_version(start.verbose);
		return 0;
	}
	if (start.verbose)
		return options_mistake(&command_program, "-v is for --version");
	if (words.count == 0)
		return options_mistake(&command_program, "no command given");
	command = command_find(slice_from(words.at[0]));
	if (!command)
		return unknown_command(words.at[0]);
	leave_as(command);
	return run_command(command, start.index, words.count, words.at);
}

/*
 * A standard stream that was closed is given a descriptor that cannot be read or written: else the first file opened,
 * one of the index's, would get its number, and messages would be written into it.
 */
static bool fill_standard_streams(void)
{
	int fd;

	do {
		fd = open("/", O_PATH | O_DIRECTORY);
	} while ((fd >= 0 && fd <= STDERR_FILENO) || (fd < 0 && errno == EINTR));
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int flush_output(int status)
{
	fold_end();
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	log_error("cannot write the output");
	return status == EXIT_QUARANTINED || status == 0 || status == EXIT_NOTHING_FOUND
		       ? EXIT_USAGE
		       : status;
}

int main(int argc, char **argv)
{
	int status;

	if (!fill_standard_streams()) {
		log_error("cannot open /: %s", strerror(errno));
		return EXIT_IO;
	}
	/* A limit on the size of files is an error of the write that meets it, not an end without a word. */
	signal(SIGXFSZ, SIG_IGN);
	utf8_follow_locale();
	if (argc == 2 + READER_WORDS && strcmp(argv[1], READER_ARGUMENT) == 0)
		return reader_main(argv + 2);
	status = run(argc, argv);
	password_file_forget();
	status = flush_output(place_status(status));
	pager_end();
	return status;
}
