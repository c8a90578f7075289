/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/base/vec.h"

#include <stdint.h>

#define FIRST_BYTES 128

void *vec_grow_to(void *at, size_t *cap, size_t want, size_t size)
{
	size_t wider = *cap > SIZE_MAX / 2 ? SIZE_MAX : *cap * 2;

	if (wider < FIRST_BYTES / size)
		wider = FIRST_BYTES / size;
	if (wider < 4)
		wider = 4;
	if (wider < want)
		wider = want;
	at = mem_resize(at, wider, size);
	*cap = wider;
	return at;
}
