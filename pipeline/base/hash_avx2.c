/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xxHash chooses its registers when it is compiled, by what the compiler may use. This file alone is compiled for AVX2; it
 * must hold nothing that runs elsewhere. clang does not let a pragma choose: there the other one is all there is.
 */
#if defined(__x86_64__) && !defined(__clang__)
#pragma GCC target("avx2")
#define HAVE_AVX2
#endif

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "pipeline/base/hash_avx2.h"

bool hash_avx2_there(void)
{
#ifdef HAVE_AVX2
	return __builtin_cpu_supports("avx2");
#else
	return false;
#endif
}

void hash_avx2_add(void *state, const void *bytes, size_t len)
{
	XXH3_128bits_update(state, bytes, len);
}
