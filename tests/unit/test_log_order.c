/* SPDX-License-Identifier: Apache-2.0 */
/* Rows in the order of the log and back in that of their table; and orders that no table has, which must be refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/log_order.h"

struct item {
	uint32_t number;
	struct evidence evidence;
};

static struct log_rows rows_of(const struct item *items, size_t count)
{
	return (struct log_rows){ items, count, sizeof(*items),
				  offsetof(struct item, evidence) };
}

static struct item item_at(uint32_t number, uint32_t source, uint64_t offset)
{
	return (struct item){ number, { .source = source, .offset = offset } };
}

/* The items with the order's bytes read back, some at a time; NULL when refused. Without a table the verdict is the same. */
static struct item *undo_bytes(const struct item *in_log, const unsigned char *bytes,
			       size_t len, size_t count)
{
	struct bytes_reader reader = bytes_reader_from(bytes, len);
	struct item *table = mem_alloc_zero(count, sizeof(*table));
	struct log_order order, checked;
	bool good = log_order_begin(&order, count, &reader);

	assert_true(good != reader.bad);
	assert_int_equal(bytes_left(&reader), 0);
	reader = bytes_reader_from(bytes, len);
	assert_true(log_order_begin(&checked, count, &reader) == good);
	for (size_t at = 0; good && at < count; at += 100) {
		struct log_rows rows =
			rows_of(in_log + at, count - at < 100 ? count - at : 100);

		good = log_order_undo(&order, rows, table);
		assert_true(log_order_undo(&checked, rows, NULL) == good);
	}
	log_order_end(&order);
	log_order_end(&checked);
	if (good)
		return table;
	free(table);
	return NULL;
}

static struct item *undo(const struct item *in_log, const uint32_t *order, size_t count)
{
	byte_vec bytes = { 0 };
	struct item *table;

	log_order_encode(order, count, &bytes);
	table = undo_bytes(in_log, bytes.at, bytes.len, count);
	vec_free(&bytes);
	return table;
}

static void check_comes_back(const struct item *items, size_t count)
{
	uint32_t *order = log_order_of(rows_of(items, count));
	struct item *in_log = mem_resize(NULL, count, sizeof(*in_log)), *table;

	log_order_take(rows_of(items, count), order, count, in_log);
	table = undo(in_log, order, count);
	for (size_t i = 1; i < count; i++) {
		const struct evidence *a = &in_log[i - 1].evidence, *b = &in_log[i].evidence;

		assert_true(a->source < b->source ||
			    (a->source == b->source && a->offset <= b->offset));
	}
	assert_non_null(table);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(table[i].number, items[i].number);
	free(table);
	free(in_log);
	free(order);
}

/* Counts on both sides of those from which a further plane of bytes is written. */
static void test_rows_come_back(void **state)
{
	static const size_t counts[] = { 1, 2, 3, 127, 128, 129, 32767, 32768, 70000 };
	uint64_t any = 0x9e3779b97f4a7c15u;

	(void)state;
	for (size_t n = 0; n < sizeof(counts) / sizeof(counts[0]); n++) {
		struct item *items = mem_alloc_zero(counts[n], sizeof(*items));

		for (uint32_t i = 0; i < counts[n]; i++)
			items[i] = item_at(i, 7, i);
		check_comes_back(items, counts[n]);
		for (uint32_t i = 0; i < counts[n]; i++)
			items[i].evidence.offset = UINT64_MAX - i;
		check_comes_back(items, counts[n]);
		for (uint32_t i = 0; i < counts[n]; i++) {
			any = any * 6364136223846793005u + 1442695040888963407u;
			items[i] = item_at(i, any >> 40 & 1 ? UINT32_MAX : any >> 41 & 3,
					   any >> 45);
		}
		check_comes_back(items, counts[n]);
		free(items);
	}
}

static void test_equal_places_keep_their_order(void **state)
{
	const struct item items[] = { item_at(0, 1, 9), item_at(1, 0, 9), item_at(2, 1, 9),
				      item_at(3, 0, 9), item_at(4, 0, UINT64_MAX) };
	uint32_t *order = log_order_of(rows_of(items, 5));
	static const uint32_t expected[] = { 1, 3, 4, 0, 2 };

	(void)state;
	assert_memory_equal(order, expected, sizeof(expected));
	free(order);
	check_comes_back(items, 5);
}

static void test_other_orders_are_refused(void **state)
{
	const struct item in_log[] = { item_at(0, 0, 5), item_at(1, 0, 5), item_at(2, 0, 6) };
	const struct item not_in_log[] = { item_at(0, 0, 6), item_at(1, 0, 5) };
	const struct item by_source[] = { item_at(0, 1, 5), item_at(1, 0, 6) };
	static const uint32_t good[] = { 1, 2, 0 }, twice[] = { 1, 1, 0 },
			      beyond[] = { 1, 3, 0 }, equals_turned[] = { 2, 1, 0 },
			      far[] = { 0, 1, UINT32_MAX };
	struct item *table = undo(in_log, good, 3);

	(void)state;
	assert_non_null(table);
	free(table);
	assert_null(undo(in_log, twice, 3));
	assert_null(undo(in_log, beyond, 3));
	assert_null(undo(in_log, far, 3));
	assert_null(undo(in_log, equals_turned, 3));
	assert_null(undo(not_in_log, (const uint32_t[]){ 0, 1 }, 2));
	assert_null(undo(not_in_log, (const uint32_t[]){ 1, 0 }, 2));
	assert_null(undo(by_source, (const uint32_t[]){ 1, 0 }, 2));
}

/* A first number below 0, and bytes that end too soon. */
static void test_damaged_bytes_are_refused(void **state)
{
	const struct item in_log[] = { item_at(0, 0, 5), item_at(1, 0, 6) };
	static const unsigned char below[] = { 1, 4 }, good[] = { 2, 3 };
	void *table = undo_bytes(in_log, good, 2, 2);

	(void)state;
	assert_non_null(table);
	free(table);
	assert_null(undo_bytes(in_log, below, 2, 2));
	assert_null(undo_bytes(in_log, good, 1, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_come_back),
		cmocka_unit_test(test_equal_places_keep_their_order),
		cmocka_unit_test(test_other_orders_are_refused),
		cmocka_unit_test(test_damaged_bytes_are_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
