/* SPDX-License-Identifier: Apache-2.0 */
/* Starting a reader, and being one; see reader.h. */
#include "pipeline/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pipeline/base/log.h"
#include "pipeline/base/progress.h"
#include "pipeline/channel.h"
#include "pipeline/message.h"
#include "pipeline/outside_server.h"
#include "pipeline/password_file.h"
#include "stages/floor.h"
#include "stages/unpack.h"

#define READER_CHANNEL 3
/* Of what a reader had to say so much is told. */
#define WORDS_TOLD 4096

/* Where this program's file is; /proc may be missing in a chroot, the kernel's own note is not. */
static void own_program(char path[PATH_MAX])
{
	ssize_t len = readlink("/proc/self/exe", path, PATH_MAX - 1);

	if (len > 0)
		path[len] = 0;
	else
		snprintf(path, PATH_MAX, "%s", (const char *)getauxval(AT_EXECFN));
}

/* What it gets is all that it has; the memory file stands in for the standard streams. */
static int spawn(struct reader_process *reader, int channel, const struct reader_setup *setup)
{
	char program[PATH_MAX], threads[16], sandbox[16], nested[24];
	char argument[] = READER_ARGUMENT;
	char *argv[] = { program, argument, threads, sandbox, nested, NULL },
	     *env[] = { NULL };
	posix_spawn_file_actions_t actions;
	int failed;

	own_program(program);
	snprintf(threads, sizeof(threads), "%d", setup->threads);
	snprintf(sandbox, sizeof(sandbox), "%d", (int)setup->sandbox);
	snprintf(nested, sizeof(nested), "%llu", (unsigned long long)setup->nested_bytes);
	posix_spawn_file_actions_init(&actions);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		posix_spawn_file_actions_adddup2(&actions, reader->words, fd);
	if (channel == READER_CHANNEL)
		fcntl(channel, F_SETFD, 0);
	else
		posix_spawn_file_actions_adddup2(&actions, channel, READER_CHANNEL);
	failed = posix_spawn(&reader->pid, program, &actions, NULL, argv, env);
	posix_spawn_file_actions_destroy(&actions);
	return failed;
}

/* One that is gone before it has them is found out at the first job. */
static void give_passwords(int channel)
{
	struct error error = ERROR_INIT;
	byte_vec frame = { 0 };

	if (!password_file_list()->bytes)
		return;
	message_put_passwords(&frame, password_file_list());
	channel_send(channel, frame.at, frame.len, -1, &error);
	explicit_bzero(frame.at, frame.len);
	vec_free(&frame);
}

bool reader_start(struct reader_process *reader, const struct reader_setup *setup,
		  struct error *error)
{
	int pair[2], failed;

	reader->words = memfd_create("reader", MFD_CLOEXEC);
	if (reader->words < 0)
		return error_errno(error, "cannot start the reader");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		error_errno(error, "cannot start the reader");
		close(reader->words);
		return false;
	}
	failed = spawn(reader, pair[1], setup);
	close(pair[1]);
	if (failed) {
		close(pair[0]);
		close(reader->words);
		reader->pid = 0;
		errno = failed;
		return error_errno(error, "cannot start the reader");
	}
	reader->channel = pair[0];
	give_passwords(reader->channel);
	return true;
}

/* Line by line; ours begin as all our messages do. */
static void tell_words(int words)
{
	static const struct slice name = { "pipeline: ", 10 };
	char text[WORDS_TOLD];
	ssize_t len = pread(words, text, sizeof(text), 0);
	struct slice left = { text, len > 0 ? (size_t)len : 0 };

	while (left.len) {
		const char *end = memchr(left.at, '\n', left.len);
		struct slice line =
			slice_first(left, end ? (size_t)(end - left.at) : left.len);

		left = slice_skip(left, line.len + (end != NULL));
		if (slice_starts(line, name))
			line = slice_skip(line, name.len);
		if (line.len)
			log_error("reader: %.*s", SLICE_ARG(line));
	}
}

void reader_no_more_jobs(struct reader_process *reader)
{
	shutdown(reader->channel, SHUT_WR);
}

int reader_stop(struct reader_process *reader)
{
	int status = 0;

	if (reader->pid == 0)
		return 0;
	close(reader->channel);
	kill(reader->pid, SIGKILL); /* one that is through has exited, or is about to and holds nothing */
	while (waitpid(reader->pid, &status, 0) < 0 && errno == EINTR)
		;
	tell_words(reader->words);
	close(reader->words);
	reader->pid = 0;
	return status;
}

/* ---- inside the reader ---- */

/* What helps with archives that are encrypted. Set before the first job; from then on nobody changes it. */
static struct password_list passwords;
static struct outside outside;
static struct unpack_means means;
/* Parts of a bundle of which the job has not come yet. */
static struct split_file coming;

/* The team's threads answer as they come to it. */
static pthread_mutex_t answering = PTHREAD_MUTEX_INITIALIZER;

static void answer(const byte_vec *frame)
{
	struct error error = ERROR_INIT;

	pthread_mutex_lock(&answering);
	if (!channel_send(READER_CHANNEL, frame->at, frame->len, -1, &error)) {
		log_error("reader: %s", error.text); /* the keeper is gone: nobody waits for more */
		_exit(1);
	}
	pthread_mutex_unlock(&answering);
}

static void tell_alive(const struct progress_made *made)
{
	byte_vec frame = { 0 };

	message_put_alive(&frame, made);
	answer(&frame);
	vec_free(&frame);
}

