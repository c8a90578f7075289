/* SPDX-License-Identifier: Apache-2.0 */
/* Sorting many large elements by a 64-bit key: the keys are sorted, the elements moved once and in place. Less than 2^32 of them. */
#ifndef BASE_SORT_H
#define BASE_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sort_key {
	uint64_t key;
	uint32_t from; /* the caller's number */
};

/* Sorts by key; equal keys keep their order. Linear in count. False when they were in order already. */
bool sort_keys(struct sort_key *keys, size_t count);

/* Puts count elements of size bytes in the order of the uint64_t at key_offset in each; equal keys keep their order.
 * Linear in count; nothing is moved when they are sorted already. */
void sort_by_key(void *elements, size_t count, size_t size, size_t key_offset);

#endif
