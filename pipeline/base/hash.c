/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XXH3 is compiled in rather than called: most of what is hashed is a name of a few dozen
 * bytes, where the call costs as much as the hash.
 */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "pipeline/base/hash.h"

#include <stdlib.h>
#include <unistd.h>

#include "pipeline/base/hash_avx2.h"
#include "pipeline/base/mem.h"
#include "pipeline/base/progress.h"

/* The state wants more alignment than malloc() promises, so it lies inside `block`. */
struct hash_stream {
	XXH3_state_t state;
	void *block;
	bool wide;
};

static struct hash128 from_xxh(XXH128_hash_t hash)
{
	return (struct hash128){ .high = hash.high64, .low = hash.low64 };
}

uint64_t hash64(const void *bytes, size_t len)
{
	return XXH3_64bits(bytes, len);
}

uint64_t hash64_seeded(const void *bytes, size_t len, uint64_t seed)
{
	return XXH3_64bits_withSeed(bytes, len, seed);
}

struct hash128 hash128(const void *bytes, size_t len)
{
	return from_xxh(XXH3_128bits(bytes, len));
}

struct hash_stream *hash_stream_new(void)
{
	size_t alignment = _Alignof(struct hash_stream);
	char *block = mem_alloc(sizeof(struct hash_stream) + alignment);
	size_t padding = -(uintptr_t)block & (alignment - 1);
	struct hash_stream *stream = (void *)(block + padding);

	stream->block = block;
	stream->wide = hash_avx2_there();
	hash_stream_reset(stream);
	return stream;
}

void hash_stream_reset(struct hash_stream *stream)
{
	XXH3_128bits_reset(&stream->state);
}

void hash_stream_add(struct hash_stream *stream, const void *bytes, size_t len)
{
	if (len == 0)
		return;
	if (stream->wide)
		hash_avx2_add(&stream->state, bytes, len);
	else
		XXH3_128bits_update(&stream->state, bytes, len);
}

struct hash128 hash_stream_value(const struct hash_stream *stream)
{
	return from_xxh(XXH3_128bits_digest(&stream->state));
}

void hash_stream_free(struct hash_stream *stream)
{
	if (stream)
		free(stream->block);
}

#define FILE_STEP (256u << 10)

struct hash128 hash_file(int fd)
{
	struct hash_stream *stream = hash_stream_new();
	char *buffer = mem_alloc(FILE_STEP);
	struct hash128 hash = { 0 };
	off_t at = 0;
	ssize_t got;

	while ((got = pread(fd, buffer, FILE_STEP, at)) > 0) {
		hash_stream_add(stream, buffer, (size_t)got);
		at += got;
		progress_step();
	}
	if (got == 0)
		hash = hash_stream_value(stream);
	hash_stream_free(stream);
	free(buffer);
	return hash;
}
