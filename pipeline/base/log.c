/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line is put together in memory and written at once: stderr is unbuffered, and the
 * lines of two threads or two processes must not be mixed. A message longer than MAX_TEXT
 * is cut.
 */
#define _GNU_SOURCE 1
#include "pipeline/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pipeline/base/cleanup.h"
#include "pipeline/base/mem.h"
#include "pipeline/base/utf8.h"

#define PREFIX "pipeline: "
#define FIRST_TEXT 512
#define MAX_TEXT 16384

static bool quiet;
static FILE **followed; /* NULL: stderr */
static void (*before)(void);

void log_before(void (*make_room)(void))
{
	before = make_room;
}

void log_follow(FILE **stream)
{
	followed = stream;
}

void log_set_quiet(bool now_quiet)
{
	__atomic_store_n(&quiet, now_quiet, __ATOMIC_RELAXED);
}

static void write_bytes(const char *bytes, size_t len)
{
	FILE *out = followed ? *followed : stderr;

	if (before)
		before();
	flockfile(out);
	fwrite_unlocked(bytes, 1, len, out);
	fflush_unlocked(out);
	funlockfile(out);
}

/* Without memory: the beginning of it, and of that what acts on no terminal whatever its locale. */
static void write_plain(struct slice text)
{
	char line[FIRST_TEXT + sizeof(PREFIX)];
	size_t len = sizeof(PREFIX) - 1;

	memcpy(line, PREFIX, len);
	for (size_t i = 0; i < text.len && len < sizeof(line) - 1; i++)
		line[len++] = text.at[i] >= ' ' && text.at[i] <= '~' ? text.at[i] : '?';
	line[len++] = '\n';
	write_bytes(line, len);
}

static void write_line(struct slice text, bool cut)
{
	cleanup_free char *line = NULL;
	size_t len = 0;
	FILE *memory = open_memstream(&line, &len);

	if (!memory) {
		write_plain(text);
		return;
	}
	fputs(PREFIX, memory);
	utf8_print_terminal(memory, text);
	fputs(cut ? "...\n" : "\n", memory);
	if (fclose(memory) != 0 || !line)
		write_plain(text);
	else
		write_bytes(line, len);
}

static void log_args(const char *format, va_list args)
{
	cleanup_free char *longer = NULL;
	char text[FIRST_TEXT];
	bool cut;
	va_list again;
	int len;

	va_copy(again, args);
	len = vsnprintf(text, sizeof(text), format, args);
	cut = len > MAX_TEXT;
	if (cut)
		len = MAX_TEXT;
	if (len >= FIRST_TEXT) {
		longer = mem_alloc((size_t)len + 1);
		vsnprintf(longer, (size_t)len + 1, format, again);
	}
	va_end(again);
	if (len >= 0)
		write_line((struct slice){ longer ? longer : text, (size_t)len }, cut);
}

void log_note(const char *format, ...)
{
	va_list args;

	if (__atomic_load_n(&quiet, __ATOMIC_RELAXED))
		return;
	va_start(args, format);
	log_args(format, args);
	va_end(args);
}

void log_warning(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_args(format, args);
	va_end(args);
}

void log_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_args(format, args);
	va_end(args);
}
