/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the keeper share; nobody else includes it. A job waits, is held by the reader, and is done. What
 * became of it waits in the batch for the commit.
 */
#ifndef PIPELINE_KEEPER_PARTS_H
#define PIPELINE_KEEPER_PARTS_H

#include "pipeline/incoming.h"
#include "pipeline/keeper.h"
#include "pipeline/message.h"

/* A batch is committed when it has grown to so many bytes, or is so many milliseconds old. Larger ones are no faster (bench/README.md). */
#define BATCH_BYTES (8u << 20)
#define BATCH_MS 2000

enum job_state {
	JOB_WAITING,
	JOB_HELD, /* by the reader */
	JOB_DONE,
};

/* A reading that waits for the commit; it points into its frame. */
struct batched {
	struct reading reading;
	byte_vec frame;
	struct bundle_row row;
	bool unchanged; /* but for its time: the row has no members and no ids */
	char path[64];  /* of a bundle that came by stdin */
};

/* How long the reader has been waited for. */
struct keeper_watch {
	int64_t silent_ms;         /* since it last showed that it gets on */
	int64_t unanswered_ms;     /* since its last reading */
	struct progress_made made; /* as it last said */
};

struct keeper {
	struct index *index;
	const keeper_jobs *jobs;
	uint8_t *states;            /* enum job_state */
	uint8_t *suspect;           /* held by a reader that died */
	int64_t *since_ms;          /* when it was handed over, of those that are held */
	uint64_t bytes, bytes_done; /* of all jobs */
	size_t first_waiting, held, suspects, done;
	size_t parts_held; /* of split bundles, beside the first of each */
	const struct keeper_rules *rules;
	bool alone; /* suspects are in work, one at a time */
	const volatile sig_atomic_t *stop;
	struct reader_process reader;
	struct incoming incoming;
	struct keeper_watch watch;
	uint64_t unpacked; /* bytes, by readers that are gone */
	bool greeted;      /* by this reader */
	bool stalled;      /* this reader made no progress */
	VEC(struct batched *) batch;
	size_t batch_bytes;
	int64_t batch_since;
	struct keeper_totals *totals;
};

/* Of a clock that nobody sets. */
int64_t keeper_now_ms(void);

/* keeper_batch.c: what waits for the commit */

void batched_free(struct batched *batched);
/* Puts what became of a job into the batch, which owns it from now on; the row's members and ids are set by the caller. */
void batch_add(struct keeper *keeper, size_t at, struct batched *batched);
bool batch_is_due(const struct keeper *keeper);
bool batch_commit(struct keeper *keeper, struct error *error);
void batch_drop(struct keeper *keeper);

/* keeper_jobs.c: which bundle is in whose hands */

/* Hands over as many as the reader may hold. */
void jobs_send(struct keeper *keeper);
/* The reader has it no more. */
void job_release(struct keeper *keeper, size_t at);
void job_end(struct keeper *keeper, size_t at);
/* A bundle that never came to be read. */
void job_quarantine(struct keeper *keeper, size_t at, const char *reason, const char *text);
/* The reader is gone with bundles in its hands: one that was alone is to blame, others become suspects. */
void jobs_settle_held(struct keeper *keeper);

/* keeper_known.c */

/* Counts a bundle that turned out to be what the index holds. */
bool keeper_count_known(struct keeper *keeper, const struct keeper_job *job,
			struct error *error);

/* keeper_watch.c: whether the reader gets on */

void watch_begin(struct keeper_watch *watch);
void watch_answered(struct keeper_watch *watch);
/* A sign of life came. False when its number has not grown, which no reader sends. */
bool watch_alive(struct keeper_watch *watch, const struct progress_made *made);
void watch_waited(struct keeper_watch *watch, int64_t ms);
/* Whether the reader is to be given up. */
bool watch_is_over(const struct keeper_watch *watch, const struct keeper_rules *rules);
/* Waits a while for bytes of the reader: whether there are any. */
bool watch_wait(struct keeper *keeper);

/* keeper_progress.c: showing how far it is */

void keeper_show_begin(struct keeper *keeper);
/* When it is time. */
void keeper_show(const struct keeper *keeper);

/* keeper_totals.c */

void totals_count(struct keeper_totals *totals, const struct bundle_row *row);
/* Whether every member that was found has one outcome. False with an ERROR_INTERNAL: something was lost. */
bool totals_add_up(const struct keeper_totals *totals, struct error *error);

#endif
