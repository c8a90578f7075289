/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keeper with a reader that cannot be trusted. The three functions of reader.h are defined here, so that the linker
 * takes these instead of the library's: the reader is a child of this test that does what the bundle's name says.
 */
#ifndef TESTS_UNIT_KEEPER_FIXTURE_H
#define TESTS_UNIT_KEEPER_FIXTURE_H

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "index/verify.h"
#include "pipeline/channel.h"
#include "pipeline/keeper_parts.h"
#include "pipeline/message.h"
#include "pipeline/reader.h"

#define BUNDLES_MAX 600

static struct keeper_rules rules;
static char folder[64];   /* of this test: the bundles, and the index in it */
static int readers;       /* started so far */
static bool said_no_more; /* to the last reader */

/* ---- the reader ---- */

static void put_reading(byte_vec *out, uint64_t job, const char *first, const char *second)
{
	const char *const paths[] = { first, second };

	bytes_put_varint(out, job);
	bytes_put_u64_be(out, 1);
	bytes_put_u64_be(out, 2);
	bytes_put_varint(out, second ? 2 : 1);
	for (size_t i = 0; i < (second ? 2 : 1); i++) {
		bytes_put_text(out, slice_from(paths[i]));
		bytes_put_u8(out, OUTCOME_PARSED);
		bytes_put_text(out, SLICE_NONE);
		bytes_put_text(out, SLICE_NONE);
		bytes_put_varint(out, 100);
	}
	bytes_put_varint(out, 0);
}

static void send_frame(int channel, const void *bytes, size_t len)
{
	struct error error = ERROR_INIT;

	if (!channel_send(channel, bytes, len, -1, &error))
		_exit(1);
}

static void send_raw(int channel, const void *bytes, size_t len)
{
	if (send(channel, bytes, len, MSG_NOSIGNAL) != (ssize_t)len)
		_exit(1);
}

static bool is(const char *name, const char *kind)
{
	return strncmp(name, kind, strlen(kind)) == 0;
}

static _Noreturn void stand_still(void)
{
	for (;;)
		pause();
}

static void send_alive(int channel, uint64_t steps)
{
	byte_vec frame = { 0 };

	message_put_alive(&frame, &(struct progress_made){ steps, steps });
	send_frame(channel, frame.at, frame.len);
	vec_free(&frame);
}

/* What readers do that come to a stand, or seem to. */
static void take_time(int channel, const char *name)
{
	static uint64_t steps;

	if (is(name, "standing"))
		stand_still();
	if (is(name, "hanging")) {
		send_raw(channel, "\0\0\1\0half", 8);
		stand_still();
	}
	if (is(name, "dripping")) {
		send_raw(channel, "\0\1\0\0", 4);
		for (;; usleep(20000))
			send_raw(channel, "x", 1);
	}
	if (is(name, "repeating"))
		for (;; usleep(20000))
			send_alive(channel, 7);
	if (is(name, "slow"))
		for (int i = 0; i < 30; i++, usleep(100000))
			send_alive(channel, ++steps);
	if (is(name, "hasty"))
		for (int i = 0; i < 1000; i++)
			send_alive(channel, ++steps);
}

static void answer(int channel, uint64_t job, const char *name)
{
	byte_vec frame = { 0 };
	char path[128];

	put_reading(&frame, job, name, NULL);
	take_time(channel, name);
	if (is(name, "killer") || (is(name, "once") && readers == 1) ||
	    (is(name, "turning") && readers > 1))
		raise(SIGKILL);
	if (is(name, "leaver"))
		_exit(0);
	if (is(name, "unfit"))
		_exit(READER_UNFIT);
	if (is(name, "vanishing")) {
		snprintf(path, sizeof(path), "%s/%s", folder, name);
		unlink(path);
		raise(SIGSEGV);
	}
	if (is(name, "garbage")) {
		send_frame(channel, "\377\376 what the reader makes up", 27);
		return;
	}
	if (is(name, "empty")) {
		send_frame(channel, "", 0);
		return;
	}
	if (is(name, "oversized")) {
		send_raw(channel, "\377\377\377\377", 4);
		return;
	}
	if (is(name, "half")) {
		send_raw(channel, "\0\0\1\0half", 8);
		_exit(0);
	}
	if (is(name, "truncated"))
		frame.len -= 3;
	if (is(name, "stranger")) {
		frame.len = 0;
		put_reading(&frame, job + BUNDLES_MAX, name, NULL);
	}
	if (is(name, "foreign")) {
		frame.len = 0;
		put_reading(&frame, job, "another bundle", NULL);
	}
	if (is(name, "sibling")) { /* a name that only begins as that of the bundle does */
		char other[64];

		snprintf(other, sizeof(other), "%s.log", name);
		frame.len = 0;
		put_reading(&frame, job, other, NULL);
	}
	if (is(name, "huge")) { /* the most that a frame may have, of which little comes */
		send_raw(channel, "\100\0\0\0 so much", 12);
		_exit(0);
	}
	if (is(name, "endless")) {
		for (;;)
			send_frame(channel, "\377 and so on", 11);
	}
	if (is(name, "trailing"))
		bytes_put_u8(&frame, 0);
	if (is(name, "touched") && readers > 1) {
		frame.len = 0;
		bytes_put_varint(&frame, job);
		bytes_put_u64_be(&frame, 1);
		bytes_put_u64_be(&frame, 2);
		bytes_put_varint(&frame, 0);
		bytes_put_varint(&frame, 0);
	}
	if (is(name, "contradictory")) {
		frame.len = 0;
		put_reading(&frame, job, name, "a smaller path");
	}
	send_frame(channel, frame.at, frame.len);
	if (is(name, "twice"))
		send_frame(channel, frame.at, frame.len);
	vec_free(&frame);
}

