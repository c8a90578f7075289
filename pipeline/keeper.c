/* SPDX-License-Identifier: Apache-2.0 */
/* The keeper's loop; see keeper.h. */
#include "pipeline/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "pipeline/base/log.h"
#include "pipeline/channel.h"
#include "pipeline/message.h"
#include "pipeline/reader.h"

/* Bundles that the reader may hold at once: enough that it never waits for the next one. */
#define WINDOW 32
/* A batch is committed when it has grown to so many bytes, or is so many milliseconds old. */
#define BATCH_BYTES (32u << 20)
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
	char path[64]; /* of a bundle that came by stdin */
};

struct keeper {
	struct index *index;
	const keeper_jobs *jobs;
	uint8_t *states;  /* enum job_state */
	uint8_t *suspect; /* held by a reader that died */
	size_t first_waiting, held, suspects, done;
	int threads;
	bool alone; /* suspects are in work, one at a time */
	const volatile sig_atomic_t *stop;
	struct reader_process reader;
	VEC(struct batched *) batch;
	size_t batch_bytes;
	int64_t batch_since;
	struct keeper_totals *totals;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void batched_free(struct batched *batched)
{
	reading_free(&batched->reading);
	vec_free(&batched->frame);
	bundle_row_free(&batched->row);
	free(batched);
}

static void drop_batch(struct keeper *keeper)
{
	vec_for_each(batched, &keeper->batch)
		batched_free(*batched);
	keeper->batch.len = 0;
	keeper->batch_bytes = 0;
}

static bool commit_batch(struct keeper *keeper, struct error *error)
{
	VEC(struct bundle_result) results = { 0 };
	bool written;

	if (keeper->batch.len == 0)
		return true;
	vec_for_each(batched, &keeper->batch)
		vec_push(&results,
			 ((struct bundle_result){ &(*batched)->row,
						  (*batched)->reading.incidents.at }));
	written = index_write(keeper->index, results.at, results.len, error);
	vec_free(&results);
	if (written)
		drop_batch(keeper);
	return written;
}

static void count_row(struct keeper_totals *totals, const struct bundle_row *row)
{
	vec_for_each(member, &row->members)
		totals->outcomes[member->outcome]++;
	totals->incidents += row->incidents.len;
}

static void tell_quarantined(const struct bundle_row *row)
{
	vec_for_each(member, &row->members) {
		if (member->outcome != OUTCOME_QUARANTINED)
			continue;
		log_warning("quarantined %.*s: %.*s: %.*s%s%.*s", SLICE_ARG(row->path),
			    SLICE_ARG(member->path), SLICE_ARG(member->reason),
			    member->text.len ? ": " : "", SLICE_ARG(member->text));
	}
}

static void clear_suspect(struct keeper *keeper, size_t at)
{
	if (keeper->suspect[at])
		keeper->suspects--;
	keeper->suspect[at] = 0;
}

static void end_job(struct keeper *keeper, size_t at)
{
	keeper->done++;
	keeper->states[at] = JOB_DONE;
	clear_suspect(keeper, at);
}

/* Puts what became of a job into the batch; the row's members and ids are set by the caller. */
static void add_to_batch(struct keeper *keeper, size_t at, struct batched *batched)
{
	const struct keeper_job *job = &keeper->jobs->at[at];
	struct bundle_row *row = &batched->row;

	snprintf(batched->path, sizeof(batched->path), "stdin:%016llx",
		 (unsigned long long)row->content.high);
	row->path = slice_from(job->path ? job->path : batched->path);
	row->size = job->size;
	row->mtime_ns = job->mtime_ns;
	tell_quarantined(row);
	count_row(keeper->totals, row);
	keeper->totals->read++;
	end_job(keeper, at);
	if (keeper->batch.len == 0)
		keeper->batch_since = now_ms();
	vec_push(&keeper->batch, batched);
	keeper->batch_bytes += batched->frame.len;
}

/* A bundle that never came to be read, and is not to be put in the place of what came of it before. */
static void leave_job(struct keeper *keeper, size_t at, const char *reason, const char *text)
{
	log_warning("%s: %s: %s: what the index has of it stays as it is",
		    keeper->jobs->at[at].path, reason, text);
	keeper->totals->outcomes[OUTCOME_QUARANTINED]++;
	end_job(keeper, at);
}

/* A bundle that never came to be read. */
static void quarantine_job(struct keeper *keeper, size_t at, const char *reason,
			   const char *text)
{
	struct member_row member = { .path = slice_from(keeper->jobs->at[at].name),
				     .reason = slice_from(reason),
				     .outcome = OUTCOME_QUARANTINED };
	struct batched *batched;

	if (keeper->jobs->at[at].known) {
		leave_job(keeper, at, reason, text);
		return;
	}
	batched = mem_alloc_zero(1, sizeof(*batched));
	bytes_put(&batched->frame, text, strlen(text)); /* a copy that lives as long as the row */
	member.text = (struct slice){ (const char *)batched->frame.at, batched->frame.len };
	vec_push(&batched->row.members, member);
	add_to_batch(keeper, at, batched);
}

static int open_job(const struct keeper_job *job, struct error *error)
{
	struct stat status;
	int fd;

	fd = job->fd >= 0 ? fcntl(job->fd, F_DUPFD_CLOEXEC, 0)
			  : open(job->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		error_errno(error, "cannot be opened");
		return -1;
	}
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
		close(fd);
		error_set(error, ERROR_INPUT, "is no regular file any more");
		return -1;
	}
	return fd;
}

