/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that never comes back NULL.
 *
 * A process that runs out of memory has no useful way on: it says so on stderr and leaves with the
 * status set by mem_set_exit_status(). That is safe by construction: the index is only changed by
 * committed transactions, and the keeper treats a reader that went away like any other crash.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>
#include <stdio.h>

void *mem_alloc(size_t size);
void *mem_alloc_zero(size_t count, size_t size);
/* Room for count elements of size bytes; the product is checked for overflow. */
void *mem_resize(void *old, size_t count, size_t size);
char *mem_strdup(const char *text);
/* A copy of len bytes with a zero behind them. at may be NULL when len is 0. */
char *mem_copy_text(const char *at, size_t len);
/* A stream into memory; mem_stream_end() closes it, after which *text, to be freed, holds *len bytes and a zero. */
FILE *mem_stream(char **text, size_t *len);
void mem_stream_end(FILE *stream);
/* From now on large pieces are mapped each on their own: they grow without being copied, and go back to the system when they are
 * freed. Left to itself the allocator takes them from its heap as soon as one was freed, where they leave holes behind. For a process
 * that holds a few large tables; it never pays for small ones. */
void mem_map_large(void);
/* Leaves as the above do: for a library that says itself that there is no memory. */
_Noreturn void mem_leave(void);
/* The status that an out-of-memory process leaves with (default 2). */
void mem_set_exit_status(int status);
int mem_exit_status(void);

#endif