static _Noreturn void play_reader(int channel)
{
	const struct confinement full = { .landlock = 7, .seccomp = true };
	struct error error = ERROR_INIT;
	byte_vec frame = { 0 };
	struct unpack_limits limits;
	struct hash128 before;
	uint64_t job;
	char *name;
	int fd;

	message_put_hello(&frame, &full);
	send_frame(channel, frame.at, frame.len);
	while (channel_receive(channel, &frame, &fd, &error) > 0 && fd >= 0) {
		close(fd);
		name = message_get_job(&frame, &job, &limits, &before);
		if (!name)
			_exit(1);
		answer(channel, job, name);
		free(name);
	}
	_exit(0);
}

bool reader_start(struct reader_process *reader, const struct reader_setup *setup,
		  struct error *error)
{
	int pair[2];

	(void)setup;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return error_errno(error, "no reader");
	readers++;
	said_no_more = false;
	reader->pid = fork();
	if (reader->pid == 0) {
		signal(SIGALRM, SIG_DFL);
		alarm(20);
		signal(SIGSEGV, SIG_DFL);
		close(pair[0]);
		play_reader(pair[1]);
	}
	close(pair[1]);
	reader->channel = pair[0];
	return reader->pid > 0 || error_errno(error, "no reader");
}

void reader_no_more_jobs(struct reader_process *reader)
{
	said_no_more = true;
	shutdown(reader->channel, SHUT_WR);
}

int reader_stop(struct reader_process *reader)
{
	int status = 0;

	close(reader->channel);
	kill(reader->pid, SIGKILL);
	assert_int_equal(waitpid(reader->pid, &status, 0), reader->pid);
	reader->pid = 0;
	return status;
}

/* ---- the night ---- */

struct night {
	struct index *index;
	keeper_jobs jobs;
	char names[BUNDLES_MAX][32], paths[BUNDLES_MAX][128];
	struct keeper_totals totals;
};

static void make_night(struct night *night)
{
	struct error error = ERROR_INIT;
	char index[80];

	memset(night, 0, sizeof(*night));
	rules = keeper_rules_default(2);
	snprintf(folder, sizeof(folder), "/tmp/keeper.XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(index, sizeof(index), "%s/index", folder);
	night->index = index_open_write(index, INDEX_LOCK_FAIL, &error);
	assert_non_null(night->index);
	readers = 0;
}

static void add_bundle(struct night *night, const char *kind)
{
	size_t at = night->jobs.len;
	FILE *file;

	assert_in_range(at, 0, BUNDLES_MAX - 1);
	snprintf(night->names[at], sizeof(night->names[at]), "%s-%zu", kind, at);
	snprintf(night->paths[at], sizeof(night->paths[at]), "%s/%s-%zu", folder, kind, at);
	file = fopen(night->paths[at], "w");
	assert_non_null(file);
	fclose(file);
	vec_push(&night->jobs,
		 ((struct keeper_job){
			 .path = night->paths[at], .name = night->names[at], .fd = -1 }));
}

/* left: how many bundles are not read after all. */
static void run_night_but(struct night *night, size_t left)
{
	static volatile sig_atomic_t stop;
	struct error error = ERROR_INIT;
	bool good;

	alarm(60); /* a keeper that waits for ever fails the test */
	good = keeper_run(night->index, &night->jobs, &rules, &stop, &night->totals, &error);
	alarm(0);
	assert_string_equal(error.text, "");
	assert_true(good);
	assert_int_equal(night->totals.read, night->jobs.len - left);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
	assert_int_equal(errno, ECHILD);
}

static void run_night(struct night *night)
{
	run_night_but(night, 0);
}

/* The one member of a bundle ended like this; reason "" means parsed. */
static void check_bundle(struct night *night, size_t at, const char *reason)
{
	struct error error = ERROR_INIT;
	struct index_view *view = index_view_begin(night->index, &error);
	struct bundle_row row = { 0 };

	assert_non_null(view);
	assert_true(index_bundle(view, night->paths[at], &row, &error));
	assert_int_equal(row.members.len, 1);
	assert_true(slice_equal(row.members.at[0].path, slice_from(night->names[at])));
	assert_int_equal(row.members.at[0].outcome,
			 *reason ? OUTCOME_QUARANTINED : OUTCOME_PARSED);
	assert_true(slice_equal(row.members.at[0].reason, slice_from(reason)));
	bundle_row_free(&row);
	index_view_end(view);
}

static void tell(void *context, const char *text)
{
	(void)context;
	print_error("%s\n", text);
}

/* Whatever the readers did, the index is sound. */
static void check_index(struct night *night)
{
	struct error error = ERROR_INIT;
	struct index_view *view = index_view_begin(night->index, &error);
	struct verified verified;

	assert_non_null(view);
	assert_true(index_verify(view, tell, NULL, &verified, &error));
	assert_int_equal(verified.problems, 0);
	index_view_end(view);
}

static void end_night(struct night *night)
{
	char command[96];

	check_index(night);
	index_close(night->index);
	vec_free(&night->jobs);
	snprintf(command, sizeof(command), "rm -rf -- '%s'", folder);
	assert_int_equal(system(command), 0);
}

#endif
