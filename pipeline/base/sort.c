/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Radix sort over the bits in which the keys differ at all; kernel addresses share most of theirs. Those bits and the number
 * of the place lie in one word of 64 bits, which halves the memory. Where they have no room in one, the lower bits are sorted
 * by first, then the next ones. See sort.h.
 */
#include "pipeline/base/sort.h"

#include <stdlib.h>
#include <string.h>

#include "pipeline/base/mem.h"

/* Gathers the keys. *differ has every bit in which two of them differ. False when they are in order already. */
static bool gather_keys(uint64_t *keys, const uint32_t *order, size_t count,
			sort_key_of key_of, const void *context, uint64_t *differ)
{
	bool ordered = true;

	*differ = 0;
	for (size_t i = 0; i < count; i++) {
		keys[i] = key_of(context, order[i]);
		*differ |= keys[i] ^ keys[0];
		ordered &= i == 0 || keys[i - 1] <= keys[i];
	}
	return !ordered;
}

static void sort_by_digit(uint64_t *to, const uint64_t *from, size_t count, unsigned shift)
{
	size_t places[256] = { 0 }, place = 0;

	for (size_t i = 0; i < count; i++)
		places[from[i] >> shift & 0xFF]++;
	for (size_t digit = 0; digit < 256; digit++) {
		size_t here = places[digit];

		places[digit] = place;
		place += here;
	}
	for (size_t i = 0; i < count; i++)
		to[places[from[i] >> shift & 0xFF]++] = from[i];
}

/* A key's bits from `shift` on, so many, and below them the place, of place_bits. */
struct packing {
	unsigned shift, bits, place_bits;
};

/* The words hold the keys. */
static void sort_packed(uint32_t *order, size_t count, struct packing packing,
			uint64_t *words, uint64_t *spare)
{
	uint64_t mask = ~0ull >> (64 - packing.bits);
	uint32_t *sorted;

	for (size_t i = 0; i < count; i++)
		words[i] = (words[i] >> packing.shift & mask) << packing.place_bits | i;
	for (unsigned bit = 0; bit < packing.bits; bit += 8) {
		uint64_t *swap = words;

		sort_by_digit(spare, words, count, packing.place_bits + bit);
		words = spare;
		spare = swap;
	}
	sorted = (uint32_t *)spare;
	for (size_t i = 0; i < count; i++)
		sorted[i] = order[words[i] & ((1ull << packing.place_bits) - 1)];
	memcpy(order, sorted, count * sizeof(*order));
}

bool sort_order(uint32_t *order, size_t count, sort_key_of key_of, const void *context)
{
	uint64_t *words = mem_resize(NULL, count, 2 * sizeof(*words)), differ;
	bool unordered = gather_keys(words, order, count, key_of, context, &differ);

	if (unordered) {
		unsigned end = 64 - (unsigned)__builtin_clzll(differ);
		unsigned place_bits = 64 - (unsigned)__builtin_clzll(count);
		unsigned shift = (unsigned)__builtin_ctzll(differ);

		for (;;) {
			unsigned left = end - shift, room = 64 - place_bits;
			struct packing packing = { shift, left < room ? left : room,
						   place_bits };

			sort_packed(order, count, packing, words, words + count);
			shift += packing.bits;
			if (shift == end)
				break;
			gather_keys(words, order, count, key_of, context, &differ);
		}
	}
	free(words);
	return unordered;
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

struct keyed_elements {
	const char *key_at; /* of the first */
	size_t size;
};

static uint64_t element_key(const void *context, uint32_t at)
{
	const struct keyed_elements *elements = context;
	uint64_t key;

	memcpy(&key, elements->key_at + at * elements->size, sizeof(key));
	return key;
}

void sort_by_key(void *elements, size_t count, size_t size, size_t key_offset)
{
	struct keyed_elements keyed;
	uint32_t *order;

	if (count < 2) /* of none there is no address */
		return;
	keyed = (struct keyed_elements){ (char *)elements + key_offset, size };
	order = mem_resize(NULL, count, sizeof(*order));
	for (uint32_t i = 0; i < count; i++)
		order[i] = i;
	if (sort_order(order, count, element_key, &keyed))
		move_elements(elements, count, size, order);
	free(order);
}
