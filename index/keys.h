/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys, byte by byte as index/FORMAT.md gives them. Numbers are big endian so that the
 * order of bytes is the order of numbers.
 */
#ifndef INDEX_KEYS_H
#define INDEX_KEYS_H

#include <stdint.h>

#include "pipeline/base/slice.h"

#define KEY_MAX 32
#define KEY_IMAGE_BYTES 15 /* IMAGE_CUT */
#define KEY_BASELINE_BYTES (KEY_IMAGE_BYTES + sizeof(uint32_t))

struct key {
	unsigned char bytes[KEY_MAX];
	uint8_t len;
};

static inline struct slice key_slice(const struct key *key)
{
	return (struct slice){ (const char *)key->bytes, key->len };
}

/* For qsort(). */
int key_compare(const void *left, const void *right);

struct key key_bundle(struct slice path);
struct key key_incident(uint64_t id);
struct key key_version(uint64_t id, uint64_t version);
/* Latest moment first, MOMENT_NONE last. */
struct key key_by_time(int64_t moment, uint64_t id);
/* The image in ASCII lower case, cut or filled up with zeros to KEY_IMAGE_BYTES: what
 * all spellings of one image have in common. */
struct key key_image(struct slice image);
/* Most zombies first. */
struct key key_by_zombies(uint64_t zombies, uint64_t id);
/* Fewest threads first; those of which none were listed (NUMBER_NONE) last. */
struct key key_image_incident(struct slice image, uint32_t threads, uint64_t id);
/* Most first. */
struct key key_pattern_incident(uint8_t pattern, uint64_t count, uint64_t id);
/* Most incidents first, then most chains. */
struct key key_by_incidents(uint64_t incidents, uint64_t chains, uint64_t signature);
struct key key_signature(uint64_t signature);
struct key key_signature_incident(uint64_t signature, uint64_t id);

struct key key_baseline(struct slice image, uint32_t build);

/* Eight bytes at `at` as a number. */
uint64_t key_number(const void *at);
int64_t key_moment(const void *at);
/* Counts as key_by_zombies() and its like turn them round; threads as key_image_incident() has them. */
uint64_t key_count(const void *at);
uint32_t key_threads(const void *at);
/* The build behind the image of key_baseline(). */
uint32_t key_build(const void *at);

#endif
