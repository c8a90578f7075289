/* SPDX-License-Identifier: Apache-2.0 */
/* A place map against struct map, which keeps its keys itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pipeline/base/place_map.h"

struct element {
	uint32_t number;
	uint64_t address;
};

typedef VEC(struct element) element_list;

static uint64_t draw(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 20;
}

static uint32_t put(struct place_map *map, element_list *list, uint64_t key)
{
	uint32_t at = place_put(map, key, PLACE_KEYS(list), list->len);

	if (at == MAP_NONE)
		vec_push(list, ((struct element){ (uint32_t)list->len, key }));
	return at;
}

static void test_empty(void **state)
{
	struct place_map map = { 0 };
	element_list list = { 0 };

	(void)state;
	assert_int_equal(place_get(&map, 0, PLACE_KEYS(&list)), MAP_NONE);
	assert_int_equal(put(&map, &list, 0), MAP_NONE);
	assert_int_equal(put(&map, &list, 0), 0);
	assert_int_equal(place_get(&map, 0, PLACE_KEYS(&list)), 0);
	assert_int_equal(place_get(&map, UINT64_MAX, PLACE_KEYS(&list)), MAP_NONE);
	place_map_free(&map);
	assert_int_equal(place_get(&map, 0, PLACE_KEYS(&list)), MAP_NONE);
	vec_free(&list);
}

/* Keys that come again, and lie close together or in all 64 bits. */
static void test_like_a_map(void **state)
{
	uint64_t seed = 11;

	(void)state;
	for (unsigned shift = 0; shift <= 40; shift += 20) {
		struct place_map map = { 0 };
		struct map known = { 0 };
		element_list list = { 0 };

		for (int i = 0; i < 60000; i++) {
			uint64_t key = draw(&seed) % 40000 << shift;
			uint32_t *at = map_place(&known, key);

			assert_int_equal(put(&map, &list, key), *at);
			if (*at == MAP_NONE)
				*at = (uint32_t)list.len - 1;
			key = draw(&seed) % 80000 << shift;
			assert_int_equal(place_get(&map, key, PLACE_KEYS(&list)),
					 map_get(&known, key));
		}
		assert_int_equal(map.len, list.len);
		place_map_free(&map);
		map_free(&known);
		vec_free(&list);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_like_a_map),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
