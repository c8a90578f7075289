/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors of small and large elements: reserve, add, walk, free. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pipeline/base/vec.h"

struct large {
	uint64_t number;
	char rest[1000];
};

static void test_push_and_walk(void **state)
{
	VEC(uint32_t) numbers = { 0 };
	uint32_t expected = 0;

	(void)state;
	for (uint32_t i = 0; i < 100000; i++) {
		vec_push(&numbers, i * 3);
		assert_int_equal(numbers.len, i + 1);
		assert_true(numbers.cap >= numbers.len);
	}
	vec_for_each(number, &numbers) {
		assert_int_equal(*number, expected);
		expected += 3;
	}
	assert_int_equal(expected, 300000);
	vec_free(&numbers);
	assert_null(numbers.at);
	assert_int_equal(numbers.len, 0);
	assert_int_equal(numbers.cap, 0);
}

static void test_growth_doubles(void **state)
{
	VEC(unsigned char) bytes = { 0 };
	size_t moves = 0, cap = 0;

	(void)state;
	for (size_t i = 0; i < 1000000; i++) {
		vec_push(&bytes, 1);
		moves += bytes.cap != cap;
		cap = bytes.cap;
	}
	assert_in_range(moves, 1, 20);
	vec_free(&bytes);
}

static void test_large_elements(void **state)
{
	VEC(struct large) all = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 100; i++)
		vec_add(&all)->number = i;
	for (uint64_t i = 0; i < 100; i++)
		assert_int_equal(all.at[i].number, i);
	vec_free(&all);
}

static void test_reserve_is_enough(void **state)
{
	VEC(uint64_t) numbers = { 0 };
	uint64_t *at;

	(void)state;
	vec_reserve(&numbers, 1000);
	assert_true(numbers.cap >= 1000);
	assert_int_equal(numbers.len, 0);
	at = numbers.at;
	for (uint64_t i = 0; i < 1000; i++)
		vec_push(&numbers, i);
	assert_ptr_equal(numbers.at, at);
	vec_reserve(&numbers, 10);
	assert_ptr_equal(numbers.at, at);
	vec_free(&numbers);
}

static void test_empty_is_walked_over(void **state)
{
	VEC(uint64_t) numbers = { 0 };

	(void)state;
	vec_for_each(number, &numbers)
		fail_msg("an element %p of an empty vector", (void *)number);
	vec_free(&numbers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_push_and_walk),
		cmocka_unit_test(test_growth_doubles),
		cmocka_unit_test(test_large_elements),
		cmocka_unit_test(test_reserve_is_enough),
		cmocka_unit_test(test_empty_is_walked_over),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
