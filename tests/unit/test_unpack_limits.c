/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits of a walk: each at its border, what was decoded before is given, each told once, and nothing follows a limit of the bundle.
 * The walk of archives.h checks the promises of unpack.h on the way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "stages/unpack_parts.h"
#include "tests/unit/archives.h"

#define LARGE 300000

static char large[LARGE];

static int setup(void **state)
{
	(void)state;
	made_text(large, LARGE, 1);
	return 0;
}

static const struct unpack_limits none = { .depth = 64 };

static const struct made_file files[] = {
	{ "first.log", "text\n", 5 },
	{ "large.log", large, LARGE },
	{ "last.log", "the end\n", 8 },
};

static void make(byte_vec *out, const char *format, const char *filter)
{
	assert_true(made_archive(out, format, filter, NULL, files, 3));
}

/* At the limit all is read; with one byte less the large member is cut there, and only it. */
static void test_bytes_of_a_member(void **state)
{
	static const char *const formats[] = { "ustar", "zip", "7zip" };
	struct unpack_limits limits = none;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		byte_vec bytes = { 0 };
		struct seen seen;

		make(&bytes, formats[i], NULL);
		limits.member_bytes = LARGE;
		seen_walk(&seen, bytes.at, bytes.len, "c", &limits);
		assert_int_equal(seen.steps.len, 3);
		assert_int_equal(seen_bad(&seen), 0);
		seen_free(&seen);
		limits.member_bytes = LARGE - 1;
		seen_walk(&seen, bytes.at, bytes.len, "c", &limits);
		assert_int_equal(seen.steps.len, 3);
		assert_int_equal(seen_bad(&seen), 1);
		assert_true(seen.steps.at[1].broke);
		assert_string_equal(seen.steps.at[1].reason, "limit-size");
		assert_int_equal(seen.steps.at[1].data.len, LARGE - 1);
		assert_memory_equal(seen.steps.at[1].data.at, large, LARGE - 1);
		assert_int_equal(seen.steps.at[2].data.len, 8);
		seen_free(&seen);
		vec_free(&bytes);
	}
}

static void test_bytes_of_a_plain_file(void **state)
{
	struct unpack_limits limits = none;
	struct seen seen;

	(void)state;
	limits.member_bytes = LARGE;
	seen_walk(&seen, large, LARGE, "kd.log", &limits);
	assert_int_equal(seen.steps.len, 1);
	assert_int_equal(seen_bad(&seen), 0);
	seen_free(&seen);
	limits.member_bytes = 1000;
	seen_walk(&seen, large, LARGE, "kd.log", &limits);
	assert_int_equal(seen.steps.len, 1);
	assert_string_equal(seen.steps.at[0].reason, "limit-size");
	assert_int_equal(seen.steps.at[0].data.len, 1000);
	seen_free(&seen);
}

/* The walk ends in the member that passes the limit: it is told there, and nothing is seen of what follows. */
static void test_bytes_of_a_bundle(void **state)
{
	static const char *const formats[] = { "ustar", "zip", "7zip" };
	static const char *const filters[] = { "gzip", NULL, NULL };
	struct unpack_limits limits = none;

	(void)state;
	limits.bundle_bytes = LARGE / 2;
	for (size_t i = 0; i < 3; i++) {
		byte_vec bytes = { 0 };
		struct seen seen;

		make(&bytes, formats[i], filters[i]);
		seen_walk(&seen, bytes.at, bytes.len, "c", &limits);
		assert_int_equal(seen.steps.len, 2);
		assert_int_equal(seen_bad(&seen), 1);
		assert_true(seen.steps.at[1].broke);
		assert_string_equal(seen.steps.at[1].reason, "limit-size");
		assert_in_range(seen.steps.at[1].data.len, 1, LARGE / 2);
		seen_free(&seen);
		vec_free(&bytes);
	}
}

/* Nobody reads the member in which the limit is passed: the bundle itself tells it, once. */
static void test_bytes_that_are_passed_over(void **state)
{
	struct unpack_limits limits = none;
	byte_vec bytes = { 0 };
	struct seen seen;

	(void)state;
	limits.bundle_bytes = LARGE / 2;
	make(&bytes, "ustar", "gzip");
	seen_skim(&seen, bytes.at, bytes.len, "case.tar.gz", &limits);
	assert_int_equal(seen.steps.len, 3);
	assert_true(seen.steps.at[2].failed);
	assert_string_equal(seen.steps.at[2].path, "case.tar.gz");
	assert_string_equal(seen.steps.at[2].reason, "limit-size");
	seen_free(&seen);
	bytes.len = 0;
	make(&bytes, "7zip", NULL); /* of one solid block */
	seen_skim(&seen, bytes.at, bytes.len, "case.7z", &limits);
	assert_int_equal(seen.steps.len, 3);
	assert_string_equal(seen.steps.at[2].path, "case.7z");
	assert_string_equal(seen.steps.at[2].reason, "limit-size");
	seen_free(&seen);
	bytes.len = 0;
	make(&bytes, "zip",
	     NULL); /* passes over without decoding, but for the block that is looked at */
	limits.bundle_bytes = LARGE - 1;
	seen_skim(&seen, bytes.at, bytes.len, "case.zip", &limits);
	assert_int_equal(seen.steps.len, 3);
	assert_int_equal(seen_bad(&seen), 0);
	seen_free(&seen);
	vec_free(&bytes);
}