/* The parts that came before a job, with its own descriptor as the first; the descriptor alone when there are none. */
static bool take_parts(struct split_file *parts, int fd)
{
	if (coming.parts.len == 0 && !coming.missing)
		return false;
	split_file_add(parts, fd);
	vec_for_each(part, &coming.parts)
		split_file_add(parts, part->fd);
	parts->missing = coming.missing;
	coming.missing = NULL;
	coming.parts.len = 0;
	return true;
}

static struct bundle_work *take_job(const byte_vec *frame, int fd)
{
	struct unpack_limits limits;
	struct bundle_work *work;
	struct hash128 before;
	uint64_t job;
	char *name = message_get_job(frame, &job, &limits, &before);

	if (!name) {
		close(fd);
		return NULL;
	}
	progress_listen(tell_alive); /* who asks for excerpts listens for nothing else */
	work = bundle_work_new(job, fd, name);
	work->limits = limits;
	work->known = before;
	work->means = means;
	if (take_parts(&work->parts, fd))
		work->means.parts = &work->parts;
	free(name);
	return work;
}

/* The descriptor is the first of the parts, where there are any. */
static void close_bundle(struct split_file *parts, int fd)
{
	if (parts->parts.len == 0)
		close(fd);
	split_file_close(parts);
}

/* Lines that are asked for are read on the spot: nobody asks for them while bundles are being read. */
static bool give_excerpts(const byte_vec *frame, int fd)
{
	struct excerpt_request request = { 0 };
	struct excerpt_reply reply = { 0 };
	struct unpack_means here = means;
	struct split_file parts = { 0 };
	byte_vec out = { 0 };
	struct slice name;
	bool good = message_get_excerpt_request(&name, &request, frame);

	if (good) {
		if (take_parts(&parts, fd))
			here.parts = &parts;
		excerpt_read(fd, name, &here, &request, &reply);
		message_put_excerpts(&out, &reply);
		answer(&out);
	}
	close_bundle(&parts, fd);
	excerpt_request_free(&request);
	excerpt_reply_free(&reply);
	vec_free(&out);
	return good;
}

/* The next part of the bundle that is to come. */
static bool take_part(const byte_vec *frame, int fd)
{
	struct slice missing;

	if (!message_get_part(&missing, frame) || (fd < 0) != (missing.len > 0)) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	if (fd >= 0)
		split_file_add(&coming, fd);
	else
		split_file_miss(&coming, missing);
	return true;
}

static bool take_passwords(byte_vec *frame)
{
	bool good = !passwords.bytes && message_get_passwords(&passwords, frame);

	if (good)
		means.passwords = &passwords;

	explicit_bzero(frame->at, frame->len);
	return good;
}

static struct bundle_work *next_job(void *context)
{
	byte_vec *frame = context;
	struct error error = ERROR_INIT;
	int fd;

	while (channel_receive(READER_CHANNEL, frame, &fd, &error) > 0) {
		if (message_kind(frame) == MESSAGE_PASSWORDS && fd < 0 && take_passwords(frame))
			continue;
		if (message_kind(frame) == MESSAGE_PART) {
			if (!take_part(frame, fd))
				break;
			continue;
		}
		if (fd < 0)
			break;
		if (message_kind(frame) != MESSAGE_EXCERPT)
			return take_job(frame, fd);
		if (!give_excerpts(frame, fd))
			break;
	}
	return NULL;
}

static void deliver(void *context, struct bundle_work *work)
{
	byte_vec frame = { 0 };

	(void)context;
	if (!bundle_adds_up(work)) {
		log_error("reader: internal error: the outcomes of %s do not add up to its members",
			  work->name);
		_exit(1);
	}
	message_put_reading(&frame, work);
	close_bundle(&work->parts, work->fd);
	bundle_work_free(work);
	answer(&frame);
	vec_free(&frame);
}

/* ^C and a service's stop reach the whole group; they are for the keeper, which stops us. */
static void ignore_stop_signals(void)
{
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
}

/* Before this process is confined, after which it can start nothing. */
static void begin_outside(bool required)
{
	const char *program = outside_program();

	if (program && outside_server_begin(&outside, program, required))
		means.outside = &outside;
}

/* One that died before we asked to die with it: its end of the channel is closed. What it has sent would still be received. */
static bool keeper_is_gone(void)
{
	struct pollfd channel = { .fd = READER_CHANNEL };

	return poll(&channel, 1, 0) > 0 && (channel.revents & POLLHUP);
}

/* Everything that is still to be opened by its name is opened here: from then on nothing can be. */
static bool settle_in(const struct reader_setup *setup, struct confinement *got,
		      struct error *error)
{
	confine_close_from(READER_CHANNEL + 1);
	begin_outside(setup->sandbox == SANDBOX_REQUIRE);
	setenv("TZ", "UTC0", 1); /* times in archives are looked at by nobody: no file of a zone for them */
	return unpack_preload(error) &&
	       confine(setup->sandbox, setup->threads,
		       setup->nested_bytes ? setup->nested_bytes : RLIM_INFINITY, got, error);
}

int reader_main(char **words)
{
	const struct reader_setup setup = { .threads = atoi(words[0]) > 0 ? atoi(words[0]) : 1,
					    .sandbox = (enum sandbox)atoi(words[1]),
					    .nested_bytes = strtoull(words[2], NULL, 10) };
	byte_vec frame = { 0 };
	struct floor_client client = { &frame, next_job, deliver };
	struct error error = ERROR_INIT;
	struct confinement got;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (keeper_is_gone())
		return 0;
	ignore_stop_signals();
	if (!settle_in(&setup, &got, &error)) {
		log_error("%s", error.text);
		return READER_UNFIT;
	}
	message_put_hello(&frame, &got);
	answer(&frame);
	floor_run(setup.threads, &client);
	vec_free(&frame);
	return 0;
}
