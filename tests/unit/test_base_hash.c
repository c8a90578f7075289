/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hashes are part of what is on disk, so known values are pinned here (XXH3 of the
 * empty text and of "abc", as xxhsum prints them). The stream must equal the one-shot
 * hash however it is fed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pipeline/base/hash.h"

static uint64_t random_state = 3;

static uint64_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static void assert_same(struct hash128 a, struct hash128 b)
{
	assert_int_equal(a.high, b.high);
	assert_int_equal(a.low, b.low);
}

static void test_known_values(void **state)
{
	(void)state;
	assert_int_equal(hash64("", 0), 0x2d06800538d394c2u);
	assert_int_equal(hash64("abc", 3), 0x78af5f94892f3950u);
	assert_int_equal(hash64_seeded("abc", 3, 0), 0x78af5f94892f3950u);
	assert_same(hash128("", 0),
		    (struct hash128){ 0x99aa06d3014798d8u, 0x6001c324468d497fu });
	assert_same(hash128("abc", 3),
		    (struct hash128){ 0x06b05ab6733a6185u, 0x78af5f94892f3950u });
}

static void test_seed_and_bytes_matter(void **state)
{
	(void)state;
	assert_int_not_equal(hash64_seeded("abc", 3, 1), hash64_seeded("abc", 3, 2));
	assert_int_not_equal(hash64("abc", 3), hash64("abd", 3));
	assert_int_not_equal(hash64("abc", 3), hash64("abc\0", 4));
}

static void feed(const unsigned char *bytes, size_t len, size_t largest)
{
	struct hash_stream *stream = hash_stream_new();

	for (size_t at = 0; at < len;) {
		size_t piece = next_random() % (largest + 1);

		if (piece > len - at)
			piece = len - at;
		hash_stream_add(stream, bytes + at, piece);
		at += piece;
	}
	assert_same(hash_stream_value(stream), hash128(bytes, len));
	hash_stream_free(stream);
}

static void test_stream_equals_one_shot(void **state)
{
	static unsigned char bytes[20000];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)next_random();
	for (size_t len = 0; len < 1500; len++) {
		feed(bytes, len, 7);
		feed(bytes, len, 300);
	}
	for (int i = 0; i < 100; i++)
		feed(bytes, next_random() % sizeof(bytes), 1 + next_random() % 5000);
}

static void test_stream_goes_on_and_again(void **state)
{
	struct hash_stream *stream = hash_stream_new();

	(void)state;
	assert_same(hash_stream_value(stream), hash128("", 0));
	hash_stream_add(stream, "kd", 2);
	assert_same(hash_stream_value(stream), hash128("kd", 2));
	hash_stream_add(stream, NULL, 0);
	hash_stream_add(stream, ".log", 4);
	assert_same(hash_stream_value(stream), hash128("kd.log", 6));
	hash_stream_reset(stream);
	assert_same(hash_stream_value(stream), hash128("", 0));
	hash_stream_free(stream);
	hash_stream_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_values),
		cmocka_unit_test(test_seed_and_bytes_matter),
		cmocka_unit_test(test_stream_equals_one_shot),
		cmocka_unit_test(test_stream_goes_on_and_again),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
