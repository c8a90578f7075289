/* SPDX-License-Identifier: Apache-2.0 */
/* Where the program starts: finds the command and runs it. The only file that turns results into an exit. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pipeline/base/log.h"
#include "pipeline/base/utf8.h"
#include "pipeline/options.h"
#include "pipeline/password_file.h"
#include "pipeline/reader.h"

#define COMMAND(name) extern const struct command command_##name;
#include "pipeline/commands.def"
#undef COMMAND

static const struct command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "pipeline/commands.def"
#undef COMMAND
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(void)
{
	printf("Examples:\n"
	       "  pipeline ingest /srv/cases                       # read an archive of dump logs\n"
	       "  pipeline query --chain ProcessA.exe              # who waits for whom, in which dumps\n"
	       "  pipeline show 9f3c                               # everything known of one incident\n"
	       "\n"
	       "Usage: pipeline [--index DIR] COMMAND [OPTION]...\n"
	       "Reads archived Windows dump logs and finds the wait chains that keep coming back.\n"
	       "\n"
	       "Commands:\n");
	for (size_t i = 0; i < COMMANDS; i++)
		printf("  %-10s  %s\n", commands[i]->name, commands[i]->summary);
	printf("\n"
	       "Options:\n"
	       "      --index DIR   the index to use; else $PIPELINE_INDEX,\n"
	       "                    else $XDG_STATE_HOME/pipeline/index\n"
	       "  -h, --help        print this help; after a command, that command's\n"
	       "      --version     print the version; with -v also how the kernel here would let\n"
	       "                    archives be read in confinement\n");
}

/* -v and --verbose, behind --version. */
static bool is_verbose(const char *word)
{
	return word && (strcmp(word, "-v") == 0 || strcmp(word, "--verbose") == 0);
}

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

static int mistake(const char *what, const char *word)
{
	log_error("%s '%s' (try 'pipeline --help')", what, word);
	return EXIT_USAGE;
}

static int run_command(const char *index, int argc, char **argv)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(argv[0], commands[i]->name) == 0)
			return commands[i]->run(commands[i], index, argc, argv);
	return mistake("unknown command", argv[0]);
}

static int run(int argc, char **argv)
{
	const char *index = NULL;
	int at = 1;

	for (; at < argc && argv[at][0] == '-'; at++) {
		if (strcmp(argv[at], "--") == 0) {
			at++;
			break;
		}
		if (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0) {
			print_help();
			return 0;
		}
		if (strcmp(argv[at], "--version") == 0) {
			print_version(is_verbose(argv[at + 1]));
			return 0;
		}
		if (strcmp(argv[at], "--index") == 0 && at + 1 < argc)
			index = argv[++at];
		else if (strncmp(argv[at], "--index=", 8) == 0)
			index = argv[at] + 8;
		else
			return mistake(strcmp(argv[at], "--index") == 0 ? "no value for option"
									: "unknown option",
				       argv[at]);
	}
	if (at == argc) {
		log_error("no command given (try 'pipeline --help')");
		return EXIT_USAGE;
	}
	return run_command(index, argc - at, argv + at);
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
	if (fflush(stdout) != 0 || ferror(stdout)) {
		log_error("cannot write the output");
		return status == EXIT_QUARANTINED || status == 0 || status == EXIT_NOTHING_FOUND
			       ? EXIT_USAGE
			       : status;
	}
	return status;
}
