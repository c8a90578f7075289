/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keeper: hands bundles to the reader, takes readings back and commits them. It owns the only write
 * transaction and never looks into a bundle. A reader that dies is replaced; the bundles it held are then given
 * to the next one alone, and the one that kills it again is quarantined as "crashed". So is a reader that makes no progress, and
 * the bundle in which the next one comes to a stand, too, is quarantined as "deadline".
 */
#ifndef PIPELINE_KEEPER_H
#define PIPELINE_KEEPER_H

#include <signal.h>

#include "index/index.h"
#include "pipeline/base/json.h"
#include "pipeline/reader.h"
#include "stages/discover.h"
#include "stages/limits.h"

struct keeper_totals {
	uint64_t bundles, skipped, read;
	uint64_t members;            /* found, those of skipped bundles included */
	uint64_t outcomes[OUTCOMES]; /* of them; together as many */
	uint64_t incidents;
};

/* A bundle to read. */
struct keeper_job {
	const char *path; /* as the index will know it; NULL: "stdin:" and its content */
	const char *name; /* base name, for member paths */
	uint64_t size;
	int64_t mtime_ns;
	int fd;                    /* open already, or -1: to be opened by path */
	const struct split *split; /* its parts; NULL of one file */
	struct hash128 content; /* of one without a path, which is named by it: no reader has a say in that */
	struct hash128 before; /* the content of what the index has at this path, if but for its time it may be this; or zeros */
	bool known; /* when it cannot be opened, or readers die of it, the index keeps what it has of it */
};

typedef VEC(struct keeper_job) keeper_jobs;

/* How bundles are read. */
struct keeper_rules {
	struct reader_setup reader; /* its nested_bytes come from the limits */
	unsigned deadline_seconds; /* without a sign of life, after which a reader is given up; 0: never */
	struct unpack_limits limits;
	bool untold; /* no word on stderr of what is quarantined: the caller has its own */
};

/* What holds when nobody asks for anything else. */
static inline struct keeper_rules keeper_rules_default(int threads)
{
	return (struct keeper_rules){ .reader = { .threads = threads },
				      .deadline_seconds = 120,
				      .limits = unpack_limits_default };
}

/* A bundle in a file, whose path outlives the job. */
struct keeper_job keeper_job_at(const char *path, uint64_t size, int64_t mtime_ns);
/* Drops from jobs what the index holds unchanged, counting it in totals. */
bool keeper_skip_known(struct index *index, keeper_jobs *jobs,
		       struct keeper_totals *totals, struct error *error);
/* Reads all jobs. *stop may be set by a signal handler: what is read is then committed and
 * true returned early. False: the index or the machine failed. */
bool keeper_run(struct index *index, const keeper_jobs *jobs,
		const struct keeper_rules *rules, const volatile sig_atomic_t *stop,
		struct keeper_totals *totals, struct error *error);

/* Says on stderr how much was read and what became of it, unless --quiet: keeper_tell.c. */
void keeper_tell_totals(const struct keeper_totals *totals);
/* The same as "bundles" and "members" of an object. */
void keeper_json_totals(struct json *json, const struct keeper_totals *totals);
/* And as a document on stdout. found: NULL when no folder was walked; signal: the one that stopped it, or 0. */
void keeper_print_totals(const struct keeper_totals *totals,
			 const struct found_list *found, int signal);

#endif
