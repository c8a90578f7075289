/* SPDX-License-Identifier: Apache-2.0 */
/* Where a ring begins that has no beginning of its own: at the least of its rotations. */
#ifndef STAGES_ROTATION_H
#define STAGES_ROTATION_H

#include <stddef.h>
#include <stdint.h>

/* The index at which the least rotation of keys begins, 0 of none. Two candidates i and j run against each other over k equal
 * keys: at most 2 * count steps. */
static inline size_t least_rotation(const uint64_t *keys, size_t count)
{
	size_t i = 0, j = 1, k = 0;

	while (i < count && j < count && k < count) {
		uint64_t a = keys[(i + k) % count], b = keys[(j + k) % count];

		if (a == b) {
			k++;
			continue;
		}
		if (a > b)
			i += k + 1;
		else
			j += k + 1;
		if (i == j)
			j++;
		k = 0;
	}
	return i < j ? i : j;
}

#endif
