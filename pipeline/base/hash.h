/* SPDX-License-Identifier: Apache-2.0 */
/* XXH3, the only hash in the program: content ids, signatures and hash tables. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash128 {
	uint64_t high, low;
};

/* Zeros stand for content that is not known. */
static inline bool hash128_is_none(const struct hash128 *hash)
{
	return hash->high == 0 && hash->low == 0;
}

static inline bool hash128_equal(const struct hash128 *a, const struct hash128 *b)
{
	return a->high == b->high && a->low == b->low;
}

struct hash_stream; /* opaque, made and released below */

uint64_t hash64(const void *bytes, size_t len);
uint64_t hash64_seeded(const void *bytes, size_t len, uint64_t seed);
struct hash128 hash128(const void *bytes, size_t len);

struct hash_stream *hash_stream_new(void);
void hash_stream_reset(struct hash_stream *stream);
void hash_stream_add(struct hash_stream *stream, const void *bytes, size_t len);
/* The hash of all bytes added so far; more may be added after it. Equal to hash128() of their join. */
struct hash128 hash_stream_value(const struct hash_stream *stream);
void hash_stream_free(struct hash_stream *stream);

/* Of a whole file, whatever its offset is; zeros when it cannot be read. */
struct hash128 hash_file(int fd);

#endif
