/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only place that leaves the process on its own. It uses write() and _exit() alone:
 * stdio may want memory, and exit handlers must not run in the middle of somebody's work.
 */
#define _GNU_SOURCE 1
#include "pipeline/base/mem.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int exit_status = 2;

_Noreturn void mem_leave(void)
{
	static const char text[] = "pipeline: out of memory\n";
	ssize_t written = write(STDERR_FILENO, text, sizeof(text) - 1);

	(void)written;
	_exit(exit_status);
}

void *mem_alloc(size_t size)
{
	void *memory = malloc(size ? size : 1);

	if (!memory)
		mem_leave();
	return memory;
}

void *mem_alloc_zero(size_t count, size_t size)
{
	void *memory = count && size ? calloc(count, size) : calloc(1, 1);

	if (!memory)
		mem_leave();
	return memory;
}

void *mem_resize(void *old, size_t count, size_t size)
{
	size_t bytes;
	void *memory;

	if (__builtin_mul_overflow(count, size, &bytes))
		mem_leave();
	memory = realloc(old, bytes ? bytes : 1);
	if (!memory)
		mem_leave();
	return memory;
}

char *mem_copy_text(const char *at, size_t len)
{
	char *copy = mem_alloc(len + 1);

	if (len)
		memcpy(copy, at, len);
	copy[len] = 0;
	return copy;
}

#define LARGE (2 << 20)
/* So much that is free at the end of a heap is kept for the next bundle. */
#define KEPT_FREE (8 << 20)

void mem_map_large(void)
{
#ifdef __GLIBC__
	mallopt(M_MMAP_THRESHOLD, LARGE);
	mallopt(M_TRIM_THRESHOLD, KEPT_FREE);
#endif
}

char *mem_strdup(const char *text)
{
	return mem_copy_text(text, strlen(text));
}

FILE *mem_stream(char **text, size_t *len)
{
	FILE *stream = open_memstream(text, len);

	if (!stream)
		mem_leave();
	return stream;
}

void mem_stream_end(FILE *stream)
{
	bool failed = ferror(stream);

	if (fclose(stream) != 0 || failed)
		mem_leave();
}

int mem_exit_status(void)
{
	return exit_status;
}

void mem_set_exit_status(int status)
{
	exit_status = status;
}