/* False when the job cannot be handed over: the reader is gone or has to go. What it has sent already is still received,
 * then comes the end of the channel. */
static bool send_job(struct keeper *keeper, size_t at)
{
	struct error error = ERROR_INIT;
	int fd = open_job(&keeper->jobs->at[at], &error);
	byte_vec frame = { 0 };
	bool sent;

	if (fd < 0) {
		quarantine_job(keeper, at, "unreadable", error.text);
		return true;
	}
	message_put_job(&frame, at, keeper->jobs->at[at].name);
	sent = channel_send(keeper->reader.channel, frame.at, frame.len, fd, &error);
	vec_free(&frame);
	close(fd);
	keeper->states[at] = JOB_HELD;
	keeper->held++;
	if (!sent)
		shutdown(keeper->reader.channel, SHUT_RDWR);
	return sent;
}

/* Suspects go first and alone; everything else as the window allows. */
static void send_jobs(struct keeper *keeper)
{
	keeper->alone = keeper->suspects > 0;
	for (size_t at = keeper->first_waiting; at < keeper->jobs->len; at++) {
		if (keeper->held >= (keeper->alone ? 1 : WINDOW) || *keeper->stop)
			return;
		if (keeper->states[at] != JOB_WAITING ||
		    (keeper->alone && !keeper->suspect[at]))
			continue;
		if (!send_job(keeper, at))
			return;
		while (keeper->first_waiting < keeper->jobs->len &&
		       keeper->states[keeper->first_waiting] != JOB_WAITING)
			keeper->first_waiting++;
	}
}

static bool take_reading(struct keeper *keeper, struct batched *batched, struct error *error)
{
	struct reading *reading = &batched->reading;

	if (!message_get_reading(reading, &batched->frame, error))
		return false;
	if (reading->job >= keeper->jobs->len || keeper->states[reading->job] != JOB_HELD)
		return error_set(error, ERROR_INTERNAL,
				 "the reader answered what was not asked");
	vec_for_each(member, &reading->members)
		vec_push(&batched->row.members, *member);
	vec_for_each(id, &reading->ids)
		vec_push(&batched->row.incidents, *id);
	batched->row.content = reading->content;
	keeper->held--;
	add_to_batch(keeper, reading->job, batched);
	return true;
}

/* The next reading from the reader; false when there will be no more from this one. */
static bool receive_reading(struct keeper *keeper)
{
	struct batched *batched = mem_alloc_zero(1, sizeof(*batched));
	struct error error = ERROR_INIT;
	int got = channel_receive(keeper->reader.channel, &batched->frame, NULL, &error);

	if (got > 0 && take_reading(keeper, batched, &error))
		return true;
	if (got != 0)
		log_warning("%s", error.text);
	batched_free(batched);
	return false;
}

/* The reader is gone with bundles in its hands: a bundle that was alone is to blame, others become suspects. */
static void settle_held(struct keeper *keeper)
{
	bool blame = keeper->alone && keeper->held == 1;

	for (size_t at = 0; at < keeper->jobs->len; at++) {
		if (keeper->states[at] != JOB_HELD)
			continue;
		keeper->held--;
		keeper->states[at] = JOB_WAITING;
		if (at < keeper->first_waiting)
			keeper->first_waiting = at;
		if (blame) {
			quarantine_job(keeper, at, "crashed", "the reader died of it twice");
		} else if (!keeper->suspect[at]) {
			keeper->suspect[at] = 1;
			keeper->suspects++;
		}
	}
}

