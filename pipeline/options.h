/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line: one table of options a command, from which come the parsing, the messages and the help.
 * Options may stand before, between and behind operands; "--" ends them.
 */
#ifndef PIPELINE_OPTIONS_H
#define PIPELINE_OPTIONS_H

#include "pipeline/base/slice.h"

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
	int id;      /* what the taker is given */
	char letter; /* 0 for none */
	const char *name;
	/* What the help calls its value; NULL when it takes none. In brackets where it may be left out, which only a command without operands can
	 * offer. With ",..." behind when it is a list with commas between. Alternatives in lower case are words: "N|all". */
	const char *value;
	const char *help;
	/* All that the value may be, for help, check and completion alike: "text (default), json". NULL when it is no word. */
	const char *words;
	bool preset; /* the config file and the environment may give it */
};

/* Ids that every table may use; a command's own start at OPTION_OWN. */
enum {
	OPTION_INDEX = 256, /* beyond the letters */
	OPTION_CONFIG,
	OPTION_COLOR,
	OPTION_PAGER,
	OPTION_NO_PAGER,
	OPTION_HELP,
	OPTION_VERSION, /* this and the next only before a command */
	OPTION_VERBOSE,
	OPTION_OWN,
};

struct command {
	const char *name;
	const char *summary;              /* one line */
	const char *operands;             /* "PATH…" */
	const char *examples;             /* lines of "pipeline …   # what it does" */
	const struct option_row *options; /* ends with a row of id 0 */
	bool pages;    /* what it prints for people goes through a pager, on a terminal */
	bool unpreset; /* works also where the config file is wrong */
	int machine_failed; /* its exit where the machine fails it, without memory above all; 0 stands for EXIT_USAGE */
	int (*run)(const struct command *command, const char *index, int argc, char **argv);
};

struct operands {
	char **at;
	int count;
};

/* The option that a taker is given. */
struct options {
	const struct command *command;
	const struct option_row *row;
	const char *value;  /* NULL when there is none */
	const char *origin; /* where a preset was given: "FILE:LINE" or "$NAME"; NULL when it is on the command line */
	const struct operands *operands; /* of the whole command line */
};

/* Of every command, and before a command. --index is the command's to take; see globals.h for the others. */
/* clang-format off */
#define OPTIONS_COMMON                                                                       \
	{ OPTION_INDEX, 0, "index", "DIR",                                                   \
	  "the index to use; else $XDG_STATE_HOME/pipeline/index", NULL, true },             \
	{ OPTION_CONFIG, 0, "config", "FILE", "read this config file, and no other" },       \
	{ OPTION_COLOR, 0, "color", "WHEN", "use colours", "auto (default), always, never",  \
	  true },                                                                            \
	{ OPTION_PAGER, 0, "pager", "COMMAND",                                               \
	  "what shows long output on a terminal; else $PAGER, else less", NULL, true },      \
	{ OPTION_NO_PAGER, 0, "no-pager", NULL, "write straight to the terminal" },          \
	{ OPTION_HELP, 'h', "help", NULL, "print this help" }
/* clang-format on */

/* Takes one option in; false with the mistake reported. */
typedef bool (*option_taker)(void *into, const struct options *options, int id);

/* Takes in all options of a command, each by take, and the operands behind them: first what the command line gives, in its order, then
 * what else is preset. Without take there are none but those of every command, which are passed over. False
 * when the command ends here with *status: help was printed, or a mistake reported. */
bool options_take(const struct command *command, int argc, char **argv, option_taker take,
		  void *into, struct operands *operands, int *status);
/* The same for a command without operands. */
bool options_take_alone(const struct command *command, int argc, char **argv,
			option_taker take, void *into, int *status);
/* The options before a command, with command_program; the operands are the command and what follows it. */
bool options_take_first(int argc, char **argv, option_taker take, void *into,
			struct operands *operands, int *status);

/* Prints "pipeline COMMAND: MESSAGE" and where to read on; returns EXIT_USAGE. */
int options_mistake(const struct command *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The same for an option's value; returns false. */
bool options_refuse(const struct options *options, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Which of row->words the value is, from 0, in their order. False, with the mistake reported, when it is none. */
bool word_option(const struct options *options, unsigned *which);

#endif
