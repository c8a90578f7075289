/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keeper with a reader that cannot be trusted. The three functions of reader.h are defined here, so that the linker
 * takes these instead of the library's: the reader is a child of this test that does what the bundle's name says.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "index/verify.h"
#include "pipeline/channel.h"
#include "pipeline/keeper.h"
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

static void answer(int channel, uint64_t job, const char *name)
{
	byte_vec frame = { 0 };
	char path[128];

	put_reading(&frame, job, name, NULL);
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
	if (is(name, "endless")) {
		for (;;)
			send_frame(channel, "\377 and so on", 11);
	}
	if (is(name, "trailing"))
		bytes_put_u8(&frame, 0);
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
	uint64_t job;
	char *name;
	int fd;

	message_put_hello(&frame, &full);
	send_frame(channel, frame.at, frame.len);
	while (channel_receive(channel, &frame, &fd, &error) > 0 && fd >= 0) {
		close(fd);
		name = message_get_job(&frame, &job, &limits);
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

/* ---- the cases ---- */

static void test_good_bundles(void **state)
{
	static struct night night;

	(void)state;
	make_night(&night);
	for (int i = 0; i < BUNDLES_MAX; i++)
		add_bundle(&night, "good");
	run_night(&night);
	assert_int_equal(readers, 1);
	assert_true(said_no_more);
	for (size_t i = 0; i < BUNDLES_MAX; i++)
		check_bundle(&night, i, "");
	end_night(&night);
}

/* Whatever a reader does at one bundle, the others are read. */
static void test_one_bad_among_good(void **state)
{
	static const char *const kinds[] = { "killer",    "leaver",    "garbage",
					     "empty",     "oversized", "half",
					     "truncated", "stranger",  "contradictory",
					     "foreign",   "endless",   "trailing" };
	static struct night night;

	(void)state;
	for (size_t kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
		make_night(&night);
		for (size_t i = 0; i < 100; i++)
			add_bundle(&night, i == 50 ? kinds[kind] : "good");
		run_night(&night);
		for (size_t i = 0; i < 100; i++)
			check_bundle(&night, i, i == 50 ? "crashed" : "");
		assert_int_equal(readers, 3);
		assert_int_equal(night.totals.outcomes[OUTCOME_PARSED], 99);
		assert_int_equal(night.totals.outcomes[OUTCOME_QUARANTINED], 1);
		end_night(&night);
	}
}

static void test_only_bad(void **state)
{
	static struct night night;

	(void)state;
	make_night(&night);
	for (size_t i = 0; i < 40; i++)
		add_bundle(&night, i % 2 ? "killer" : "garbage");
	run_night(&night);
	for (size_t i = 0; i < 40; i++)
		check_bundle(&night, i, "crashed");
	end_night(&night);
}

static void test_a_reader_that_dies_once_is_forgiven(void **state)
{
	static struct night night;

	(void)state;
	make_night(&night);
	for (size_t i = 0; i < 100; i++)
		add_bundle(&night, i % 10 == 3 ? "once" : "good");
	run_night(&night);
	for (size_t i = 0; i < 100; i++)
		check_bundle(&night, i, "");
	assert_int_equal(readers, 2);
	end_night(&night);
}

/* The second answer ends the reader's life, but the first one stands. */
static void test_an_answer_that_comes_twice(void **state)
{
	static struct night night;

	(void)state;
	make_night(&night);
	for (size_t i = 0; i < 50; i++)
		add_bundle(&night, i == 20 ? "twice" : "good");
	run_night(&night);
	for (size_t i = 0; i < 50; i++)
		check_bundle(&night, i, "");
	end_night(&night);
}

/* It is no longer there when its turn comes to be read alone. */
static void test_a_suspect_that_is_gone(void **state)
{
	static struct night night;

	(void)state;
	make_night(&night);
	for (size_t i = 0; i < 200; i++)
		add_bundle(&night, i == 20 ? "vanishing" : "good");
	run_night(&night);
	for (size_t i = 0; i < 200; i++)
		check_bundle(&night, i, i == 20 ? "unreadable" : "");
	end_night(&night);
}

/* Read well once, then never again: of a bundle that is known the index keeps what it has. */
static void test_known_bundles_are_kept(void **state)
{
	static struct night night;

	(void)state;
	make_night(&night);
	for (size_t i = 0; i < 100; i++)
		add_bundle(&night, i == 20 || i == 40 ? "turning" : "good");
	run_night(&night);
	assert_int_equal(readers, 1);
	night.totals = (struct keeper_totals){ 0 };
	vec_for_each(job, &night.jobs)
		job->known = true;
	assert_int_equal(unlink(night.paths[60]), 0);
	run_night_but(&night, 3);
	assert_int_equal(night.totals.outcomes[OUTCOME_PARSED], 97);
	assert_int_equal(night.totals.outcomes[OUTCOME_QUARANTINED], 3);
	for (size_t i = 0; i < 100; i++)
		check_bundle(&night, i, "");
	end_night(&night);
}

/* No bundle is to blame when no reader can begin: nothing is quarantined, all stays to be read another time. */
static void test_a_machine_without_what_reading_takes(void **state)
{
	static volatile sig_atomic_t stop;
	static struct night night;
	struct error error = ERROR_INIT;
	struct bundle_row row = { 0 };
	struct index_view *view;

	(void)state;
	make_night(&night);
	for (size_t i = 0; i < 50; i++)
		add_bundle(&night, "unfit");
	alarm(60);
	assert_false(keeper_run(night.index, &night.jobs, &rules, &stop, &night.totals,
				&error));
	alarm(0);
	assert_int_equal(error.kind, ERROR_IO);
	assert_int_equal(readers, 1);
	assert_int_equal(night.totals.read, 0);
	view = index_view_begin(night.index, &error);
	assert_non_null(view);
	assert_false(index_bundle(view, night.paths[0], &row, &error));
	bundle_row_free(&row);
	index_view_end(view);
	end_night(&night);
}

static void test_no_bundles(void **state)
{
	static struct night night;

	(void)state;
	make_night(&night);
	run_night(&night);
	assert_int_equal(readers, 0);
	end_night(&night);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_bundles),
		cmocka_unit_test(test_good_bundles),
		cmocka_unit_test(test_one_bad_among_good),
		cmocka_unit_test(test_only_bad),
		cmocka_unit_test(test_a_reader_that_dies_once_is_forgiven),
		cmocka_unit_test(test_an_answer_that_comes_twice),
		cmocka_unit_test(test_a_suspect_that_is_gone),
		cmocka_unit_test(test_known_bundles_are_kept),
		cmocka_unit_test(test_a_machine_without_what_reading_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
