/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keeper's batch: readings and quarantined bundles until the next commit, which puts all of them into the index at once.
 */
#include <stdio.h>
#include <time.h>

#include "pipeline/base/log.h"
#include "pipeline/keeper_parts.h"

/* So many quarantined members of one bundle are told one by one; `quarantine list` tells all. */
#define TOLD_MAX 20

int64_t keeper_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void batched_free(struct batched *batched)
{
	reading_free(&batched->reading);
	vec_free(&batched->frame);
	bundle_row_free(&batched->row);
	free(batched);
}

void batch_drop(struct keeper *keeper)
{
	vec_for_each(batched, &keeper->batch)
		batched_free(*batched);
	keeper->batch.len = 0;
	keeper->batch_bytes = 0;
}

bool batch_commit(struct keeper *keeper, struct error *error)
{
	VEC(struct bundle_result) results = { 0 };
	bool written;

	if (keeper->batch.len == 0)
		return true;
	vec_for_each(batched, &keeper->batch)
		vec_push(&results, ((struct bundle_result){
					   .row = &(*batched)->row,
					   .incidents = (*batched)->reading.incidents.at,
					   .unchanged = (*batched)->unchanged }));
	written = index_write(keeper->index, results.at, results.len, error);
	vec_free(&results);
	if (written)
		batch_drop(keeper);
	return written;
}

static void tell_quarantined(const struct bundle_row *row)
{
	uint64_t quarantined = 0;

	vec_for_each(member, &row->members) {
		if (member->outcome != OUTCOME_QUARANTINED || quarantined++ >= TOLD_MAX)
			continue;
		log_warning("quarantined %.*s: %.*s: %.*s%s%.*s", SLICE_ARG(row->path),
			    SLICE_ARG(member->path), SLICE_ARG(member->reason),
			    member->text.len ? ": " : "", SLICE_ARG(member->text));
	}
	if (quarantined > TOLD_MAX)
		log_warning("quarantined %.*s: %llu more members", SLICE_ARG(row->path),
			    (unsigned long long)(quarantined - TOLD_MAX));
}

void batch_add(struct keeper *keeper, size_t at, struct batched *batched)
{
	const struct keeper_job *job = &keeper->jobs->at[at];
	struct bundle_row *row = &batched->row;

	if (!job->path)
		row->content = job->content;
	snprintf(batched->path, sizeof(batched->path), "stdin:%016llx",
		 (unsigned long long)row->content.high);
	row->path = slice_from(job->path ? job->path : batched->path);
	row->size = job->size;
	row->mtime_ns = job->mtime_ns;
	if (!keeper->rules->untold)
		tell_quarantined(row);
	if (!batched->unchanged) {
		totals_count(keeper->totals, row);
		keeper->totals->read++;
	}
	job_end(keeper, at);
	if (keeper->batch.len == 0)
		keeper->batch_since = keeper_now_ms();
	vec_push(&keeper->batch, batched);
	keeper->batch_bytes += batched->frame.len;
}

bool batch_is_due(const struct keeper *keeper)
{
	return keeper->batch_bytes >= BATCH_BYTES ||
	       (keeper->batch.len && keeper_now_ms() - keeper->batch_since >= BATCH_MS);
}
