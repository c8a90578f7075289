/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs of `ingest`, and in which of them an incident came. It is the one thing in an index that depends on when, so that it can be
 * told what is new since the last run; no other table looks at it.
 */
#ifndef INDEX_RUN_H
#define INDEX_RUN_H

#include "index/ids.h"

struct run_row {
	uint64_t number; /* from 1 */
	int64_t started; /* moment */
};

/* Begins a run: what index_write() adds from now on came in it. */
bool index_begin_run(struct index *index, int64_t now, struct error *error);
/* The latest run; number 0 when there was none. */
bool index_last_run(struct index_view *view, struct run_row *run, struct error *error);
/* How the reader of the latest run that read was confined. False when none said so (error->kind is then ERROR_NONE), or on
 * failure. */
bool index_last_confinement(struct index_view *view, struct run_confinement *confinement,
			    struct error *error);
/* Pushes the incidents that came in this run or later; a set when it returns. */
bool ids_since_run(struct index_view *view, uint64_t run, id_vec *ids, struct error *error);
/* Those that came in these, both included; run 0 stands for none that is known. */
bool ids_of_runs(struct index_view *view, uint64_t first, uint64_t last, id_vec *ids,
		 struct error *error);
/* The first run that began at that moment or later; 0 when none did. */
bool run_begun_since(struct index_view *view, int64_t moment, uint64_t *run,
		     struct error *error);

/* For index/write.c: puts down what was noted, if anything. */
bool confinement_put(struct index_view *view, struct error *error);
/* For index/change.c: an incident that was not there came in this run. */
bool arrival_put(struct index_view *view, uint64_t id, uint64_t run, struct error *error);
/* In which run an incident came. False when it is not there (error->kind is then ERROR_NONE), or on failure. */
bool arrival_get(struct index_view *view, uint64_t id, uint64_t *run, struct error *error);

#endif
