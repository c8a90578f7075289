/* SPDX-License-Identifier: Apache-2.0 */
/* Radix sort over the bytes in which the keys differ at all; kernel addresses share most of theirs. See sort.h. */
#include "pipeline/base/sort.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/base/mem.h"

/* *differ has every bit in which two neighbours differ. False when they are in order already. */
static bool compare_neighbours(const struct sort_key *keys, size_t count, uint64_t *differ)
{
	bool ordered = true;

	*differ = 0;
	for (size_t i = 1; i < count; i++) {
		*differ |= keys[i].key ^ keys[i - 1].key;
		ordered &= keys[i - 1].key <= keys[i].key;
	}
	return !ordered;
}

static void sort_by_byte(struct sort_key *to, const struct sort_key *from, size_t count,
			 unsigned shift)
{
	size_t places[256] = { 0 }, place = 0;

	for (size_t i = 0; i < count; i++)
		places[from[i].key >> shift & 0xFF]++;
	for (size_t byte = 0; byte < 256; byte++) {
		size_t here = places[byte];

		places[byte] = place;
		place += here;
	}
	for (size_t i = 0; i < count; i++)
		to[places[from[i].key >> shift & 0xFF]++] = from[i];
}

bool sort_keys(struct sort_key *keys, size_t count)
{
	struct sort_key *spare, *from = keys, *to;
	uint64_t differ;

	if (!compare_neighbours(keys, count, &differ))
		return false;
	spare = to = mem_resize(NULL, count, sizeof(*spare));
	for (unsigned shift = 0; shift < 64; shift += 8) {
		struct sort_key *swap = from;

		if ((differ >> shift & 0xFF) == 0)
			continue;
		sort_by_byte(to, from, count, shift);
		from = to;
		to = swap;
	}
	if (from != keys)
		memcpy(keys, from, count * sizeof(*keys));
	free(spare);
	return true;
}

/* So many moves ahead an element is fetched: where it stands is known, and one at a time would be waited for. */
#define AHEAD 8

/*
 * Puts element from[i] in place i for all i, along the cycles of which a permutation is made, so that there is never a
 * second copy of the elements: they are most of what a large dump takes. Leaves from[i] == i.
 */
static void move_elements(char *elements, size_t count, size_t size, uint32_t *from)
{
	char *taken = mem_alloc(size);

	for (uint32_t start = 0; start < count; start++) {
		uint32_t at = start, ahead = start;

		if (from[start] == start)
			continue;
		for (int i = 0; i < AHEAD; i++)
			ahead = from[ahead];
		memcpy(taken, elements + start * size, size);
		while (from[at] != start) {
			uint32_t next = from[at];

			ahead = from[ahead];
			__builtin_prefetch(elements + ahead * size);
			__builtin_prefetch(elements + ahead * size + size - 1);
			memcpy(elements + at * size, elements + next * size, size);
			from[at] = at;
			at = next;
		}
		memcpy(elements + at * size, taken, size);
		from[at] = at;
	}
	free(taken);
}

void sort_by_key(void *elements, size_t count, size_t size, size_t key_offset)
{
	struct sort_key *keys;
	uint32_t *from;

	if (count < 2)
		return;
	keys = mem_resize(NULL, count, sizeof(*keys));
	for (uint32_t i = 0; i < count; i++) {
		memcpy(&keys[i].key, (char *)elements + i * size + key_offset,
		       sizeof(keys[i].key));
		keys[i].from = i;
	}
	if (sort_keys(keys, count)) {
		from = mem_resize(NULL, count, sizeof(*from));
		for (size_t i = 0; i < count; i++)
			from[i] = keys[i].from;
		free(keys);
		move_elements(elements, count, size, from);
		free(from);
	} else {
		free(keys);
	}
}
