/* SPDX-License-Identifier: Apache-2.0 */
/* The clock and the terminal of progress; see progress.h. */
#define _GNU_SOURCE 1
#include "pipeline/progress.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "pipeline/base/log.h"
#include "pipeline/base/work.h"
#include "pipeline/progress_pace.h"

/* Where nobody knows how wide it is; of the lines in a file. */
#define USUAL_COLUMNS 80
#define FILE_COLUMNS 200

enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };

static struct {
	enum when when; /* in the order of the option's words */
	bool hushed;
	bool active;
	bool *drawn; /* whether there is a line on the terminal; NULL until somebody asks */
	int64_t began_ms;
	struct progress_pace pace;
	bool paced; /* the pace of walks has begun: it goes on from one to the next */
	int64_t followed_ms; /* since when */
} shown;

static bool drawn_here;

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool progress_option(const struct options *options)
{
	unsigned which;

	if (!word_option(options, &which))
		return false;
	shown.when = (enum when)which;
	return true;
}

void progress_hush(void)
{
	shown.hushed = true;
}

/* One that takes a line back. */
static bool is_capable(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

/* Whoever was sent to the background does not draw over what is typed now. */
static bool is_in_front(void)
{
	pid_t front = tcgetpgrp(STDERR_FILENO);

	return front < 0 || front == getpgrp();
}

/* Asked each time: a window changes while it is looked at, and $COLUMNS does not. */
static size_t columns_now(void)
{
	struct winsize size = { 0 };
	const char *columns = getenv("COLUMNS");
	long said = columns ? strtol(columns, NULL, 10) : 0;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	return said > 0 && said < 10000 ? (size_t)said : USUAL_COLUMNS;
}

static void write_all(const char *text, size_t len)
{
	fwrite(text, 1, len, stderr);
	fflush(stderr);
}

static void wipe(void)
{
	static const char codes[] = "\r\x1b[K";

	if (shown.drawn && *shown.drawn) {
		write_all(codes, sizeof(codes) - 1);
		*shown.drawn = false;
	}
}

static void activate(void)
{
	if (!shown.drawn)
		shown.drawn = &drawn_here;
	shown.active = shown.when != WHEN_NEVER && !shown.hushed;
	if (shown.active)
		log_before(wipe);
}

static bool is_to_draw(void)
{
	return shown.when == WHEN_ALWAYS || is_capable();
}

void progress_begin(void)
{
	activate();
	shown.began_ms = now_ms();
	progress_pace_begin(&shown.pace, is_to_draw(), shown.began_ms);
}

bool progress_is_due(void)
{
	return shown.active && progress_pace_is_due(&shown.pace, now_ms());
}

int progress_wait_ms(void)
{
	int64_t left = shown.pace.due_ms - now_ms();

	if (!shown.active)
		return -1;
	return left < 0 ? 0 : (int)left;
}

/* In one write, or parts of two lines might be seen. */
void progress_show(const struct progress_state *state)
{
	int64_t now = now_ms();
	bool draws = shown.pace.draws;
	char *line = NULL;
	size_t len = 0;
	FILE *memory;

	progress_pace_shown(&shown.pace, now);
	if (draws && shown.when != WHEN_ALWAYS && !is_in_front())
		return;
	memory = open_memstream(&line, &len);
	if (!memory)
		return;
	if (draws)
		fputc('\r', memory);
	progress_line_print(memory, state, now - shown.began_ms,
			    draws ? columns_now() : FILE_COLUMNS);
	if (draws)
		fputs("\x1b[K", memory);
	if (fclose(memory) == 0 && draws) {
		write_all(line, len);
		*shown.drawn = true;
	} else if (line) {
		log_note("%s", line);
	}
	free(line);
}

void progress_end(void)
{
	wipe();
	log_before(NULL);
	shown.active = false;
}

/* ---- walks over the index ---- */

/* A clock of some milliseconds is read in a few nanoseconds. */
static int64_t about_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Whether nobody sees the answer where the line would be. Behind a pipe may be a pager, or what prints on this terminal. */
static bool answer_is_elsewhere(void)
{
	struct stat out, err;

	if (isatty(STDOUT_FILENO) || fstat(STDOUT_FILENO, &out) != 0 ||
	    fstat(STDERR_FILENO, &err) != 0 || is_same_file(&out, &err))
		return false;
	return shown.when == WHEN_ALWAYS || !is_to_draw() || S_ISREG(out.st_mode) ||
	       S_ISCHR(out.st_mode);
}

/* The first second, and the 30, are those of the command. */
static void begin_walk(void)
{
	activate();
	if (work_now.prints && shown.active)
		shown.active = answer_is_elsewhere();
	shown.began_ms = about_now_ms();
	if (!shown.paced)
		progress_pace_begin(&shown.pace, is_to_draw(), shown.followed_ms);
	else
		progress_pace_resume(&shown.pace, shown.began_ms);
	shown.paced = true;
}

static void follow(enum work_event event)
{
	if (event == WORK_BEGINS)
		begin_walk();
	if (event == WORK_ENDS)
		progress_end();
	else if (shown.active && progress_pace_is_due(&shown.pace, about_now_ms()))
		progress_show(&(struct progress_state){ .what = work_now.what,
							.done = work_now.done,
							.total = work_now.total,
							.bytes_done = work_now.bytes,
							.bytes_total = work_now.bytes_total });
}

void progress_follow(void)
{
	shown.followed_ms = about_now_ms();
	work_listener = follow;
}

void progress_share(void)
{
	void *shared = mmap(NULL, sizeof(bool), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		return;
	shown.drawn = shared;
	log_before(wipe);
}
