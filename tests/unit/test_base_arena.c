/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arena: requests are aligned, do not overlap and keep their bytes, whatever their
 * sizes. Every request is filled with a letter of its own, and all of them are read again
 * at the end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pipeline/base/arena.h"
#include "pipeline/base/vec.h"

struct request {
	unsigned char *at;
	size_t len;
	unsigned char letter;
};

typedef VEC(struct request) request_vec;

static uint64_t random_state = 7;

static uint64_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* Mostly small, some near the sizes of blocks, a few larger than any block. */
static size_t random_size(void)
{
	static const size_t sizes[] = { 4096, 8192, 262144, 262145, 1048576, 3000000 };

	switch (next_random() % 200) {
	case 0:
		return sizes[next_random() % 6];
	case 1:
		return sizes[next_random() % 3] - 40 + next_random() % 80;
	default:
		return next_random() % 200;
	}
}

static void request_one(struct arena *arena, request_vec *requests)
{
	struct request request = {
		.len = random_size(),
		.letter = (unsigned char)next_random(),
	};

	if (next_random() % 2) {
		request.at = arena_alloc(arena, request.len);
		assert_int_equal((uintptr_t)request.at % _Alignof(max_align_t), 0);
	} else {
		static char text[3000000];
		struct slice copy;

		copy = arena_copy(arena, (struct slice){ text, request.len });
		assert_int_equal(copy.len, request.len);
		assert_int_equal(copy.at[copy.len], '\0');
		request.at = (unsigned char *)copy.at;
	}
	assert_non_null(request.at);
	memset(request.at, request.letter, request.len);
	vec_push(requests, request);
}

static void check_all(const request_vec *requests)
{
	vec_for_each(request, requests) {
		for (size_t i = 0; i < request->len; i++)
			if (request->at[i] != request->letter)
				fail_msg("a request was overwritten");
	}
}

static void test_requests_keep_their_bytes(void **state)
{
	struct arena arena = { 0 };
	request_vec requests = { 0 };

	(void)state;
	for (int round = 0; round < 5; round++) {
		for (int i = 0; i < 2000; i++)
			request_one(&arena, &requests);
		check_all(&requests);
		requests.len = 0;
		arena_reset(&arena);
		assert_int_equal(arena.bytes, 0);
	}
	vec_free(&requests);
	arena_free(&arena);
	assert_null(arena.newest);
}

/* What is cut off the front of a block must not move its end. */
static void check_end(const struct arena *arena, const struct arena_block **newest, char **end)
{
	if (arena->newest == *newest)
		assert_ptr_equal(arena->free_at + arena->free_len, *end);
	*newest = arena->newest;
	*end = arena->free_at + arena->free_len;
}

/* Many small arenas, so that the ends of blocks are met with every amount of padding. */
static void test_ends_of_blocks(void **state)
{
	request_vec requests = { 0 };

	(void)state;
	for (int round = 0; round < 500; round++) {
		struct arena arena = { 0 };
		const struct arena_block *newest = NULL;
		char *end = NULL;

		while (arena.bytes < 30000) {
			size_t len = next_random() % 120;
			struct request request = {
				.at = arena_alloc(&arena, len),
				.len = len,
				.letter = (unsigned char)next_random(),
			};

			memset(request.at, request.letter, request.len);
			vec_push(&requests, request);
			arena_copy(&arena, slice_first(SLICE("nt!KiSwap"), len % 10));
			check_end(&arena, &newest, &end);
		}
		check_all(&requests);
		requests.len = 0;
		arena_free(&arena);
	}
	vec_free(&requests);
}

static void test_addresses_differ_even_for_nothing(void **state)
{
	struct arena arena = { 0 };
	char *first = arena_alloc(&arena, 0), *second = arena_alloc(&arena, 0);

	(void)state;
	assert_non_null(first);
	assert_ptr_not_equal(first, second);
	assert_string_equal(arena_copy(&arena, SLICE_NONE).at, "");
	arena_free(&arena);
}

static void test_large_request_leaves_the_block_in_use(void **state)
{
	struct arena arena = { 0 };
	char *before = arena_alloc(&arena, 16), *large, *after;

	(void)state;
	large = arena_alloc(&arena, 5000000);
	memset(large, 1, 5000000);
	after = arena_alloc(&arena, 16);
	assert_ptr_equal(after, before + 16);
	assert_int_equal(arena.bytes, 16 + 5000000 + 16);
	arena_free(&arena);
}

static void test_large_request_comes_first(void **state)
{
	struct arena arena = { 0 };

	(void)state;
	for (int round = 0; round < 3; round++) {
		memset(arena_alloc(&arena, 2000000), 1, 2000000);
		memset(arena_alloc(&arena, 300), 2, 300);
		arena_reset(&arena);
	}
	memset(arena_alloc(&arena, 2000000), 1, 2000000);
	arena_reset(&arena);
	arena_free(&arena);
}

static void test_reset_keeps_a_block(void **state)
{
	struct arena arena = { 0 };
	struct arena_block *kept;

	(void)state;
	for (int i = 0; i < 100; i++)
		arena_alloc(&arena, 1000);
	kept = arena.newest;
	arena_reset(&arena);
	assert_ptr_equal(arena.newest, kept);
	assert_true(arena.free_len >= 32768);
	arena_alloc(&arena, 1000);
	assert_ptr_equal(arena.newest, kept);
	arena_free(&arena);
}

static void test_reset_gives_a_giant_back(void **state)
{
	struct arena arena = { 0 };

	(void)state;
	arena_alloc(&arena, (size_t)64 << 20);
	arena_reset(&arena);
	assert_null(arena.newest);
	arena_reset(&arena);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests_keep_their_bytes),
		cmocka_unit_test(test_ends_of_blocks),
		cmocka_unit_test(test_addresses_differ_even_for_nothing),
		cmocka_unit_test(test_large_request_leaves_the_block_in_use),
		cmocka_unit_test(test_large_request_comes_first),
		cmocka_unit_test(test_reset_keeps_a_block),
		cmocka_unit_test(test_reset_gives_a_giant_back),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
