/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing array of any type: `VEC(struct thread) threads;`. A zeroed struct is an empty vector.
 * Growth is by doubling; element pointers are valid until the next push. vec_free() leaves it empty.
 */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include <stddef.h>
#include <stdlib.h>

#include "pipeline/base/mem.h"

#define VEC(type)           \
	struct {            \
		type *at;   \
		size_t len; \
		size_t cap; \
	}

void *vec_grow_to(void *at, size_t *cap, size_t want, size_t size);

#define vec_reserve(vec, want)                                                  \
	do {                                                                    \
		if ((want) > (vec)->cap)                                        \
			(vec)->at = vec_grow_to((vec)->at, &(vec)->cap, (want), \
						sizeof(*(vec)->at));            \
	} while (0)

/* Makes room for one more element and yields its address; the element is not initialised. */
#define vec_add(vec)                                \
	({                                          \
		vec_reserve((vec), (vec)->len + 1); \
		&(vec)->at[(vec)->len++];           \
	})

#define vec_push(vec, value) (*vec_add(vec) = (value))

#define vec_free(vec)                        \
	do {                                 \
		free((vec)->at);             \
		(vec)->at = NULL;            \
		(vec)->len = (vec)->cap = 0; \
	} while (0)

/* Works on a const vector too. Asks for NULL since nothing may be added to it, not even 0. */
#define vec_for_each(element, vec)                          \
	for (__typeof__((vec)->at + 0) element = (vec)->at; \
	     element && element < (vec)->at + (vec)->len; element++)

#endif
