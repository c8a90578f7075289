/* SPDX-License-Identifier: Apache-2.0 */
/* A child that waits for the first byte and then becomes the pager; see pager.h. */
#include "pipeline/pager.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pipeline/base/log.h"
#include "pipeline/globals.h"
#include "pipeline/screen.h"

#define USUAL_PAGER "less"

static pid_t pager;

struct pager_choice pager_choose(void)
{
	const char *usual = getenv("PAGER");

	if (globals()->pager)
		return (struct pager_choice){ globals()->pager, "command line" };
	if (usual)
		return (struct pager_choice){ usual, "$PAGER" };
	return (struct pager_choice){ USUAL_PAGER, "default" };
}

/* ---- the child ---- */

/* False when the other end was closed without a word. */
static bool wait_for_output(void)
{
	struct pollfd first = { .fd = STDIN_FILENO, .events = POLLIN };

	while (poll(&first, 1, -1) < 0)
		if (errno != EINTR)
			return true;
	return first.revents & POLLIN;
}

/* Where there is no less. */
static void copy(void)
{
	char text[4096];
	ssize_t len;

	while ((len = read(STDIN_FILENO, text, sizeof(text))) > 0)
		if (write(STDOUT_FILENO, text, (size_t)len) < 0)
			break;
}

/* less ends by itself when all is on one screen, lets colours pass, and leaves what it showed. */
__attribute__((noreturn)) static void become_pager(const char *program)
{
	if (!wait_for_output())
		_exit(0);
	setenv("LESS", "FRX", 0);
	setenv("LV", "-c", 0);
	if (strcmp(program, USUAL_PAGER) == 0) {
		execlp(program, program, (char *)NULL);
		copy();
		_exit(0);
	}
	execl("/bin/sh", "sh", "-c", program, (char *)NULL);
	_exit(127);
}

/* ---- the parent ---- */

static void wait_for_pager(void)
{
	close(STDOUT_FILENO);
	while (waitpid(pager, NULL, 0) < 0 && errno == EINTR)
		;
}

/* Else the shell and the pager would both read the terminal. */
static void end_with_pager(int number)
{
	signal(number, SIG_DFL);
	wait_for_pager();
	raise(number);
}

static void catch_ends(void)
{
	static const int signals[] = { SIGINT, SIGHUP, SIGTERM, SIGQUIT, SIGPIPE };
	struct sigaction action = { .sa_handler = end_with_pager, .sa_flags = SA_NODEFER },
			 before;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
}

static bool is_wanted(const char *program)
{
	return !globals()->no_pager && screen_is_capable() && *program &&
	       strcmp(program, "cat") != 0;
}

static void take_stdout(int out)
{
	dup2(out, STDOUT_FILENO);
	close(out);
	catch_ends();
	if (isatty(STDERR_FILENO))
		log_follow(&stdout);
}

void pager_begin(void)
{
	const char *program = pager_choose().program;
	int ends[2];

	if (!is_wanted(program) || pipe2(ends, O_CLOEXEC) != 0)
		return;
	fflush(stdout);
	screen_columns(); /* before there is no terminal to be asked */
	pager = fork();
	if (pager == 0) {
		dup2(ends[0], STDIN_FILENO);
		close(ends[1]);
		become_pager(program);
	}
	close(ends[0]);
	if (pager > 0) {
		take_stdout(ends[1]);
	} else {
		pager = 0;
		close(ends[1]);
	}
}

void pager_end(void)
{
	if (pager > 0)
		wait_for_pager();
}
