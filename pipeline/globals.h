/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options that are of no command in particular and may stand before it or behind it. --index is not among them, as every command
 * takes that itself.
 */
#ifndef PIPELINE_GLOBALS_H
#define PIPELINE_GLOBALS_H

#include "pipeline/options.h"

enum color_choice {
	COLOR_AUTO,
	COLOR_ALWAYS,
	COLOR_NEVER,
};

/* Of this process. */
struct globals {
	const char *config; /* NULL */
	enum color_choice color;
	bool color_of_file; /* a config file says so, which $NO_COLOR overrules */
	const char *pager;  /* NULL when nothing says which */
	bool no_pager;
};

const struct globals *globals(void);
bool is_global_option(int id);
/* Takes one of them in. False with the mistake reported. */
bool global_option(const struct options *options);

/* That the command line has one of these options or --index: it may do so before the command, whose presets it keeps out. */
void note_given(int id);
bool was_given(int id);

#endif
