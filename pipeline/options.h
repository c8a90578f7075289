/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line: one table of options a command, from which come the parsing, the messages and the help.
 * Options may stand before, between and behind operands; "--" ends them.
 */
#ifndef PIPELINE_OPTIONS_H
#define PIPELINE_OPTIONS_H

#include <stdbool.h>

/* Exit statuses that commands share (contract.md section 2); 0 is success. */
enum {
	EXIT_NOTHING_FOUND = 1,
	EXIT_USAGE = 2,
	EXIT_FAIL_ON = 3, /* what --fail-on names holds */
	EXIT_QUARANTINED = 4,
	EXIT_IO = 74,
	EXIT_BUSY = 75,
};

struct option_row {
	int id;      /* what options_next() returns */
	char letter; /* 0 for none */
	const char *name;
	/* What the help calls its value; NULL when it takes none. In brackets where it may be left out, which only a command without operands can
	 * offer. */
	const char *value;
	const char *help;
};

/* Ids that every table may use; a command's own start at OPTION_OWN. */
enum {
	OPTION_END = -1,
	OPTION_STOP = -2, /* help was printed or a mistake reported: leave with options->status */
	OPTION_INDEX = 256, /* beyond the letters */
	OPTION_HELP,
	OPTION_OWN,
};

struct command {
	const char *name;
	const char *summary;              /* one line */
	const char *operands;             /* "PATH…" */
	const char *examples;             /* lines of "pipeline …   # what it does" */
	const struct option_row *options; /* ends with a row of id 0 */
	int (*run)(const struct command *command, const char *index, int argc, char **argv);
};

struct options {
	const struct command *command;
	int argc;
	char **argv;
	const char *value; /* of the option just returned */
	int status;
	/* private */
	void *long_rows;
	char *short_rows;
};

#define OPTIONS_COMMON                                                                 \
	{ OPTION_INDEX, 0, "index", "DIR", "the index to use; else $PIPELINE_INDEX" }, \
	{                                                                              \
		OPTION_HELP, 'h', "help", 0, "print this help"                         \
	}

/* Takes one option in; false with the mistake reported. */
typedef bool (*option_taker)(void *into, const struct options *options, int id);

struct operands {
	char **at;
	int count;
};

/* Takes in all options of a command, each by take, and the operands behind them. False when the command ends here with *status: help was
 * printed, or a mistake reported. */
bool options_take(const struct command *command, int argc, char **argv, option_taker take,
		  void *into, struct operands *operands, int *status);
/* The same for a command without operands. */
bool options_take_alone(const struct command *command, int argc, char **argv,
			option_taker take, void *into, int *status);

/* ---- step by step ---- */

void options_begin(struct options *options, const struct command *command, int argc,
		   char **argv);
/* The next option's id, or OPTION_END, or OPTION_STOP. */
int options_next(struct options *options);
/* After OPTION_END: the operands. */
char **options_operands(struct options *options, int *count);
void options_end(struct options *options);
/* Prints "pipeline COMMAND: MESSAGE" and where to read on; returns EXIT_USAGE. */
int options_mistake(const struct command *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The same for an option's value; returns false. */
bool options_refuse(const struct options *options, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
