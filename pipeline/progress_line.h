/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the line says that shows how far a command has come: laid out for so many columns, without a clock or a terminal. The least
 * important is left out first, and names are shortened, so that it is always one line.
 */
#ifndef PIPELINE_PROGRESS_LINE_H
#define PIPELINE_PROGRESS_LINE_H

#include <stdio.h>

#include "pipeline/base/slice.h"

struct progress_state {
	const char *what;     /* is counted: "bundles" */
	uint64_t done, total; /* total 0: nobody knows */
	uint64_t bytes_done,
		bytes_total; /* of the bundles as they lie in their files; total 0: none are counted */
	bool reading; /* incidents, quarantined and unpacked are counted */
	uint64_t unpacked; /* bytes, those of bundles in hand among them: so one that is large is seen to get on */
	uint64_t incidents;   /* found by now */
	uint64_t quarantined; /* members, by now */
	struct slice slowest; /* name of what has been in hand the longest; a stranger's */
	int64_t slowest_ms;
};

#define PROGRESS_UNKNOWN (-1)

/* How long what is left will take, if it goes on as it went: PROGRESS_UNKNOWN in the first seconds, before anything is done, and where
 * nobody knows how much there is. */
int64_t progress_left_ms(const struct progress_state *state, int64_t elapsed_ms);
/* Prints the line, without its end, in less than columns; what acts on terminals is escaped. */
void progress_line_print(FILE *out, const struct progress_state *state,
			 int64_t elapsed_ms, size_t columns);

#endif
