/* SPDX-License-Identifier: Apache-2.0 */
/* Moments against gmtime_r() and timegm(), every day of ten thousand years and far beyond. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "pipeline/base/moment.h"

static uint64_t random_state = 17;

static uint64_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static int64_t floor_div(int64_t value, int64_t by)
{
	return value / by - (value % by < 0);
}

static void format_by_library(char *out, int64_t moment, bool zone_known)
{
	time_t seconds = floor_div(moment, 1000);
	struct tm tm;
	long long year;

	assert_non_null(gmtime_r(&seconds, &tm));
	year = tm.tm_year + 1900LL;
	sprintf(out, "%s%04lld-%02d-%02dT%02d:%02d:%02d.%03d%s", year < 0 ? "-" : "",
		year < 0 ? -year : year, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
		tm.tm_sec, (int)((moment % 1000 + 1000) % 1000), zone_known ? "Z" : "-00:00");
}

static void check_format(int64_t moment)
{
	char expected[100], text[MOMENT_TEXT_SIZE];
	bool zone_known = moment & 1;

	format_by_library(expected, moment, zone_known);
	assert_ptr_equal(moment_format(text, moment, zone_known), text);
	assert_string_equal(text, expected);
}

static void test_format_like_gmtime(void **state)
{
	(void)state;
	for (int i = 0; i < 200000; i++)
		check_format((int64_t)next_random() >> next_random() % 64);
	check_format(0);
	check_format(-1);
	check_format(INT64_MAX);
	check_format(INT64_MIN + 1);
}

static void test_format_exactly(void **state)
{
	char text[MOMENT_TEXT_SIZE];

	(void)state;
	assert_string_equal(moment_format(text, 1268241729137, true),
			    "2010-03-10T17:22:09.137Z");
	assert_string_equal(moment_format(text, 1268241729000, false),
			    "2010-03-10T17:22:09.000-00:00");
	assert_string_equal(moment_format(text, MOMENT_NONE, true), "-");
}

static int month_len(int year, int month)
{
	static const int lens[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return lens[month - 1] + (month == 2 && leap);
}

/* One day, read and printed. */
static void check_day(int year, int month, int day, int64_t days)
{
	char text[60];
	struct slice date = { text, 0 };

	date.len = (size_t)sprintf(text, "%04d-%02d-%02d", year, month, day);
	assert_int_equal(moment_parse(date, false), days * 86400000);
	check_format(days * 86400000);
}

/* Each day must be one further than the last and mean the same to the library. */
static void test_every_day(void **state)
{
	struct tm first = { .tm_year = -1900, .tm_mday = 1 };
	int64_t days = timegm(&first) / 86400;

	(void)state;
	for (int year = 0; year <= 9999; year++) {
		for (int month = 1; month <= 12; month++) {
			for (int day = 1; day <= month_len(year, month); day++, days++) {
				if (moment_days(year, (unsigned)month, (unsigned)day) != days)
					fail_msg("%d-%d-%d", year, month, day);
				if (day == 1 || day >= 28)
					check_day(year, month, day, days);
			}
		}
	}
	assert_int_equal(days, moment_days(10000, 1, 1));
}

static void test_days_that_are_not(void **state)
{
	(void)state;
	for (int year = 0; year <= 9999; year++) {
		for (int month = 0; month <= 13; month++) {
			bool is_month = month >= 1 && month <= 12;
			int day = is_month ? month_len(year, month) + 1 : 1;
			char text[60];
			int len = sprintf(text, "%04d-%02d-%02d", year, month, day);

			assert_int_equal(moment_parse((struct slice){ text, (size_t)len },
						      false),
					 MOMENT_NONE);
		}
	}
}

static int64_t parse(const char *text)
{
	return moment_parse(slice_from(text), false);
}

static void test_what_is_formatted_is_read(void **state)
{
	int64_t first = moment_days(0, 1, 1) * 86400000;
	uint64_t range = (uint64_t)moment_days(10000, 1, 1) * 86400000 - (uint64_t)first;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		int64_t moment = first + (int64_t)(next_random() % range);
		char text[MOMENT_TEXT_SIZE];

		assert_int_equal(parse(moment_format(text, moment, i & 1)), moment);
	}
}

static void test_forms(void **state)
{
	const int64_t moment = 1268241729000;

	(void)state;
	assert_int_equal(parse("2010-03-10T17:22:09Z"), moment);
	assert_int_equal(parse("2010-03-10t17:22:09z"), moment);
	assert_int_equal(parse("2010-03-10 17:22:09Z"), moment);
	assert_int_equal(parse("2010-03-10T17:22:09-00:00"), moment);
	assert_int_equal(parse("2010-03-10T18:22:09+01:00"), moment);
	assert_int_equal(parse("2010-03-10T11:52:09-05:30"), moment);
	assert_int_equal(parse("2010-03-11T17:21:09+23:59"), moment);
	assert_int_equal(parse("2010-03-10T17:22:09.1Z"), moment + 100);
	assert_int_equal(parse("2010-03-10T17:22:09.137Z"), moment + 137);
	assert_int_equal(parse("2010-03-10T17:22:09.1379999999999Z"), moment + 137);
	assert_int_equal(parse("2010-03-10T17:22:09.0009Z"), moment);
	assert_int_equal(parse("1970-01-01T00:00:00Z"), 0);
	assert_int_equal(parse("1969-12-31T23:59:59.999Z"), -1);
}

