/* SPDX-License-Identifier: Apache-2.0 */
/* The same hash by wider registers, for processors that have them; hash.c asks, nobody else. */
#ifndef BASE_HASH_AVX2_H
#define BASE_HASH_AVX2_H

#include <stdbool.h>
#include <stddef.h>

/* Whether this build has it and this processor can do it. */
bool hash_avx2_there(void);
/* XXH3_128bits_update() on a state that XXH3_128bits_reset() made. Only where it is there. */
void hash_avx2_add(void *state, const void *bytes, size_t len);

#endif
