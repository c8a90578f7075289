/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The census of an incident: which processes are in it, under which name; that it comes back as it was; and that of a
 * stranger's bytes only those are taken that encoding makes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "stages/census.h"

#define LIVE (PROCESS_BLOCK | PROCESS_TABLE_SET | PROCESS_THREADS_LISTED)

static void add(struct records *records, const char *image, uint32_t threads,
		uint32_t handles, uint8_t flags)
{
	vec_push(&records->processes,
		 ((struct process){ .address = records->processes.len + 1,
				    .handle_count = handles,
				    .threads = threads,
				    .image = names_add(&records->names, slice_from(image)),
				    .flags = flags }));
}

static void must_decode(struct census *census, const byte_vec *bytes)
{
	assert_true(census_decode(census, bytes->at, bytes->len));
}

/* The rows as "image threads*processes" each. */
static void assert_rows(const struct census *census, const char *expected)
{
	char text[512];
	size_t len = 0;

	text[0] = '\0';
	vec_for_each(row, &census->rows)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%.*s %u*%u",
					len ? ", " : "", SLICE_ARG(row->image),
					row->threads, row->processes);
	assert_string_equal(text, expected);
}

static void assert_census(struct records *records, const char *expected)
{
	struct census census = { 0 };
	byte_vec bytes = { 0 };

	census_encode(records, &bytes);
	must_decode(&census, &bytes);
	assert_rows(&census, expected);
	assert_int_equal(census.build, records->host.build);
	census_free(&census);
	vec_free(&bytes);
	records_free(records);
}

static void test_images_and_threads_in_order(void **state)
{
	struct records records;

	(void)state;
	records_init(&records);
	records.host.build = 6002;
	add(&records, "svchost.exe", 30, 500, LIVE);
	add(&records, "b.exe", 4, 1, LIVE);
	add(&records, "SVCHOST.EXE", 12, 500, LIVE);
	add(&records, "svchost.exe", 30, 500, LIVE);
	add(&records, "a.exe", 0, 2, LIVE);
	add(&records, "b", 4, 1, LIVE);
	assert_census(&records,
		      "a.exe 0*1, b 4*1, b.exe 4*1, svchost.exe 12*1, svchost.exe 30*2");
}

static void test_what_tells_nothing_of_threads_is_left_out(void **state)
{
	struct records records;

	(void)state;
	records_init(&records);
	add(&records, "zombie.exe", 0, 0, PROCESS_BLOCK | PROCESS_TABLE_ZERO | PROCESS_ZOMBIE);
	add(&records, "zombie2.exe", 0, 9, LIVE | PROCESS_ZOMBIE);
	add(&records, "Registry", 4, 0, LIVE);
	add(&records, "unread.exe", 4, HANDLES_NONE, LIVE);
	add(&records, "unlisted.exe", 0, 9, PROCESS_BLOCK | PROCESS_TABLE_SET);
	add(&records, "mention.exe", 4, HANDLES_NONE, PROCESS_THREADS_LISTED);
	add(&records, "", 4, 9, LIVE);
	add(&records, "   ", 4, 9, LIVE);
	add(&records, "counted.exe", 4, 9, LIVE);
	assert_census(&records, "counted.exe 4*1");
}

static void test_names_cut_alike(void **state)
{
	struct records records;

	(void)state;
	records_init(&records);
	add(&records, "BackgroundTransferHost.exe", 3, 9, LIVE);
	add(&records, "backgroundtrans", 3, 9, LIVE);
	/* A cut may not end in a blank, nor inside a letter. */
	add(&records, "Secure Systems ok.exe", 1, 9, LIVE);
	add(&records, "Secure Systems", 1, 9, LIVE);
	add(&records, "fourteen bytes\xc3\xa9.exe", 2, 9, LIVE);
	add(&records, "fourteen bytes", 2, 9, LIVE);
	assert_census(&records, "backgroundtrans 3*2, fourteen bytes 2*2, secure systems 1*2");
}

static void test_nobody(void **state)
{
	struct records records;

	(void)state;
	records_init(&records);
	assert_census(&records, "");
}

static void make_sample(byte_vec *bytes)
{
	struct records records;

	records_init(&records);
	records.host.build = 19045;
	for (uint32_t i = 0; i < 40; i++)
		add(&records, i % 3 ? "svchost.exe" : "explorer.exe", i * i % 300, 9, LIVE);
	add(&records, "zeta.exe", UINT32_MAX, 9, LIVE);
	census_encode(&records, bytes);
	records_free(&records);
}

