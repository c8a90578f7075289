/* SPDX-License-Identifier: Apache-2.0 */
/* Bars over time: the unit follows the span, every value is in one bar or counted as left out, whatever the dates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pipeline/report/report_bars.h"

#define DAY_MS 86400000ll

static int64_t at(const char *date)
{
	int64_t moment = moment_parse(slice_from(date), false);

	assert_true(moment != MOMENT_NONE);
	return moment;
}

static void expect_bars(const char *first, const char *last, enum bars_unit unit,
			size_t count, const char *first_name, const char *last_name)
{
	struct bars bars = { .unit = BARS_DAYS };
	char name[BAR_NAME_SIZE];
	uint64_t of = 0;

	bars_add(&bars, at(first), 10, false);
	bars_add(&bars, at(last), 2000, true);
	bars_add(&bars, at(last) + DAY_MS - 1, 30, false);
	bars_add(&bars, MOMENT_NONE, 5, false);
	bars_settle(&bars);
	assert_int_equal(bars.unit, unit);
	assert_int_equal(bars.list.len, count);
	assert_int_equal(bars.timeless, 1);
	assert_int_equal(bars.most, 2000);
	bar_name(name, bars.unit, bars.list.at[0].day);
	assert_string_equal(name, first_name);
	bar_name(name, bars.unit, bars.list.at[count - 1].day);
	assert_string_equal(name, last_name);
	vec_for_each(bar, &bars.list)
		of += bar->of;
	assert_int_equal(of + bars.older, 3);
	assert_int_equal(bars.list.at[count - 1].value, 2000);
	assert_int_equal(bars.list.at[count - 1].marks, 1);
	bars_free(&bars);
}

static void test_units(void **state)
{
	(void)state;
	expect_bars("2026-01-05", "2026-01-05", BARS_DAYS, 1, "2026-01-05", "2026-01-05");
	expect_bars("2026-01-05", "2026-03-07", BARS_DAYS, 62, "2026-01-05", "2026-03-07");
	/* Mondays */
	expect_bars("2026-01-06", "2026-03-10", BARS_WEEKS, 10, "2026-01-05", "2026-03-09");
	expect_bars("2024-02-29", "2026-02-28", BARS_MONTHS, 25, "2024-02", "2026-02");
	expect_bars("1999-12-31", "2025-01-01", BARS_YEARS, 27, "1999", "2025");
	expect_bars("1960-05-05", "1960-05-06", BARS_DAYS, 2, "1960-05-05", "1960-05-06");
	expect_bars("1969-12-28", "1970-04-01", BARS_WEEKS, 15, "1969-12-22", "1970-03-30");
	expect_bars("1601-01-01", "2025-06-01", BARS_YEARS, 62, "1964", "2025");
}

static void test_nothing(void **state)
{
	struct bars bars = { .unit = BARS_DAYS };

	(void)state;
	bars_add(&bars, MOMENT_NONE, 5, false);
	bars_settle(&bars);
	assert_int_equal(bars.list.len, 0);
	bars_free(&bars);
}

static void test_random(void **state)
{
	(void)state;
	srand(11);
	for (int round = 0; round < 500; round++) {
		struct bars bars = { .unit = BARS_DAYS };
		int64_t span = 1ll << rand() % 45, from = (rand() % 90000 - 40000) * DAY_MS;
		uint64_t of = 0, most = 0;
		int count = 1 + rand() % 40;

		for (int i = 0; i < count; i++)
			bars_add(&bars, from + ((int64_t)rand() << 14 | rand()) % span,
				 (uint64_t)rand() % 50000, rand() % 2);
		bars_settle(&bars);
		assert_in_range(bars.list.len, 1, BARS_MAX);
		for (size_t i = 0; i < bars.list.len; i++) {
			of += bars.list.at[i].of;
			most = bars.list.at[i].value > most ? bars.list.at[i].value : most;
			if (i)
				assert_true(bars.list.at[i].day > bars.list.at[i - 1].day);
		}
		assert_int_equal(of + bars.older, count);
		assert_int_equal(most, bars.most);
		bars_free(&bars);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_random),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
