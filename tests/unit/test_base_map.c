/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both tables against a list that is searched from its beginning. Keys come from a small
 * set, so that most are met again, and from the patterns that real and hostile keys have:
 * multiples of a page, neighbours, one high bit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "pipeline/base/map.h"
#include "pipeline/base/vec.h"

static uint64_t random_state = 11;

static uint64_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

struct pair {
	uint64_t key;
	uint32_t value;
};

typedef VEC(struct pair) pair_vec;

static struct pair *list_find(pair_vec *list, uint64_t key)
{
	vec_for_each(pair, list)
		if (pair->key == key)
			return pair;
	return NULL;
}

static uint64_t random_key(void)
{
	uint64_t small = next_random() % 400;

	switch (next_random() % 6) {
	case 0:
		return small;
	case 1:
		return UINT64_MAX - small;
	case 2:
		return 0xffffe00000000000u + small * 4096;
	case 3:
		return small << 56;
	case 4:
		return (uint64_t)1 << small % 64;
	default:
		return small * 0x9e3779b97f4a7c15u;
	}
}

static void check_map(const struct map *map, pair_vec *list)
{
	size_t taken = 0;

	assert_int_equal(map->len, list->len);
	vec_for_each(pair, list)
		assert_int_equal(map_get(map, pair->key), pair->value);
	for (size_t i = 0; i < map->cap; i++)
		taken += map->values[i] != MAP_NONE;
	assert_int_equal(taken, list->len);
	assert_true(map->len * 10 <= map->cap * 7);
}

static void put_random(struct map *map, pair_vec *list)
{
	uint64_t key = random_key();
	uint32_t value = (uint32_t)(next_random() % MAP_NONE);
	struct pair *known = list_find(list, key);
	uint32_t *place;

	assert_int_equal(map_get(map, key), known ? known->value : MAP_NONE);
	place = map_place(map, key);
	assert_int_equal(*place, known ? known->value : MAP_NONE);
	*place = value;
	if (known)
		known->value = value;
	else
		vec_push(list, ((struct pair){ key, value }));
}

static void test_map_like_a_list(void **state)
{
	struct map map = { 0 };
	pair_vec list = { 0 };

	(void)state;
	for (int round = 0; round < 20; round++) {
		int count = (int)(next_random() % 6000);

		for (int i = 0; i < count; i++)
			put_random(&map, &list);
		check_map(&map, &list);
		map_clear(&map);
		list.len = 0;
		assert_int_equal(map_get(&map, random_key()), MAP_NONE);
	}
	map_free(&map);
	vec_free(&list);
}

static void test_map_edge_keys(void **state)
{
	static const uint64_t keys[] = { 0, UINT64_MAX, UINT32_MAX, (uint64_t)1 << 63, 1 };
	struct map map = { 0 };

	(void)state;
	assert_int_equal(map_get(&map, 0), MAP_NONE);
	for (uint32_t i = 0; i < 5; i++) {
		assert_int_equal(map_get(&map, keys[i]), MAP_NONE);
		*map_place(&map, keys[i]) = i;
	}
	for (uint32_t i = 0; i < 5; i++)
		assert_int_equal(map_get(&map, keys[i]), i);
	assert_int_equal(map.len, 5);
	map_free(&map);
	assert_int_equal(map_get(&map, 0), MAP_NONE);
}

/* Keys that differ in few bits must spread: the average walk to a key stays short. */
static void test_map_spreads_patterns(void **state)
{
	(void)state;
	for (unsigned shift = 0; shift <= 44; shift += 4) {
		struct map map = { 0 };
		size_t longest = 0, run = 0;

		for (uint64_t i = 0; i < 100000; i++)
			*map_place(&map, i << shift) = (uint32_t)i;
		for (uint64_t i = 0; i < 100000; i++)
			assert_int_equal(map_get(&map, i << shift), i);
		for (size_t i = 0; i < map.cap; i++) {
			run = map.values[i] == MAP_NONE ? 0 : run + 1;
			longest = run > longest ? run : longest;
		}
		assert_in_range(longest, 1, 1000);
		map_free(&map);
	}
}

