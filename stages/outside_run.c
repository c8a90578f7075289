/* SPDX-License-Identifier: Apache-2.0 */
/* Reading what the outside decoder writes and what it complains of, so that it never waits for us; see outside.h. */
#include "stages/outside.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static void close_pipe(struct outside_run *run, int which)
{
	if (run->pipes[which] >= 0)
		close(run->pipes[which]);
	run->pipes[which] = -1;
}

bool outside_start(struct outside_run *run, const struct outside *outside,
		   const struct outside_order *order, struct error *error)
{
	*run = OUTSIDE_RUN_NONE;
	return outside->start(outside->context, order, run->pipes, error);
}

static ssize_t read_pipe(int fd, void *buffer, size_t size)
{
	ssize_t got;

	do
		got = read(fd, buffer, size);
	while (got < 0 && errno == EINTR);
	return got;
}

/* Of what it complains the beginning is kept, the rest only taken from it. */
static void take_complaint(struct outside_run *run)
{
	char rest[1024];
	size_t room = sizeof(run->complaint) - run->complained;
	ssize_t got = room ? read_pipe(run->pipes[OUTSIDE_ERR],
				       run->complaint + run->complained, room)
			   : read_pipe(run->pipes[OUTSIDE_ERR], rest, sizeof(rest));

	if (got <= 0)
		close_pipe(run, OUTSIDE_ERR);
	else if (room)
		run->complained += (size_t)got;
}

/* Those that are there already: it complains of a member before it writes the next. */
static void take_complaints(struct outside_run *run)
{
	struct pollfd wait = { .fd = run->pipes[OUTSIDE_ERR], .events = POLLIN };

	while (run->pipes[OUTSIDE_ERR] >= 0 && poll(&wait, 1, 0) > 0) {
		take_complaint(run);
		wait.fd = run->pipes[OUTSIDE_ERR];
	}
}

size_t outside_read(struct outside_run *run, void *buffer, size_t size)
{
	while (run->pipes[OUTSIDE_OUT] >= 0 || run->pipes[OUTSIDE_ERR] >= 0) {
		struct pollfd wait[2] = {
			{ .fd = run->pipes[OUTSIDE_OUT], .events = POLLIN },
			{ .fd = run->pipes[OUTSIDE_ERR], .events = POLLIN },
		};
		ssize_t got;

		if (poll(wait, 2, -1) < 0 && errno != EINTR)
			break;
		if (wait[OUTSIDE_ERR].revents)
			take_complaint(run);
		if (!wait[OUTSIDE_OUT].revents)
			continue;
		got = read_pipe(run->pipes[OUTSIDE_OUT], buffer, size);
		if (got > 0) {
			take_complaints(run);
			return (size_t)got;
		}
		close_pipe(run, OUTSIDE_OUT);
	}
	return 0;
}

/* Its words are for people; these few have been the same in all versions. */
const char *outside_reason(const struct outside_run *run)
{
	static const struct {
		const char *words, *reason;
	} reasons[] = {
		{ "rong password", "encrypted-wrong-password" },
		{ "Unsupported", "unsupported" },
		{ "memory", "unsupported" },
		{ "Unexpected end", "truncated" },
		{ "ERROR", "corrupt" },
		{ "Errors", "corrupt" },
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (memmem(run->complaint, run->complained, reasons[i].words,
			   strlen(reasons[i].words)))
			return reasons[i].reason;
	return NULL;
}

void outside_stop(struct outside_run *run)
{
	close_pipe(run, OUTSIDE_OUT);
	close_pipe(run, OUTSIDE_ERR);
}
