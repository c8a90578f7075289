/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keeper's loop: starts a reader, sends jobs, takes readings and commits, until all is done or somebody says stop. See keeper.h;
 * what the reader holds is in keeper_jobs.c, what waits for the commit in keeper_batch.c.
 */
#include "pipeline/base/log.h"
#include "pipeline/channel.h"
#include "pipeline/keeper_parts.h"
#include "pipeline/progress.h"

/* "case.zip", "case.zip!/inner.7z!/kd.log" */
static bool is_of_bundle(struct slice path, struct slice name)
{
	struct slice inner = slice_skip(path, name.len);

	return slice_starts(path, name) &&
	       (inner.len == 0 || slice_starts(inner, SLICE("!/")));
}

/* The reader says so by a reading of that content and nothing else. */
static bool is_unchanged(const struct reading *reading, const struct keeper_job *job)
{
	return !hash128_is_none(&job->before) &&
	       hash128_equal(&reading->content, &job->before) &&
	       reading->members.len == 0 && reading->incidents.len == 0;
}

static bool take_reading(struct keeper *keeper, struct batched *batched, struct error *error)
{
	struct reading *reading = &batched->reading;

	if (!message_get_reading(reading, &batched->frame, error))
		return false;
	if (reading->job >= keeper->jobs->len || keeper->states[reading->job] != JOB_HELD)
		return error_set(error, ERROR_INTERNAL,
				 "the reader answered what was not asked");
	vec_for_each(member, &reading->members) {
		if (!is_of_bundle(member->path,
				  slice_from(keeper->jobs->at[reading->job].name)))
			return error_set(error, ERROR_INTERNAL,
					 "the reader answered with members of another bundle");
		vec_push(&batched->row.members, *member);
	}
	vec_for_each(id, &reading->ids)
		vec_push(&batched->row.incidents, *id);
	batched->row.content = reading->content;
	batched->unchanged = is_unchanged(reading, &keeper->jobs->at[reading->job]);
	if (batched->unchanged &&
	    !keeper_count_known(keeper, &keeper->jobs->at[reading->job], error))
		return false;
	job_release(keeper, reading->job);
	batch_add(keeper, reading->job, batched);
	return true;
}

/* The first frame of a reader. */
static bool take_hello(struct keeper *keeper, byte_vec *frame, struct error *error)
{
	struct confinement confinement;

	if (!message_get_hello(&confinement, frame, error))
		return false;
	keeper->greeted = true;
	index_note_confinement(keeper->index, confinement.landlock, confinement.seccomp);
	return true;
}

/* A frame of a reader that has said hello. */
static bool take_frame(struct keeper *keeper, byte_vec *frame, struct error *error)
{
	struct batched *batched;
	struct progress_made made;

	if (message_get_alive(&made, frame))
		return watch_alive(&keeper->watch, &made) ||
		       error_set(error, ERROR_INTERNAL, "the reader goes backwards");
	batched = mem_alloc_zero(1, sizeof(*batched));
	batched->frame = *frame;
	*frame = (byte_vec){ 0 };
	if (!take_reading(keeper, batched, error)) {
		batched_free(batched);
		return false;
	}
	watch_answered(&keeper->watch);
	return true;
}

/* What there is of the reader; false when there will be no more from this one. */
static bool receive(struct keeper *keeper)
{
	struct incoming *incoming = &keeper->incoming;
	struct error error = ERROR_INIT;
	enum incoming_state state = incoming_take(incoming, keeper->reader.channel, &error);

	if (state == INCOMING_PART)
		return true;
	if (state == INCOMING_WHOLE &&
	    (keeper->greeted ? take_frame : take_hello)(keeper, &incoming->frame, &error))
		return true;
	if (error.kind != ERROR_NONE)
		log_warning("%s", error.text);
	return false;
}

/* False when the reader is gone, or made no progress and is to go. */
static bool wait_and_receive(struct keeper *keeper)
{
	if (watch_wait(keeper) && !receive(keeper))
		return false;
	keeper->stalled = watch_is_over(&keeper->watch, keeper->rules);
	if (keeper->stalled)
		log_warning("the reader made no progress for %u seconds and is replaced",
			    keeper->rules->deadline_seconds);
	return !keeper->stalled;
}

/* One reader's life: until all is done, or it dies (true: go on with another), or the index fails. */
static bool run_reader(struct keeper *keeper, struct error *error)
{
	struct reader_setup setup = keeper->rules->reader;
	bool said_end = false, alive = true;
	int status;

	setup.nested_bytes = keeper->rules->limits.nested_bytes;
	if (!reader_start(&keeper->reader, &setup, error))
		return false;
	keeper->greeted = keeper->stalled = false;
	keeper->unpacked += keeper->watch.made.bytes;
	watch_begin(&keeper->watch);
	while (alive && !*keeper->stop && keeper->done < keeper->jobs->len) {
		jobs_send(keeper);
		keeper_show(keeper);
		if (!said_end && keeper->suspects == 0 &&
		    keeper->first_waiting == keeper->jobs->len) {
			reader_no_more_jobs(&keeper->reader);
			said_end = true;
		}
		if (keeper->held)
			alive = wait_and_receive(keeper);
		if (batch_is_due(keeper) && !batch_commit(keeper, error))
			break;
	}
	incoming_free(&keeper->incoming);
	status = reader_stop(&keeper->reader);
	if (!alive && !*keeper->stop && reader_could_begin(status, error))
		jobs_settle_held(keeper);
	return error->kind == ERROR_NONE;
}

bool keeper_run(struct index *index, const keeper_jobs *jobs,
		const struct keeper_rules *rules, const volatile sig_atomic_t *stop,
		struct keeper_totals *totals, struct error *error)
{
	struct keeper keeper = {
		.index = index, .jobs = jobs, .rules = rules, .stop = stop, .totals = totals
	};
	bool going = true;

	keeper.states = mem_alloc_zero(jobs->len + 1, 1);
	keeper.suspect = mem_alloc_zero(jobs->len + 1, 1);
	keeper.since_ms = mem_alloc_zero(jobs->len + 1, sizeof(*keeper.since_ms));
	keeper_show_begin(&keeper);
	while (going && !*stop && keeper.done < jobs->len)
		going = run_reader(&keeper, error);
	if (going)
		going = batch_commit(&keeper, error) && totals_add_up(totals, error);
	progress_end();
	batch_drop(&keeper);
	vec_free(&keeper.batch);
	free(keeper.states);
	free(keeper.suspect);
	free(keeper.since_ms);
	return going;
}