static void test_map_gives_a_giant_back(void **state)
{
	struct map map = { 0 };

	(void)state;
	for (uint32_t i = 0; i < 1000000; i++)
		*map_place(&map, i) = i;
	map_clear(&map);
	*map_place(&map, 5) = 6;
	map_clear(&map);
	assert_true(map.cap < 100000);
	assert_int_equal(map_get(&map, 5), MAP_NONE);
	map_free(&map);
}

/* A random text, often one seen before; binary, with NUL bytes; sometimes long. */
static struct slice random_text(char out[600])
{
	size_t len = next_random() % 50 ? next_random() % 4 : next_random() % 600;

	for (size_t i = 0; i < len; i++)
		out[i] = (char)(len < 4 ? next_random() % 9 - 4 : next_random());
	return (struct slice){ out, len };
}

static uint32_t list_number(const struct names *names, struct slice text)
{
	for (uint32_t number = 1; number <= names->texts.len; number++)
		if (slice_equal(names_text(names, number), text))
			return number;
	return 0;
}

static void add_random(struct names *names)
{
	char buffer[600];
	struct slice text = random_text(buffer);
	uint32_t known = list_number(names, text), number;
	size_t count = names->texts.len;

	assert_int_equal(names_find(names, text), known);
	number = names_add(names, text);
	if (text.len == 0) {
		assert_int_equal(number, 0);
		assert_int_equal(names->texts.len, count);
		return;
	}
	assert_int_equal(number, known ? known : count + 1);
	assert_int_equal(names->texts.len, known ? count : count + 1);
	assert_true(slice_equal(names_text(names, number), text));
	assert_ptr_not_equal(names_text(names, number).at, text.at);
}

static void test_names_like_a_list(void **state)
{
	struct names names = { 0 };

	(void)state;
	for (int round = 0; round < 10; round++) {
		int count = (int)(next_random() % 4000);

		for (int i = 0; i < count; i++)
			add_random(&names);
		names_clear(&names);
		assert_int_equal(names_find(&names, SLICE("\x01")), 0);
		assert_null(names_text(&names, 1).at);
	}
	names_free(&names);
	assert_int_equal(names_find(&names, SLICE("a")), 0);
}

static void test_names_edges(void **state)
{
	struct names names = { 0 };

	(void)state;
	assert_int_equal(names_find(&names, SLICE("nt")), 0);
	assert_int_equal(names_add(&names, SLICE("")), 0);
	assert_int_equal(names_add(&names, SLICE_NONE), 0);
	assert_int_equal(names_add(&names, SLICE("\0")), 1);
	assert_int_equal(names_add(&names, SLICE("\0\0")), 2);
	assert_int_equal(names_add(&names, SLICE("nt")), 3);
	assert_int_equal(names_add(&names, SLICE("NT")), 4);
	assert_int_equal(names_add(&names, SLICE("nt")), 3);
	assert_string_equal(names_text(&names, 3).at, "nt");
	assert_null(names_text(&names, 0).at);
	assert_null(names_text(&names, 5).at);
	assert_null(names_text(&names, UINT32_MAX).at);
	names_free(&names);
}

static void test_names_many(void **state)
{
	struct names names = { 0 };
	char text[32];

	(void)state;
	for (uint32_t i = 1; i <= 300000; i++) {
		int len = snprintf(text, sizeof(text), "module!Symbol%u", i);

		assert_int_equal(names_add(&names, (struct slice){ text, (size_t)len }), i);
	}
	for (uint32_t i = 1; i <= 300000; i++) {
		int len = snprintf(text, sizeof(text), "module!Symbol%u", i);

		assert_int_equal(names_find(&names, (struct slice){ text, (size_t)len }), i);
		assert_string_equal(names_text(&names, i).at, text);
	}
	names_clear(&names);
	assert_int_equal(names_add(&names, SLICE("first")), 1);
	names_free(&names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_map_like_a_list),
		cmocka_unit_test(test_map_edge_keys),
		cmocka_unit_test(test_map_spreads_patterns),
		cmocka_unit_test(test_map_gives_a_giant_back),
		cmocka_unit_test(test_names_like_a_list),
		cmocka_unit_test(test_names_edges),
		cmocka_unit_test(test_names_many),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
