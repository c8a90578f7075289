/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which bundles the index holds as they are now, so that they need not be read again: told by path, size and time of change.
 * Where the time alone differs, the content tells. That is a stranger's bytes, so the reader is asked for its hash.
 */
#include "pipeline/keeper_parts.h"

struct keeper_job keeper_job_at(const char *path, uint64_t size, int64_t mtime_ns)
{
	const char *slash = strrchr(path, '/');

	return (struct keeper_job){ .path = path,
				    .name = slash ? slash + 1 : path,
				    .size = size,
				    .mtime_ns = mtime_ns,
				    .fd = -1 };
}

/* What could not be opened is tried again; everything else stays as it was read until it changes. */
static bool is_settled(const struct bundle_row *row, const struct keeper_job *job)
{
	if (row->size != job->size)
		return false;
	return row->members.len != 1 ||
	       !slice_equal(row->members.at[0].reason, SLICE("unreadable"));
}

/* Whether the index holds the bundle as it is now; what became of it then is counted. When only its content can tell, the job
 * gets to know which. */
static bool is_known(struct index_view *view, struct keeper_job *job,
		     struct keeper_totals *totals, struct error *error)
{
	struct bundle_row row = { 0 };
	bool known = job->path && index_bundle(view, job->path, &row, error) &&
		     is_settled(&row, job);

	if (known && row.mtime_ns != job->mtime_ns) {
		job->before = row.content;
		known = false;
	}
	if (known) {
		totals->skipped++;
		totals_count(totals, &row);
	}
	bundle_row_free(&row);
	return known;
}

bool keeper_count_known(struct keeper *keeper, const struct keeper_job *job, struct error *error)
{
	struct index_view *view = index_view_begin(keeper->index, error);
	struct bundle_row row = { 0 };
	bool good = view && index_bundle(view, job->path, &row, error);

	if (good) {
		keeper->totals->skipped++;
		totals_count(keeper->totals, &row);
	}
	bundle_row_free(&row);
	index_view_end(view);
	return good;
}

bool keeper_skip_known(struct index *index, keeper_jobs *jobs,
		       struct keeper_totals *totals, struct error *error)
{
	struct index_view *view = index_view_begin(index, error);
	size_t kept = 0;

	if (!view)
		return false;
	vec_for_each(job, jobs) {
		totals->bundles++;
		if (!is_known(view, job, totals, error))
			jobs->at[kept++] = *job;
		if (error->kind != ERROR_NONE)
			break;
	}
	jobs->len = kept;
	index_view_end(view);
	return error->kind == ERROR_NONE;
}
