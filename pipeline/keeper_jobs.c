/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keeper's jobs: handing bundles to the reader, and what is to be done about those that a reader took with it. Suspects go
 * one at a time, so that it is known which of them a reader dies of.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pipeline/base/log.h"
#include "pipeline/channel.h"
#include "pipeline/keeper_parts.h"
#include "pipeline/split_send.h"

/* Bundles that the reader may hold at once: enough that it never waits for the next one. */
#define WINDOW 32

static void clear_suspect(struct keeper *keeper, size_t at)
{
	if (keeper->suspect[at])
		keeper->suspects--;
	keeper->suspect[at] = 0;
}

void job_end(struct keeper *keeper, size_t at)
{
	keeper->done++;
	keeper->bytes_done += keeper->jobs->at[at].size;
	keeper->states[at] = JOB_DONE;
	clear_suspect(keeper, at);
}

/* A bundle that never came to be read, and is not to be put in the place of what came of it before. Standard input is named by
 * its content, which is not known then. */
static void leave_job(struct keeper *keeper, size_t at, const char *reason, const char *text)
{
	const struct keeper_job *job = &keeper->jobs->at[at];

	if (job->path)
		log_warning("%s: %s: %s: what the index has of it stays as it is",
			    job->path, reason, text);
	else
		log_warning("%s: %s: %s", job->name, reason, text);
	keeper->totals->members++;
	keeper->totals->outcomes[OUTCOME_QUARANTINED]++;
	job_end(keeper, at);
}

void job_quarantine(struct keeper *keeper, size_t at, const char *reason, const char *text)
{
	struct member_row member = { .path = slice_from(keeper->jobs->at[at].name),
				     .reason = slice_from(reason),
				     .outcome = OUTCOME_QUARANTINED };
	struct batched *batched;

	if (keeper->jobs->at[at].known || !keeper->jobs->at[at].path) {
		leave_job(keeper, at, reason, text);
		return;
	}
	batched = mem_alloc_zero(1, sizeof(*batched));
	bytes_put(&batched->frame, text, strlen(text)); /* a copy that lives as long as the row */
	member.text = (struct slice){ (const char *)batched->frame.at, batched->frame.len };
	vec_push(&batched->row.members, member);
	batch_add(keeper, at, batched);
}

static int open_job(const struct keeper_job *job, struct error *error)
{
	const char *path = job->split ? job->split->parts.at[0] : job->path;

	return job->fd >= 0 ? fcntl(job->fd, F_DUPFD_CLOEXEC, 0)
			    : split_open_part(path, error);
}

static size_t more_parts(const struct keeper *keeper, size_t at)
{
	const struct split *split = keeper->jobs->at[at].split;

	return split && split->parts.len ? split->parts.len - 1 : 0;
}

void job_release(struct keeper *keeper, size_t at)
{
	keeper->held--;
	keeper->parts_held -= more_parts(keeper, at);
}

/* What can be read of nothing, or of too much. False when the job is settled by that. */
static bool split_is_readable(struct keeper *keeper, size_t at)
{
	const struct split *split = keeper->jobs->at[at].split;
	char text[300];

	if (split && split->parts.len == 0) {
		snprintf(text, sizeof(text), "%s is missing", split->missing);
		job_quarantine(keeper, at, "split-incomplete", text);
		return false;
	}
	if (split && split->parts.len > SPLIT_PARTS_MAX) {
		snprintf(text, sizeof(text), "split into more than %d parts", SPLIT_PARTS_MAX);
		job_quarantine(keeper, at, "unsupported", text);
		return false;
	}
	return true;
}

/* False when the job cannot be handed over: the reader is gone or has to go. What it has sent already is still received,
 * then comes the end of the channel. */
static bool send_job(struct keeper *keeper, size_t at)
{
	const struct keeper_job *job = &keeper->jobs->at[at];
	struct error error = ERROR_INIT;
	byte_vec frame = { 0 };
	bool sent, broken = false;
	int fd;

	if (!split_is_readable(keeper, at))
		return true;
	fd = open_job(job, &error);
	if (fd < 0 || (job->split &&
		       !split_send(keeper->reader.channel, job->split, &broken, &error))) {
		if (fd >= 0)
			close(fd);
		if (broken)
			shutdown(keeper->reader.channel, SHUT_RDWR);
		else
			job_quarantine(keeper, at, "unreadable", error.text);
		return !broken;
	}
	message_put_job(&frame, at, job->name, &keeper->rules->limits, &job->before);
	sent = channel_send(keeper->reader.channel, frame.at, frame.len, fd, &error);
	vec_free(&frame);
	close(fd);
	keeper->states[at] = JOB_HELD;
	keeper->since_ms[at] = keeper_now_ms();
	keeper->held++;
	keeper->parts_held += more_parts(keeper, at);
	if (!sent)
		shutdown(keeper->reader.channel, SHUT_RDWR);
	return sent;
}

/* Suspects go first and alone; everything else as the window allows. */
void jobs_send(struct keeper *keeper)
{
	keeper->alone = keeper->suspects > 0;
	for (size_t at = keeper->first_waiting; at < keeper->jobs->len; at++) {
		if (keeper->held >= (keeper->alone ? 1 : WINDOW) || *keeper->stop)
			return;
		if (keeper->states[at] != JOB_WAITING ||
		    (keeper->alone && !keeper->suspect[at]))
			continue;
		if (keeper->held && keeper->parts_held + more_parts(keeper, at) > SPLIT_PARTS_MAX)
			return; /* a process may have but so many descriptors, also on their way to it */
		if (!send_job(keeper, at))
			return;
		while (keeper->first_waiting < keeper->jobs->len &&
		       keeper->states[keeper->first_waiting] != JOB_WAITING)
			keeper->first_waiting++;
	}
}

static void blame(struct keeper *keeper, size_t at)
{
	if (keeper->stalled)
		job_quarantine(keeper, at, "deadline",
			       "the reader came to a stand in it twice");
	else
		job_quarantine(keeper, at, "crashed", "the reader died of it twice");
}

void jobs_settle_held(struct keeper *keeper)
{
	bool alone = keeper->alone && keeper->held == 1;

	for (size_t at = 0; at < keeper->jobs->len; at++) {
		if (keeper->states[at] != JOB_HELD)
			continue;
		job_release(keeper, at);
		keeper->states[at] = JOB_WAITING;
		if (at < keeper->first_waiting)
			keeper->first_waiting = at;
		if (alone) {
			blame(keeper, at);
		} else if (!keeper->suspect[at]) {
			keeper->suspect[at] = 1;
			keeper->suspects++;
		}
	}
}
