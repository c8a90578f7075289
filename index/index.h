/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index: one LMDB environment in a folder of its own (index/FORMAT.md tells every
 * byte). Any number of readers, one writer. lmdb.h is included nowhere outside this
 * folder.
 *
 * All texts and bytes that a read yields point into the map and are valid until the view
 * ends. An open index is for one thread, and must not be used in a child after fork().
 */
#ifndef INDEX_INDEX_H
#define INDEX_INDEX_H

#include "pipeline/base/error.h"
#include "pipeline/base/hash.h"
#include "stages/chain.h"
#include "stages/summary.h"

struct index;
struct index_view;

enum index_lock {
	INDEX_LOCK_FAIL, /* another writer: ERROR_BUSY at once */
	INDEX_LOCK_WAIT, /* wait for it */
};

/* Opens an existing index for reading. NULL with ERROR_FORMAT for another schema
 * version (named with both numbers) or a folder that is missing or holds no index,
 * ERROR_IO for the rest (network file systems are refused, by name). */
struct index *index_open_read(const char *folder, struct error *error);
/* Opens for writing, makes the folder (0700) and files (0600) when they are missing,
 * takes the writer lock. A signal that interrupts the wait for it gives ERROR_BUSY. */
struct index *index_open_write(const char *folder, enum index_lock lock, struct error *error);
/* The same for an index that must be there already: ERROR_FORMAT when it is not. */
struct index *index_open_existing(const char *folder, enum index_lock lock,
				  struct error *error);
void index_close(struct index *index);

/* ---- bundles: what was read, and what became of it ---- */

enum outcome {
	OUTCOME_PARSED,
	OUTCOME_IGNORED,     /* by the rule that `reason` names */
	OUTCOME_QUARANTINED, /* with the reason code in `reason` */
	OUTCOMES,
};

struct member_row {
	struct slice path;
	struct slice reason; /* empty for OUTCOME_PARSED */
	struct slice text;   /* what was wrong, for people; may be empty */
	uint64_t bytes;      /* decoded */
	uint8_t outcome;     /* enum outcome */
};

struct bundle_row {
	struct slice path; /* absolute */
	uint64_t size;
	int64_t mtime_ns;
	struct hash128 content; /* XXH3-128 of the file; zeros when it could not be read */
	VEC(struct member_row) members; /* sorted by path */
	VEC(uint64_t) incidents;        /* ids, ascending */
};

void bundle_row_free(struct bundle_row *row);

/* ---- writing ---- */

/* All that one bundle yields, as the keeper hands it over. incidents[i] belongs to
 * row->incidents.at[i]. */
struct bundle_result {
	struct bundle_row *row;
	const struct encoded_incident *incidents;
	bool unchanged; /* of the row size and time count alone: all else stays as the index has it at that path */
};

/* Writes the results in one transaction, durable when it returns true: each replaces
 * whatever the index held of the bundle at that path before (an incident that no other
 * bundle yields goes with it). Each path once. Grows the map as needed, so no view of
 * this index may be open. ERROR_INTERNAL when a summary, chains or a census cannot be
 * decoded or the ids do not fit: nothing is written then. */
bool index_write(struct index *index, const struct bundle_result *results, size_t count,
		 struct error *error);

/* How a reader was confined: as pipeline/confine.h has it, which is not known here. */
struct run_confinement {
	uint64_t run; /* in which it read */
	uint8_t landlock;
	bool seccomp;
};

/* The next index_write() also puts down how the reader of this run is confined: Landlock's version or 0, seccomp. */
void index_note_confinement(struct index *index, uint8_t landlock, bool seccomp);

/* ---- reading ---- */

/* A snapshot: what later commits change is not seen. */
struct index_view *index_view_begin(struct index *index, struct error *error);
void index_view_end(struct index_view *view);
/* Whether all that was read in the view, up to now, is of the state in which it began. False, with ERROR_IO, only for who could leave no word
 * of it in lock.mdb, when a writer has since come so far that it may have used the room again of what was read. */
bool index_view_is_whole(const struct index_view *view, struct error *error);

/* False when the index knows no bundle at that path (error->kind is then ERROR_NONE),
 * or on failure. */
bool index_bundle(struct index_view *view, const char *path, struct bundle_row *row,
		  struct error *error);

/*
 * One incident as the index keeps it. One dump may lie in several bundles, each with its
 * own names for the members: first comes the bundle that everything shown is from (the
 * one with the fewest members read in part, then the first by path), the others follow in
 * the same order. evidence.source counts in summary.sources, whose bundle is
 * bundles.at[0].
 */
struct incident_row {
	struct summary summary;
	VEC(struct slice) bundles;  /* paths; one at least */
	VEC(struct summary) others; /* of bundles.at[1] and on, for the sources in them */
	uint64_t version;           /* of its chains, census and records */
	VEC(uint64_t) versions; /* of bundles.at[i]: where it is the same, so are the records, and where in it they were read */
};

/* The summary of bundles.at[i]. */
static inline const struct summary *incident_row_summary(const struct incident_row *row,
							 size_t i)
{
	return i == 0 ? &row->summary : &row->others.at[i - 1];
}

void incident_row_free(struct incident_row *row);
/* False when there is no such incident (error->kind is then ERROR_NONE), or on
 * failure. */
bool index_incident(struct index_view *view, uint64_t id, struct incident_row *row,
		    struct error *error);
/* The same for an id that the index itself gave: that there is no such incident is damage. */
bool index_known_incident(struct index_view *view, uint64_t id, struct incident_row *row,
			  struct error *error);

/* Resolves what a user typed: an id or unique prefix of one (hex, any case), or the
 * path (as stored, or as the file system resolves it) or base name of bundles that
 * hold exactly one incident. Returns how many incidents match: 1 sets *id; 0 or more
 * than one set a text in error (kind ERROR_USAGE) that says what to type instead; on
 * damage 0 with ERROR_IO or ERROR_FORMAT. */
size_t index_resolve(struct index_view *view, const char *typed, uint64_t *id,
		     struct error *error);

/* The incident_encode() bytes, still under zstd, and the chain_list_encode() bytes. */
bool index_records(struct index_view *view, uint64_t id, struct slice *records,
		   struct error *error);
bool index_chains(struct index_view *view, uint64_t id, struct slice *chains,
		  struct error *error);
/* The chains of an incident whose row is at hand, decoded. The list owns its memory:
 * chain_list_free(). */
bool index_row_chains(struct index_view *view, const struct incident_row *row,
		      struct chain_list *list, struct error *error);

#endif