static void test_members(void **state)
{
	struct unpack_limits limits = none;
	byte_vec bytes = { 0 };
	struct seen seen;

	(void)state;
	make(&bytes, "ustar", "gzip");
	limits.members = 3;
	seen_walk(&seen, bytes.at, bytes.len, "c.tgz", &limits);
	assert_int_equal(seen.steps.len, 3);
	assert_int_equal(seen_bad(&seen), 0);
	seen_free(&seen);
	limits.members = 2;
	seen_walk(&seen, bytes.at, bytes.len, "c.tgz", &limits);
	assert_int_equal(seen.steps.len, 3);
	assert_int_equal(seen_bad(&seen), 1);
	assert_string_equal(seen.steps.at[2].reason, "limit-members");
	seen_free(&seen);
	vec_free(&bytes);
}

/* Members of archives inside count with those outside, and so do folders. */
static void test_members_of_a_nest(void **state)
{
	struct made_file nested[] = { { "in.zip", NULL, 0 }, { "in2.zip", NULL, 0 } };
	struct unpack_limits limits = none;
	byte_vec inner = { 0 }, bytes = { 0 };
	struct seen seen;

	(void)state;
	make(&inner, "zip", NULL);
	nested[0].data = nested[1].data = inner.at;
	nested[0].len = nested[1].len = inner.len;
	made_archive(&bytes, "ustar", NULL, NULL, nested, 2);
	limits.members = 6; /* in.zip and its three, in2.zip and its first */
	seen_walk(&seen, bytes.at, bytes.len, "c.tar", &limits);
	assert_int_equal(seen.steps.len, 5);
	assert_int_equal(seen_bad(&seen), 1);
	assert_string_equal(seen.steps.at[4].path, "c.tar!/in2.zip!/large.log");
	assert_string_equal(seen.steps.at[4].reason, "limit-members");
	seen_free(&seen);
	vec_free(&inner);
	vec_free(&bytes);
}

static void test_folders_count(void **state)
{
	struct unpack_limits limits = none;
	byte_vec bytes = { 0 };
	struct seen seen;
	char header[512];

	(void)state;
	for (int i = 0; i < 5; i++) {
		unsigned sum = 0;

		memset(header, 0, sizeof(header));
		snprintf(header, 100, "folder%d/", i);
		memcpy(header + 100,
		       "0000755\0"
		       "0000000\0"
		       "0000000\0"
		       "00000000000\0"
		       "00000000000\0"
		       "        5",
		       57);
		memcpy(header + 257,
		       "ustar\0"
		       "00",
		       8);
		for (size_t at = 0; at < sizeof(header); at++)
			sum += (unsigned char)header[at];
		snprintf(header + 148, 8, "%06o", sum);
		bytes_put(&bytes, header, sizeof(header));
	}
	memset(header, 0, sizeof(header));
	bytes_put(&bytes, header, sizeof(header));
	bytes_put(&bytes, header, sizeof(header));
	limits.members = 5;
	seen_walk(&seen, bytes.at, bytes.len, "c.tar", &limits);
	assert_int_equal(seen.steps.len, 0);
	seen_free(&seen);
	limits.members = 4;
	seen_walk(&seen, bytes.at, bytes.len, "c.tar", &limits);
	assert_int_equal(seen.steps.len, 1);
	assert_string_equal(seen.steps.at[0].path, "c.tar");
	assert_string_equal(seen.steps.at[0].reason, "limit-members");
	seen_free(&seen);
	vec_free(&bytes);
}

