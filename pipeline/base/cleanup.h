/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ownership by scope: a variable marked with one of these is released when it goes out of scope.
 * `take_ptr(p)` hands the pointer on and leaves NULL behind, so that the scope releases nothing.
 */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define cleanup(fn) __attribute__((cleanup(fn)))

static inline void cleanup_free_ptr(void *place)
{
	free(*(void **)place);
}

static inline void cleanup_close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_close_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

#define cleanup_free cleanup(cleanup_free_ptr)
#define cleanup_fd cleanup(cleanup_close_fd)
#define cleanup_file cleanup(cleanup_close_file)

#define take_ptr(ptr)                      \
	({                                 \
		__auto_type taken = (ptr); \
		(ptr) = NULL;              \
		taken;                     \
	})

#endif
