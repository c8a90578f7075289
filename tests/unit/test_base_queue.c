/* SPDX-License-Identifier: Apache-2.0 */
/* The queue against two counters: what comes out is what went in, in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pipeline/base/queue.h"

static char elements[100000];

static void fill_and_drain(size_t cap, size_t push_burst, size_t pop_burst)
{
	struct queue queue;
	size_t pushed = 0, popped = 0;

	queue_init(&queue, cap);
	for (int round = 0; round < 1000; round++) {
		for (size_t i = 0; i < push_burst; i++) {
			bool has_room = pushed - popped < cap;

			assert_int_equal(queue_push(&queue, &elements[pushed]), has_room);
			pushed += has_room;
		}
		assert_int_equal(queue.len, pushed - popped);
		for (size_t i = 0; i < pop_burst; i++) {
			if (popped == pushed) {
				assert_null(queue_pop(&queue));
				continue;
			}
			assert_ptr_equal(queue_pop(&queue), &elements[popped]);
			popped++;
		}
	}
	queue_free(&queue);
}

static void test_bursts(void **state)
{
	(void)state;
	for (size_t cap = 1; cap <= 9; cap++)
		for (size_t push_burst = 1; push_burst <= 11; push_burst++)
			for (size_t pop_burst = 1; pop_burst <= 11; pop_burst++)
				fill_and_drain(cap, push_burst, pop_burst);
}

static void test_no_room_at_all(void **state)
{
	struct queue queue;

	(void)state;
	queue_init(&queue, 0);
	assert_false(queue_push(&queue, elements));
	assert_null(queue_pop(&queue));
	queue_free(&queue);
	assert_null(queue_pop(&queue));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bursts),
		cmocka_unit_test(test_no_room_at_all),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