static uint64_t census_sum(const struct census *census)
{
	uint64_t sum = census->build;

	vec_for_each(row, &census->rows) {
		assert_in_range(row->image.len, 1, IMAGE_CUT);
		assert_true(row->processes > 0);
		if (row > census->rows.at) {
			int order = slice_compare(row[-1].image, row->image);

			assert_true(order < 0 ||
				    (order == 0 && row[-1].threads < row->threads));
		}
		sum = sum * 31 + row->threads * 7ull + row->processes + row->image.len;
	}
	return sum;
}

/* In memory of exactly its size, so that a read past the end is seen. */
static bool try_bytes(const unsigned char *bytes, size_t len, uint64_t *sum)
{
	struct census census = { 0 };
	unsigned char *copy = mem_alloc(len ? len : 1);
	bool taken;

	memcpy(copy, bytes, len);
	taken = census_decode(&census, copy, len);
	*sum = census_sum(&census);
	if (!taken)
		assert_int_equal(census.rows.len, 0);
	census_free(&census);
	free(copy);
	return taken;
}

static void test_every_truncation_is_refused(void **state)
{
	byte_vec bytes = { 0 };
	uint64_t sum;

	(void)state;
	make_sample(&bytes);
	assert_true(try_bytes(bytes.at, bytes.len, &sum));
	for (size_t len = 0; len < bytes.len; len++)
		assert_false(try_bytes(bytes.at, len, &sum));
	bytes_put_u8(&bytes, 0);
	assert_false(try_bytes(bytes.at, bytes.len, &sum));
	vec_free(&bytes);
}

static void test_every_flip_is_refused_or_another_census(void **state)
{
	byte_vec bytes = { 0 };
	uint64_t whole, sum;
	size_t refused = 0;

	(void)state;
	make_sample(&bytes);
	assert_true(try_bytes(bytes.at, bytes.len, &whole));
	for (size_t bit = 0; bit < bytes.len * 8; bit++) {
		bytes.at[bit / 8] ^= (unsigned char)(1u << bit % 8);
		if (!try_bytes(bytes.at, bytes.len, &sum))
			refused++;
		bytes.at[bit / 8] ^= (unsigned char)(1u << bit % 8);
	}
	assert_true(refused > bytes.len);
	vec_free(&bytes);
}

/* build + 1, number of images; image, number of counts, counts as differences. */
static void test_what_encoding_never_writes(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		bool good;
	} all[] = {
#define BYTES(text) text, sizeof(text) - 1
		{ BYTES("\x01\x00"), true },
		{ BYTES("\x00\x01\x01"
			"a\x01\x05\x01"),
		  true },
		{ BYTES("\x00\x01\x01"
			"a\x02\x05\x01\x01\x01"),
		  true },
		{ BYTES("\x00\x01\x01"
			"A\x01\x05\x01"),
		  false },                                        /* upper case */
		{ BYTES("\x00\x01\x00\x01\x05\x01\x01"), false }, /* no name */
		{ BYTES("\x00\x01\x02"
			"a \x01\x05\x01"),
		  false }, /* a blank at the end */
		{ BYTES("\x00\x01\x10"
			"abcdefghijklmnop\x01\x05\x01"),
		  false }, /* longer than the cut */
		{ BYTES("\x00\x01\x01"
			"a\x00\x05\x01"),
		  false }, /* no counts */
		{ BYTES("\x00\x01\x01"
			"a\x01\x05\x00"),
		  false }, /* no processes */
		{ BYTES("\x00\x01\x01"
			"a\x02\x05\x01\x00\x01"),
		  false }, /* one number twice */
		{ BYTES("\x00\x02\x01"
			"a\x01\x05\x01\x01"
			"a\x01\x06\x01"),
		  false }, /* one image twice */
		{ BYTES("\x00\x02\x01"
			"b\x01\x05\x01\x01"
			"a\x01\x06\x01"),
		  false }, /* not in order */
		{ BYTES("\x00\x01\x01"
			"a\x02\x05\x01\xff\xff\xff\xff\x0f\x01"),
		  false }, /* more threads than 32 bits */
		{ BYTES("\x00\x01\x01"
			"a\x01\x05\xff\xff\xff\xff\x1f"),
		  false }, /* more processes */
		{ BYTES("\x00\xff\xff\xff\xff\x0f\x01"
			"a\x01\x05\x01"),
		  false }, /* a lying count */
#undef BYTES
	};
	uint64_t sum;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (try_bytes((const unsigned char *)all[i].bytes, all[i].len, &sum) !=
		    all[i].good)
			fail_msg("number %zu", i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_images_and_threads_in_order),
		cmocka_unit_test(test_what_tells_nothing_of_threads_is_left_out),
		cmocka_unit_test(test_names_cut_alike),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_every_truncation_is_refused),
		cmocka_unit_test(test_every_flip_is_refused_or_another_census),
		cmocka_unit_test(test_what_encoding_never_writes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
