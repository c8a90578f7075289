/* SPDX-License-Identifier: Apache-2.0 */
/* Reading bundles into the index, for the commands that do: from the paths that a user named to an index that holds them. */
#ifndef PIPELINE_INGEST_H
#define PIPELINE_INGEST_H

#include "pipeline/writing.h"
#include "stages/discover.h"

struct ingest {
	struct writing writing;
	char **paths; /* "-" is standard input */
	int path_count;
	bool as_json; /* the summary: a document on stdout */
	/* filled in by ingest_run() */
	struct found_list found;
	keeper_jobs jobs;
	struct keeper_totals totals;
	struct index *index; /* open for writing until ingest_end(); NULL when it could not be opened */
	const volatile sig_atomic_t *stop; /* the signal that says so, or 0; NULL before the index was asked for */
	int stdin_fd;
};

/* Reads all that is named and not in yet. True as well when a signal said stop, and what was read until then is in. False: the index or the
 * machine failed, or what is named is not there. To be ended in either case. */
bool ingest_run(struct ingest *ingest, struct error *error);
/* After a failure: reports it and returns the exit status. */
int ingest_failed(const struct ingest *ingest, const struct error *error);
/* After a success: the exit status. */
int ingest_status(const struct ingest *ingest);
/* After a success: says how much was read and what became of it, as text on stderr or as JSON on stdout, and returns the exit status. */
int ingest_tell(const struct ingest *ingest);
/* Closes the index and frees all; an ingest that never ran may be ended, too, if stdin_fd is -1. */
void ingest_end(struct ingest *ingest);

#endif