static void test_names(void **state)
{
	static const struct made_file named[] = {
		{ "a.log", "text\n", 5 },
		{ "gr\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc.log", "text\n", 5 }, /* 14 bytes */
		{ "b.log", "text\n", 5 },
	};
	struct unpack_limits limits = none;
	byte_vec bytes = { 0 };
	struct seen seen;

	(void)state;
	made_archive(&bytes, "ustar", NULL, NULL, named, 3);
	limits.name_bytes = 14;
	seen_walk(&seen, bytes.at, bytes.len, "c.tar", &limits);
	assert_int_equal(seen_bad(&seen), 0);
	seen_free(&seen);
	limits.name_bytes = 8;
	seen_walk(&seen, bytes.at, bytes.len, "c.tar", &limits);
	assert_int_equal(seen.steps.len, 3);
	assert_int_equal(seen_bad(&seen), 1);
	assert_true(seen.steps.at[1].failed);
	assert_string_equal(seen.steps.at[1].reason, "limit-name");
	assert_string_equal(seen.steps.at[1].path, "c.tar!/gr\xc3\xbc\xe2\x80\xa6");
	seen_free(&seen);
	vec_free(&bytes);
}

/* Archives inside each other lie in memory together; one behind the other does not add up. */
static void test_nested_bytes(void **state)
{
	struct made_file outer[] = { { "a.zip", NULL, 0 }, { "b.zip", NULL, 0 } };
	struct unpack_limits limits = none;
	byte_vec inner = { 0 }, middle = { 0 }, bytes = { 0 };
	struct seen seen;

	(void)state;
	assert_true(made_archive(&inner, "zip", NULL, "zip:compression=store", files, 3));
	outer[0].data = outer[1].data = inner.at;
	outer[0].len = outer[1].len = inner.len;
	made_archive(&bytes, "ustar", NULL, NULL, outer, 2);
	limits.nested_bytes = inner.len;
	seen_walk(&seen, bytes.at, bytes.len, "c.tar", &limits);
	assert_int_equal(seen.steps.len, 6);
	assert_int_equal(seen_bad(&seen), 0);
	seen_free(&seen);
	assert_true(made_archive(&middle, "zip", NULL, "zip:compression=store", outer, 1));
	outer[0].data = middle.at;
	outer[0].len = middle.len;
	bytes.len = 0;
	made_archive(&bytes, "ustar", NULL, NULL, outer, 1);
	limits.nested_bytes = middle.len + inner.len - 1;
	seen_walk(&seen, bytes.at, bytes.len, "c.tar", &limits);
	assert_int_equal(seen.steps.len, 1);
	assert_string_equal(seen.steps.at[0].path, "c.tar!/a.zip!/a.zip");
	assert_string_equal(seen.steps.at[0].reason, "limit-size");
	seen_free(&seen);
	vec_free(&inner);
	vec_free(&middle);
	vec_free(&bytes);
}

static void test_ratio(void **state)
{
	struct unpack_limits limits = none;
	struct meter meter = { .stored = 5u << 20 };

	(void)state;
	limits.ratio = 500;
	meter.limits = limits;
	assert_true(meter_decoded(&meter, RATIO_FREE_BYTES));
	assert_true(meter_decoded(&meter, 500ull * (5u << 20) - RATIO_FREE_BYTES));
	assert_false(meter_decoded(&meter, 1));
	assert_string_equal(meter.over.reason, "limit-ratio");
	meter = (struct meter){ .stored = 1000, .limits = limits };
	assert_true(meter_decoded(&meter, RATIO_FREE_BYTES));
	assert_false(meter_decoded(&meter, 1));
	assert_false(meter_entry(&meter)); /* it stays so */
	meter = (struct meter){ .stored = UINT64_MAX / 100, .limits = limits };
	assert_true(meter_decoded(&meter, UINT64_MAX / 2));
}

static void test_time(void **state)
{
	struct meter meter = { .limits = none, .worked_ns = 1999999999 };
	bool going = true;

	(void)state;
	meter.limits.seconds = 100;
	meter_enter(&meter);
	for (int i = 0; i < 100; i++)
		assert_true(meter_decoded(&meter, 1));
	meter_leave(&meter);
	assert_true(meter.worked_ns >= 1999999999);
	meter.limits.seconds = 1;
	meter_enter(&meter);
	for (int i = 0; i < 100 && going; i++)
		going = meter_decoded(&meter, 1);
	assert_false(going);
	assert_string_equal(meter.over.reason, "limit-time");
}

static void test_names_of_a_bundle(void **state)
{
	struct meter meter = { .limits = none };

	(void)state;
	assert_true(meter_told(&meter, 32u << 20));
	assert_false(meter_told(&meter, 1));
	assert_string_equal(meter.over.reason, "limit-members");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes_of_a_member),
		cmocka_unit_test(test_bytes_of_a_plain_file),
		cmocka_unit_test(test_bytes_of_a_bundle),
		cmocka_unit_test(test_bytes_that_are_passed_over),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_members_of_a_nest),
		cmocka_unit_test(test_folders_count),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_nested_bytes),
		cmocka_unit_test(test_ratio),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_names_of_a_bundle),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
