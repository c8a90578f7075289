/* SPDX-License-Identifier: Apache-2.0 */
/* sort_by_key against an insertion sort, which is slow, stable and obviously right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pipeline/base/sort.h"

struct element {
	char before[5];
	uint64_t key;
	uint32_t number; /* where it stood */
};

static uint64_t draw(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 20;
}

static void insertion_sort(struct element *at, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct element taken = at[i];
		size_t k = i;

		for (; k > 0 && at[k - 1].key > taken.key; k--)
			at[k] = at[k - 1];
		at[k] = taken;
	}
}

static void check(struct element *at, size_t count)
{
	struct element *want = malloc((count + 1) * sizeof(*want));

	memcpy(want, at, count * sizeof(*at));
	insertion_sort(want, count);
	sort_by_key(at, count, sizeof(*at), offsetof(struct element, key));
	assert_memory_equal(at, want, count * sizeof(*at));
	free(want);
}

static void test_random_keys(void **state)
{
	static struct element elements[600];
	uint64_t seed = 7;

	(void)state;
	for (int round = 0; round < 200; round++) {
		size_t count = draw(&seed) % 600;
		/* Few distinct keys, addresses that share their upper half, and keys of all 64 bits. */
		unsigned shift = (unsigned)(draw(&seed) % 3) * 20;
		uint64_t base = draw(&seed) << 40;

		memset(elements, 0, sizeof(elements));
		for (size_t i = 0; i < count; i++) {
			elements[i].key = base ^ (draw(&seed) << shift) % (1 + draw(&seed));
			elements[i].number = (uint32_t)i;
		}
		check(elements, count);
	}
}

static void test_ends_of_the_range(void **state)
{
	struct element elements[] = {
		{ "a", UINT64_MAX, 0 }, { "b", 0, 1 }, { "c", UINT64_MAX, 2 },
		{ "d", 1ull << 63, 3 }, { "e", 0, 4 },
	};

	(void)state;
	check(elements, 0);
	check(elements, 1);
	check(elements, sizeof(elements) / sizeof(elements[0]));
	check(elements, sizeof(elements) / sizeof(elements[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_keys),
		cmocka_unit_test(test_ends_of_the_range),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
