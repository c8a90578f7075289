/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keeper's loop: starts a reader, sends jobs, takes readings and commits, until all is done or somebody says stop. See keeper.h;
 * what the reader holds is in keeper_jobs.c, what waits for the commit in keeper_batch.c.
 */
#include <poll.h>

#include "pipeline/base/log.h"
#include "pipeline/channel.h"
#include "pipeline/keeper_parts.h"

static bool take_reading(struct keeper *keeper, struct batched *batched, struct error *error)
{
	struct reading *reading = &batched->reading;

	if (!message_get_reading(reading, &batched->frame, error))
		return false;
	if (reading->job >= keeper->jobs->len || keeper->states[reading->job] != JOB_HELD)
		return error_set(error, ERROR_INTERNAL,
				 "the reader answered what was not asked");
	vec_for_each(member, &reading->members) {
		if (!slice_starts(member->path,
				  slice_from(keeper->jobs->at[reading->job].name)))
			return error_set(error, ERROR_INTERNAL,
					 "the reader answered with members of another bundle");
		vec_push(&batched->row.members, *member);
	}
	vec_for_each(id, &reading->ids)
		vec_push(&batched->row.incidents, *id);
	batched->row.content = reading->content;
	keeper->held--;
	batch_add(keeper, reading->job, batched);
	return true;
}

/* The first frame of a reader. */
static bool take_hello(struct keeper *keeper, const byte_vec *frame, struct error *error)
{
	struct confinement confinement;

	if (!message_get_hello(&confinement, frame, error))
		return false;
	keeper->greeted = true;
	index_note_confinement(keeper->index, confinement.landlock, confinement.seccomp);
	return true;
}

/* The next reading from the reader; false when there will be no more from this one. */
static bool receive_reading(struct keeper *keeper)
{
	struct batched *batched = mem_alloc_zero(1, sizeof(*batched));
	struct error error = ERROR_INIT;
	int got = channel_receive(keeper->reader.channel, &batched->frame, NULL, &error);

	if (got > 0 && keeper->greeted && take_reading(keeper, batched, &error))
		return true;
	if (got > 0 && !keeper->greeted && take_hello(keeper, &batched->frame, &error)) {
		batched_free(batched);
		return true;
	}
	if (got != 0)
		log_warning("%s", error.text);
	batched_free(batched);
	return false;
}

static bool wait_for_reader(struct keeper *keeper)
{
	struct pollfd wait = { .fd = keeper->reader.channel, .events = POLLIN };

	return poll(&wait, 1, BATCH_MS) > 0;
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
	keeper->greeted = false;
	while (alive && !*keeper->stop && keeper->done < keeper->jobs->len) {
		jobs_send(keeper);
		if (!said_end && keeper->suspects == 0 &&
		    keeper->first_waiting == keeper->jobs->len) {
			reader_no_more_jobs(&keeper->reader);
			said_end = true;
		}
		if (keeper->held && wait_for_reader(keeper))
			alive = receive_reading(keeper);
		if (batch_is_due(keeper) && !batch_commit(keeper, error))
			break;
	}
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
	while (going && !*stop && keeper.done < jobs->len)
		going = run_reader(&keeper, error);
	if (going)
		going = batch_commit(&keeper, error) && totals_add_up(totals, error);
	batch_drop(&keeper);
	vec_free(&keeper.batch);
	free(keeper.states);
	free(keeper.suspect);
	return going;
}
