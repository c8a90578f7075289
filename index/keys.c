/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making and reading keys. LMDB limits them to 511 bytes, which a path may exceed: a
 * bundle's key is a hash of its path, and whoever looks it up compares the path that the
 * row holds.
 */
#include "index/keys.h"

#include "pipeline/base/hash.h"
#include "stages/record.h"

_Static_assert(KEY_IMAGE_BYTES == IMAGE_CUT, "an image is cut alike everywhere");

int key_compare(const void *left, const void *right)
{
	const struct key *a = left, *b = right;

	return slice_compare(key_slice(a), key_slice(b));
}

static void add_number(struct key *key, uint64_t number)
{
	uint64_t big_endian = __builtin_bswap64(number);

	memcpy(key->bytes + key->len, &big_endian, sizeof(big_endian));
	key->len += sizeof(big_endian);
}

static struct key one(uint64_t number)
{
	struct key key = { .len = 0 };

	add_number(&key, number);
	return key;
}

static struct key two(uint64_t first, uint64_t second)
{
	struct key key = one(first);

	add_number(&key, second);
	return key;
}

struct key key_bundle(struct slice path)
{
	struct hash128 hash = hash128(path.at, path.len);

	return two(hash.high, hash.low);
}

struct key key_incident(uint64_t id)
{
	return one(id);
}

struct key key_version(uint64_t id, uint64_t version)
{
	return two(id, version);
}

/* Flipping the sign bit orders negative numbers before positive ones; flipping all
 * bits turns it round. */
static uint64_t turn(uint64_t number)
{
	return ~(number ^ (uint64_t)1 << 63);
}

struct key key_by_time(int64_t moment, uint64_t id)
{
	return two(turn((uint64_t)moment), id);
}

struct key key_image(struct slice image)
{
	struct key key = { .len = KEY_IMAGE_BYTES };

	image = image_cut(image);
	for (size_t i = 0; i < image.len; i++) {
		char c = image.at[i];

		key.bytes[i] = (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
	}
	return key;
}

struct key key_by_zombies(uint64_t zombies, uint64_t id)
{
	return two(~zombies, id);
}

static void add_short(struct key *key, uint32_t number)
{
	uint16_t big_endian =
		__builtin_bswap16((uint16_t)(number < UINT16_MAX ? number : UINT16_MAX));

	memcpy(key->bytes + key->len, &big_endian, sizeof(big_endian));
	key->len += sizeof(big_endian);
}

struct key key_image_incident(struct slice image, uint32_t threads, uint64_t id)
{
	struct key key = key_image(image);

	add_short(&key, threads);
	add_number(&key, id);
	return key;
}

struct key key_pattern_incident(uint8_t pattern, uint64_t count, uint64_t id)
{
	struct key key = { .bytes = { pattern }, .len = 1 };

	add_number(&key, ~count);
	add_number(&key, id);
	return key;
}

struct key key_by_incidents(uint64_t incidents, uint64_t chains, uint64_t signature)
{
	struct key key = two(~incidents, ~chains);

	add_number(&key, signature);
	return key;
}

struct key key_signature(uint64_t signature)
{
	return one(signature);
}

struct key key_signature_incident(uint64_t signature, uint64_t id)
{
	return two(signature, id);
}

struct key key_baseline(struct slice image, uint32_t build)
{
	struct key key = key_image(image);
	uint32_t big_endian = __builtin_bswap32(build);

	memcpy(key.bytes + key.len, &big_endian, sizeof(big_endian));
	key.len += sizeof(big_endian);
	return key;
}

uint64_t key_number(const void *at)
{
	uint64_t big_endian;

	memcpy(&big_endian, at, sizeof(big_endian));
	return __builtin_bswap64(big_endian);
}

uint64_t key_count(const void *at)
{
	return ~key_number(at);
}

uint32_t key_threads(const void *at)
{
	uint16_t big_endian;

	memcpy(&big_endian, at, sizeof(big_endian));
	big_endian = __builtin_bswap16(big_endian);
	return big_endian == UINT16_MAX ? NUMBER_NONE : big_endian;
}

int64_t key_moment(const void *at)
{
	return (int64_t)turn(key_number(at));
}

uint32_t key_build(const void *at)
{
	uint32_t big_endian;

	memcpy(&big_endian, at, sizeof(big_endian));
	return __builtin_bswap32(big_endian);
}
