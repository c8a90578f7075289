/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the index remembers of the nights: up to which run all was told, which bundles were read since that could not be read whole, and
 * which bundles are known to be gone. A mail is told first and noted then: whoever is killed between the two tells it again, and nothing
 * is ever passed over. Like runs and arrivals it is no content: no other table looks at it.
 */
#ifndef INDEX_NIGHT_H
#define INDEX_NIGHT_H

#include "index/quarantine.h"
#include "index/run.h"

/* The last mail that was told; all 0 and MOMENT_NONE before the first. */
struct night_mark {
	uint64_t run; /* what came in this run and before was told */
	/* What came behind this run and not behind the other was the news of the last mail that had incidents to tell of. */
	uint64_t after;
	int64_t began, ended; /* moments, of the run of `nightly` that told it */
	uint64_t took_ms;     /* it took so long, by a clock that nobody sets */
	uint64_t incidents, new_chains, worse_chains, quarantined; /* what it told, in numbers */
};

bool night_mark_get(struct index_view *view, struct night_mark *mark, struct error *error);

/* A bundle that the index knows. */
struct night_bundle {
	struct slice path;
	uint64_t incidents; /* that lie in it */
	bool told_gone;
};

/* All bundles, in no order that means anything, until visit returns false. False on damage. */
bool night_bundles(struct index_view *view,
		   bool (*visit)(void *context, const struct night_bundle *bundle),
		   void *context, struct error *error);

/* Puts down that a mail was told, and takes the bundles that it knows to be gone for all that are. */
bool night_tell(struct index *index, const struct night_mark *mark,
		const struct slice *gone, size_t count, struct error *error);

/* Adds, by path, what is quarantined in bundles of which a member was, since these runs, that was not before; first 0: all that is. */
bool quarantine_of_runs(struct index_view *view, uint64_t first, uint64_t last,
			quarantined_vec *found, struct error *error);

/* For index/write.c, before a bundle's row is put. old: the row as it is, without its seal; empty when there is none. */
bool night_note_bundle(struct index_view *view, const struct key *key,
		       const struct bundle_row *row, struct slice old, struct error *error);

#endif
