/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Long output on a terminal goes through a pager, as git's does. It is begun at once but shows itself only when there is something to
 * show, so that progress may be drawn on the terminal until then. Messages go the same way as the output while it runs, in their order.
 */
#ifndef PIPELINE_PAGER_H
#define PIPELINE_PAGER_H

#include <stdbool.h>

struct pager_choice {
	const char *program; /* for the shell; "" and "cat" are none */
	const char *origin; /* "command line" also where it is preset: the setting knows better */
};

/* --pager, $PIPELINE_PAGER or a config file, else $PAGER, else less. */
struct pager_choice pager_choose(void);
/* Puts it before stdout, where that is a capable terminal and nobody wants none. */
void pager_begin(void);
/* Waits until whoever reads has left it. For the end of the process, after stdout was flushed. */
void pager_end(void);

#endif
