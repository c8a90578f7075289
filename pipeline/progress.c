/* SPDX-License-Identifier: Apache-2.0 */
/* The clock and the terminal of progress; see progress.h. */
#define _GNU_SOURCE 1
#include "pipeline/progress.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "pipeline/base/log.h"

#define FIRST_MS 1000
#define REDRAW_MS 100
#define LINE_MS 30000
/* Where nobody knows how wide it is; of the lines in a file. */
#define USUAL_COLUMNS 80
#define FILE_COLUMNS 200

enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };

static struct {
	enum when when; /* in the order of the option's words */
	bool hushed;
	bool active, draws;
	bool drawn; /* there is a line on the terminal */
	int64_t began_ms, due_ms;
} shown;

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

	if (shown.drawn)
		write_all(codes, sizeof(codes) - 1);
	shown.drawn = false;
}

void progress_begin(void)
{
	shown.active = shown.when != WHEN_NEVER && !shown.hushed;
	shown.draws = shown.when == WHEN_ALWAYS || is_capable();
	shown.began_ms = now_ms();
	shown.due_ms = shown.began_ms + (shown.draws ? FIRST_MS : LINE_MS);
	if (shown.active && shown.draws)
		log_before(wipe);
}

bool progress_is_due(void)
{
	return shown.active && now_ms() >= shown.due_ms;
}

int progress_wait_ms(void)
{
	int64_t left = shown.due_ms - now_ms();

	if (!shown.active)
		return -1;
	return left < 0 ? 0 : (int)left;
}

/* In one write, or parts of two lines might be seen. */
void progress_show(const struct progress_state *state)
{
	int64_t now = now_ms();
	char *line = NULL;
	size_t len = 0;
	FILE *memory;

	shown.due_ms = now + (shown.draws ? REDRAW_MS : LINE_MS);
	if (shown.draws && shown.when != WHEN_ALWAYS && !is_in_front())
		return;
	memory = open_memstream(&line, &len);
	if (!memory)
		return;
	if (shown.draws)
		fputc('\r', memory);
	progress_line_print(memory, state, now - shown.began_ms,
			    shown.draws ? columns_now() : FILE_COLUMNS);
	if (shown.draws)
		fputs("\x1b[K", memory);
	if (fclose(memory) == 0 && shown.draws) {
		write_all(line, len);
		shown.drawn = true;
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
