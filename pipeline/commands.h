/* SPDX-License-Identifier: Apache-2.0 */
/* The commands there are, for whoever looks over all of them: the start, the help, completion, the config file. */
#ifndef PIPELINE_COMMANDS_H
#define PIPELINE_COMMANDS_H

#include <stddef.h>

#include "pipeline/options.h"

/* In the order of the help. */
extern const struct command *const commands[];
extern const size_t commands_count;

/* What stands before a command: its options, under no name. */
extern const struct command command_program;

/* NULL when there is none of that name. */
const struct command *command_find(struct slice name);
/* Reports that there is none, for the command that was asked about it; returns EXIT_USAGE. */
int command_unknown(const struct command *asked, const char *typed);
/* NULL, or a command other than this one that has an option of that name. */
const struct command *command_with_option(const struct command *but, struct slice name);

/* Prints `pipeline COMMAND --help`, or `pipeline --help` for command_program. */
void print_command_help(const struct command *command);

#endif
