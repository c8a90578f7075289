/* SPDX-License-Identifier: Apache-2.0 */
/* Sorting many large elements by a 64-bit key inside them: the keys are sorted, the elements moved once. */
#ifndef BASE_SORT_H
#define BASE_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Puts count elements of size bytes in the order of the uint64_t at key_offset in each; equal keys keep their order.
 * Linear in count; nothing is moved when they are sorted already. */
void sort_by_key(void *elements, size_t count, size_t size, size_t key_offset);

#endif
