/* SPDX-License-Identifier: Apache-2.0 */
/* The line of progress: what it says, what is left out where there is little room, and when a time left is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pipeline/base/utf8.h"
#include "pipeline/progress_line.h"
#include "pipeline/progress_pace.h"

static char *line;

static const char *drawn(const struct progress_state *state, int64_t elapsed_ms, size_t columns)
{
	size_t len;
	FILE *memory = open_memstream(&line, &len);

	assert_non_null(memory);
	progress_line_print(memory, state, elapsed_ms, columns);
	fclose(memory);
	return line;
}

static void check(const struct progress_state *state, int64_t elapsed_ms, size_t columns,
		  const char *text)
{
	assert_string_equal(drawn(state, elapsed_ms, columns), text);
	free(line);
}

static const struct progress_state night = {
	.what = "bundles",
	.done = 250,
	.total = 1000,
	.bytes_done = 500000000,
	.bytes_total = 2000000000,
	.reading = true,
	.incidents = 249,
	.quarantined = 3,
	.unpacked = 12345000000,
	.slowest = { "a-very-long-name-of-a-bundle-2024-01-31.zip", 43 },
	.slowest_ms = 61000,
};

static void test_all_of_it(void **state)
{
	(void)state;
	check(&night, 10000, 200,
	      "250/1000 bundles, 0.5/2.0 GB, 50.0 MB/s, 0:30 left, 249 incidents, "
	      "3 quarantined, 12.3 GB unpacked; 1:01 a-very-long-name-of-a-bundle-2024-01-31.zip");
}

static void test_little_room(void **state)
{
	(void)state;
	check(&night, 10000, 120,
	      "250/1000 bundles, 0.5/2.0 GB, 50.0 MB/s, 0:30 left, 249 incidents, "
	      "3 quarantined, 12.3 GB unpacked; 1:01 ...4-01-31.zip");
	check(&night, 10000, 115,
	      "250/1000 bundles, 0.5/2.0 GB, 50.0 MB/s, 0:30 left, 249 incidents, "
	      "3 quarantined; 1:01 ...-a-bundle-2024-01-31.zip");
	check(&night, 10000, 80,
	      "250/1000 bundles, 0:30 left, 249 incidents, 3 quarantined; "
	      "1:01 ...24-01-31.zip");
	check(&night, 10000, 40, "250/1000 bundles, 0:30 left");
	check(&night, 10000, 20, "250/1000 bundles");
	check(&night, 10000, 9, "250/1000");
	check(&night, 10000, 1, "2");
	check(&night, 10000, 0, "2");
}

/* No name, number or time makes a line that a terminal would break. */
static void test_never_wider(void **state)
{
	static const struct slice names[] = {
		SLICE_NONE,
		{ "x", 1 },
		{ "\xE4\xB8\x80\xE4\xB8\x80\xE4\xB8\x80\xE4\xB8\x80\xE4\xB8\x80\xE4\xB8\x80\xE4\xB8\x80",
		  21 },
		{ "\x1b]0;evil\x07\x9b\xff\xe2\x80\xae", 14 },
	};
	static const uint64_t numbers[] = { 0, 1, 999, 1000000, UINT64_MAX };

	(void)state;
	for (size_t columns = 1; columns < 220; columns++)
		for (size_t i = 0; i < 4 * 5; i++) {
			struct progress_state wild = night;
			const char *text;

			wild.slowest = names[i % 4];
			wild.done = wild.total = wild.incidents = numbers[i / 4];
			wild.bytes_done = wild.bytes_total = numbers[i / 4];
			wild.unpacked = numbers[i / 4];
			text = drawn(&wild, 5000, columns);
			assert_true(utf8_width(slice_from(text)) <
				    (columns > 1 ? columns : 2));
			for (; *text; text++)
				assert_true((unsigned char)*text >= ' ' && *text != 0x7f);
			free(line);
		}
}

static void test_what_is_not_known(void **state)
{
	struct progress_state plain = { .what = "incidents", .done = 7 };

	(void)state;
	check(&plain, 60000, 80, "7 incidents, 0.1/s");
	check(&plain, 2000, 80, "7 incidents");
	plain.total = 70;
	check(&plain, 60000, 80, "7/70 incidents, 0.1/s, 9:00 left");
	plain.total = 7000;
	check(&plain, 60000, 80, "7/7000 incidents, 0.1/s, 16:39:00 left");
}

static void test_time_left(void **state)
{
	struct progress_state some = { .what = "bundles", .done = 5, .total = 10 };

	(void)state;
	assert_int_equal(progress_left_ms(&some, 2999), PROGRESS_UNKNOWN);
	assert_int_equal(progress_left_ms(&some, 3000), 3000);
	some.bytes_total = 1000; /* bytes tell more than bundles */
	assert_int_equal(progress_left_ms(&some, 3000), PROGRESS_UNKNOWN);
	some.bytes_done = 750;
	assert_int_equal(progress_left_ms(&some, 3000), 1000);
	some.bytes_done = 1000;
	assert_int_equal(progress_left_ms(&some, 3000), 0);
	some.bytes_done = 1001;
	assert_int_equal(progress_left_ms(&some, 3000), PROGRESS_UNKNOWN);
	some.bytes_done = 1;
	some.bytes_total = UINT64_MAX;
	assert_int_equal(progress_left_ms(&some, 3000), PROGRESS_UNKNOWN);
}

static void test_pace_drawn(void **state)
{
	struct progress_pace pace;

	(void)state;
	progress_pace_begin(&pace, true, 5000);
	assert_false(progress_pace_is_due(&pace, 5999));
	assert_true(progress_pace_is_due(&pace, 6000));
	progress_pace_shown(&pace, 6040);
	assert_false(progress_pace_is_due(&pace, 6139));
	assert_true(progress_pace_is_due(&pace, 6140));
}

static void test_pace_lines(void **state)
{
	struct progress_pace pace;
	int lines = 0;

	(void)state;
	progress_pace_begin(&pace, false, 5000);
	for (int64_t now = 5000; now < 5000 + 100 * 1000; now += 10)
		if (progress_pace_is_due(&pace, now)) {
			assert_int_equal((now - 5000) % 30000, 0);
			progress_pace_shown(&pace, now);
			lines++;
		}
	assert_int_equal(lines, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_of_it),
		cmocka_unit_test(test_little_room),
		cmocka_unit_test(test_never_wider),
		cmocka_unit_test(test_what_is_not_known),
		cmocka_unit_test(test_time_left),
		cmocka_unit_test(test_pace_drawn),
		cmocka_unit_test(test_pace_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