static void test_date_alone(void **state)
{
	(void)state;
	assert_int_equal(parse("2010-03-10"), 1268179200000);
	assert_int_equal(moment_parse(SLICE("2010-03-10"), true),
			 1268179200000 + 86400000 - 1);
	/* A moment with a time is what it is. */
	assert_int_equal(moment_parse(SLICE("2010-03-10T17:22:09Z"), true), 1268241729000);
}

static void test_leap_second(void **state)
{
	(void)state;
	assert_int_equal(parse("2016-12-31T23:59:60Z"), parse("2017-01-01T00:00:00Z"));
	assert_int_equal(parse("2016-12-31T15:59:60.5-08:00"),
			 parse("2017-01-01T00:00:00.5Z"));
	assert_int_equal(parse("2016-12-31T23:58:60Z"), MOMENT_NONE);
	assert_int_equal(parse("2016-12-31T23:59:60+01:00"), MOMENT_NONE);
	assert_int_equal(parse("2016-12-31T23:59:61Z"), MOMENT_NONE);
}

static void test_malformed(void **state)
{
	static const char *const texts[] = {
		"",
		"2",
		"2010",
		"2010-03",
		"2010-3-10",
		"2010/03/10",
		"10-03-2010",
		"2010-03-1",
		"2010-03-100",
		"2010-03-10T",
		"2010-03-10Z",
		"2010-03-10T17",
		"2010-03-10T17:22",
		"2010-03-10T17:22Z",
		"2010-03-10T17:22:09",
		"2010-03-10T24:00:00Z",
		"2010-03-10T17:60:09Z",
		"2010-03-10T17:22:9Z",
		"2010-03-10T17:22:09.Z",
		"2010-03-10T17:22:09,5Z",
		"2010-03-10T17:22:09.5",
		"2010-03-10T17:22:09+1:00",
		"2010-03-10T17:22:09+0100",
		"2010-03-10T17:22:09+01",
		"2010-03-10T17:22:09+24:00",
		"2010-03-10T17:22:09+01:60",
		"2010-03-10T17:22:09ZZ",
		"2010-03-10T17:22:09Z ",
		" 2010-03-10",
		"2010-03-10 ",
		"+010-03-10",
		"-010-03-10",
		"12010-03-10",
		"2010-00-10",
		"2010-13-10",
		"2010-03-00",
		"2010-03-32",
		"1900-02-29",
		"2011-02-29",
		"2010-04-31",
		"2010-03-10x17:22:09Z",
		"now",
		"2010-0a-10",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (parse(texts[i]) != MOMENT_NONE)
			fail_msg("'%s' was taken for a moment", texts[i]);
	assert_int_equal(moment_parse(SLICE_NONE, true), MOMENT_NONE);
	assert_int_equal(moment_parse(SLICE("2010-03-10\0"), false), MOMENT_NONE);
	assert_int_equal(moment_parse(SLICE("2010-03-10\0"
					    "17:22:09Z"),
				      false),
			 MOMENT_NONE);
}

/* Every prefix and every text with one byte changed is read without a step outside. */
static void test_cut_and_changed(void **state)
{
	static const char text[] = "2010-03-10T17:22:09.137+01:00";

	(void)state;
	for (size_t len = 0; len < sizeof(text) - 1; len++)
		assert_int_equal(moment_parse((struct slice){ text, len }, false) == MOMENT_NONE,
				 len != strlen("2010-03-10"));
	for (size_t at = 0; at < sizeof(text) - 1; at++) {
		for (int byte = 0; byte < 256; byte++) {
			char changed[sizeof(text)];
			bool is_digit = byte >= '0' && byte <= '9', was_digit;

			memcpy(changed, text, sizeof(text));
			changed[at] = (char)byte;
			was_digit = text[at] >= '0' && text[at] <= '9';
			if (is_digit != was_digit)
				assert_int_equal(
					moment_parse((struct slice){ changed, sizeof(text) - 1 },
						     false) == MOMENT_NONE,
					byte != '-' || text[at] != '+');
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format_like_gmtime),
		cmocka_unit_test(test_format_exactly),
		cmocka_unit_test(test_every_day),
		cmocka_unit_test(test_days_that_are_not),
		cmocka_unit_test(test_what_is_formatted_is_read),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_date_alone),
		cmocka_unit_test(test_leap_second),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_cut_and_changed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
