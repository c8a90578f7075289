/* SPDX-License-Identifier: Apache-2.0 */
/* Sorting many large elements by a 64-bit key: the keys are sorted, the elements moved once and in place. At most 2^32 - 1 of them. */
#ifndef BASE_SORT_H
#define BASE_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The key of element number `at`. */
typedef uint64_t (*sort_key_of)(const void *context, uint32_t at);

/* Sorts numbers of elements by the elements' keys; equal keys keep their order. Linear in count. False when they were in order
 * already. */
bool sort_order(uint32_t *order, size_t count, sort_key_of key_of, const void *context);

/* Puts count elements of size bytes in the order of the uint64_t at key_offset in each; equal keys keep their order.
 * Linear in count; nothing is moved when they are sorted already. */
void sort_by_key(void *elements, size_t count, size_t size, size_t key_offset);

#endif
