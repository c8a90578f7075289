/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Showing on stderr how far a command has come: a line that is drawn over and over on a terminal, ten times a second at most and not in
 * the first second; elsewhere a line every 30 seconds. It makes room for messages. The option --progress, and --quiet, say otherwise.
 * One thread only.
 */
#ifndef PIPELINE_PROGRESS_H
#define PIPELINE_PROGRESS_H

#include "pipeline/options.h"
#include "pipeline/progress_line.h"

enum {
	OPTION_PROGRESS = 440,
};

/* clang-format off */
#define OPTIONS_PROGRESS                                                                     \
	{ OPTION_PROGRESS, 0, "progress", "WHEN", "show on stderr how far it is",            \
	  "auto (default: on a terminal), always, never", true }
/* clang-format on */

/* Takes the option in. False, with the mistake reported, when its value is none. */
bool progress_option(const struct options *options);
/* --quiet: nothing is shown, whatever --progress says. */
void progress_hush(void);

/* From now on there is something to show. */
void progress_begin(void);
/* Whether it is time to show; cheap. False before progress_begin() and after progress_end(). */
bool progress_is_due(void);
void progress_show(const struct progress_state *state);
/* In how many milliseconds it will be time, so that nobody waits for longer; -1: never. */
int progress_wait_ms(void);
/* From now on walks over the index are shown (pipeline/base/work.h), from the second second of the command on. */
void progress_follow(void);
/* Before a child is started that walks: if it dies with a line on the terminal, this process takes it away before its next message. */
void progress_share(void);
/* Takes the line away. Also before anything is written to stdout, which may be the same terminal. */
void progress_end(void);

#endif