static bool wait_for_reader(struct keeper *keeper)
{
	struct pollfd wait = { .fd = keeper->reader.channel, .events = POLLIN };

	return poll(&wait, 1, BATCH_MS) > 0;
}

static bool batch_is_due(const struct keeper *keeper)
{
	return keeper->batch_bytes >= BATCH_BYTES ||
	       (keeper->batch.len && now_ms() - keeper->batch_since >= BATCH_MS);
}

/* One reader's life: until all is done, or it dies (true: go on with another), or the index fails. */
static bool run_reader(struct keeper *keeper, struct error *error)
{
	bool said_end = false, alive = true;
	int status;

	if (!reader_start(&keeper->reader, keeper->threads, error))
		return false;
	while (alive && !*keeper->stop && keeper->done < keeper->jobs->len) {
		send_jobs(keeper);
		if (!said_end && keeper->suspects == 0 &&
		    keeper->first_waiting == keeper->jobs->len) {
			reader_no_more_jobs(&keeper->reader);
			said_end = true;
		}
		if (keeper->held && wait_for_reader(keeper))
			alive = receive_reading(keeper);
		if (batch_is_due(keeper) && !commit_batch(keeper, error))
			break;
	}
	status = reader_stop(&keeper->reader);
	if (!alive && !*keeper->stop && reader_could_begin(status, error))
		settle_held(keeper);
	return error->kind == ERROR_NONE;
}

struct keeper_job keeper_job_at(const char *path, uint64_t size, int64_t mtime_ns)
{
	const char *slash = strrchr(path, '/');

	return (struct keeper_job){ .path = path,
				    .name = slash ? slash + 1 : path,
				    .size = size,
				    .mtime_ns = mtime_ns,
				    .fd = -1 };
}

bool keeper_run(struct index *index, const keeper_jobs *jobs, int threads,
		const volatile sig_atomic_t *stop, struct keeper_totals *totals,
		struct error *error)
{
	struct keeper keeper = {
		.index = index, .jobs = jobs, .threads = threads, .stop = stop, .totals = totals
	};
	bool going = true;

	keeper.states = mem_alloc_zero(jobs->len + 1, 1);
	keeper.suspect = mem_alloc_zero(jobs->len + 1, 1);
	while (going && !*stop && keeper.done < jobs->len)
		going = run_reader(&keeper, error);
	if (going)
		going = commit_batch(&keeper, error);
	drop_batch(&keeper);
	vec_free(&keeper.batch);
	free(keeper.states);
	free(keeper.suspect);
	return going;
}

/* What could not be opened is tried again; everything else stays as it was read until it changes. */
static bool is_settled(const struct bundle_row *row, const struct keeper_job *job)
{
	if (row->size != job->size || row->mtime_ns != job->mtime_ns)
		return false;
	return row->members.len != 1 ||
	       !slice_equal(row->members.at[0].reason, SLICE("unreadable"));
}

/* Whether the index holds the bundle as it is now; what became of it then is counted. */
static bool is_known(struct index_view *view, const struct keeper_job *job,
		     struct keeper_totals *totals, struct error *error)
{
	struct bundle_row row = { 0 };
	bool known = job->path && index_bundle(view, job->path, &row, error) &&
		     is_settled(&row, job);

	if (known) {
		totals->skipped++;
		count_row(totals, &row);
	}
	bundle_row_free(&row);
	return known;
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

void keeper_tell_totals(const struct keeper_totals *totals)
{
	const uint64_t *members = totals->outcomes;
	uint64_t sum = 0;

	for (int i = 0; i < OUTCOMES; i++)
		sum += members[i];
	log_note("%llu bundles: %llu read, %llu already in; %llu members: %llu parsed, %llu ignored, "
		 "%llu quarantined; %llu incidents",
		 (unsigned long long)totals->bundles, (unsigned long long)totals->read,
		 (unsigned long long)totals->skipped, (unsigned long long)sum,
		 (unsigned long long)members[OUTCOME_PARSED],
		 (unsigned long long)members[OUTCOME_IGNORED],
		 (unsigned long long)members[OUTCOME_QUARANTINED],
		 (unsigned long long)totals->incidents);
}
