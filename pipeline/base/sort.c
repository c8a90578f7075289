/* SPDX-License-Identifier: Apache-2.0 */
/* Radix sort over the bytes in which the keys differ at all; kernel addresses share most of theirs. See sort.h. */
#include "pipeline/base/sort.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/base/mem.h"

struct keyed {
	uint64_t key;
	size_t from;
};

/* Reads the keys; *differ has every bit in which two neighbours differ. False when they are in order already. */
static bool read_keys(struct keyed *keys, const char *elements, size_t count, size_t size,
		      size_t key_offset, uint64_t *differ)
{
	bool ordered = true;

	*differ = 0;
	for (size_t i = 0; i < count; i++) {
		memcpy(&keys[i].key, elements + i * size + key_offset, sizeof(uint64_t));
		keys[i].from = i;
		if (i == 0)
			continue;
		*differ |= keys[i].key ^ keys[i - 1].key;
		ordered &= keys[i - 1].key <= keys[i].key;
	}
	return !ordered;
}

static void sort_by_byte(struct keyed *to, const struct keyed *from, size_t count,
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

void sort_by_key(void *elements, size_t count, size_t size, size_t key_offset)
{
	struct keyed *keys, *spare, *swap;
	uint64_t differ;
	char *moved;

	if (count < 2)
		return;
	keys = mem_resize(NULL, count, sizeof(*keys));
	if (!read_keys(keys, elements, count, size, key_offset, &differ)) {
		free(keys);
		return;
	}
	spare = mem_resize(NULL, count, sizeof(*spare));
	for (unsigned shift = 0; shift < 64; shift += 8) {
		if ((differ >> shift & 0xFF) == 0)
			continue;
		sort_by_byte(spare, keys, count, shift);
		swap = keys;
		keys = spare;
		spare = swap;
	}
	free(spare);
	moved = mem_resize(NULL, count, size);
	for (size_t i = 0; i < count; i++)
		memcpy(moved + i * size, (const char *)elements + keys[i].from * size, size);
	memcpy(elements, moved, count * size);
	free(moved);
	free(keys);
}
