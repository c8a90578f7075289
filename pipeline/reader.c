/* SPDX-License-Identifier: Apache-2.0 */
/* Starting a reader, and being one; see reader.h. */
#include "pipeline/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pipeline/base/log.h"
#include "pipeline/channel.h"
#include "pipeline/message.h"
#include "stages/floor.h"

#define READER_CHANNEL 3

/* Where this program's file is; /proc may be missing in a chroot, the kernel's own note is not. */
static void own_program(char path[PATH_MAX])
{
	ssize_t len = readlink("/proc/self/exe", path, PATH_MAX - 1);

	if (len > 0)
		path[len] = 0;
	else
		snprintf(path, PATH_MAX, "%s", (const char *)getauxval(AT_EXECFN));
}

static int spawn(pid_t *pid, int channel, int threads)
{
	char program[PATH_MAX], number[16], argument[] = READER_ARGUMENT;
	char *argv[] = { program, argument, number, NULL }, *env[] = { NULL };
	posix_spawn_file_actions_t actions;
	int failed;

	own_program(program);
	snprintf(number, sizeof(number), "%d", threads);
	posix_spawn_file_actions_init(&actions);
	if (channel == READER_CHANNEL)
		fcntl(channel, F_SETFD, 0);
	else
		posix_spawn_file_actions_adddup2(&actions, channel, READER_CHANNEL);
	failed = posix_spawn(pid, program, &actions, NULL, argv, env);
	posix_spawn_file_actions_destroy(&actions);
	return failed;
}

bool reader_start(struct reader_process *reader, int threads, struct error *error)
{
	int pair[2], failed;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return error_errno(error, "cannot start the reader");
	failed = spawn(&reader->pid, pair[1], threads);
	close(pair[1]);
	if (failed) {
		close(pair[0]);
		reader->pid = 0;
		errno = failed;
		return error_errno(error, "cannot start the reader");
	}
	reader->channel = pair[0];
	return true;
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
	reader->pid = 0;
	return status;
}

/* ---- inside the reader ---- */

static struct bundle_work *next_job(void *context)
{
	byte_vec *frame = context;
	struct error error = ERROR_INIT;
	struct bundle_work *work;
	uint64_t job;
	char *name;
	int fd;

	if (channel_receive(READER_CHANNEL, frame, &fd, &error) <= 0 || fd < 0)
		return NULL;
	name = message_get_job(frame, &job);
	if (!name) {
		close(fd);
		return NULL;
	}
	work = bundle_work_new(job, fd, name);
	free(name);
	return work;
}

static void deliver(void *context, struct bundle_work *work)
{
	struct error error = ERROR_INIT;
	byte_vec frame = { 0 };

	(void)context;
	message_put_reading(&frame, work);
	close(work->fd);
	bundle_work_free(work);
	if (!channel_send(READER_CHANNEL, frame.at, frame.len, -1, &error)) {
		log_error("reader: %s", error.text); /* the keeper is gone: nobody waits for more */
		_exit(1);
	}
	vec_free(&frame);
}

/* ^C and a service's stop reach the whole group; they are for the keeper, which stops us. */
static void ignore_stop_signals(void)
{
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
}

int reader_main(const char *threads)
{
	byte_vec frame = { 0 };
	struct floor_client client = { &frame, next_job, deliver };
	int count = atoi(threads);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	ignore_stop_signals();
	floor_run(count > 0 ? count : 1, &client);
	vec_free(&frame);
	return 0;
}
