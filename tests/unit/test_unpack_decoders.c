/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decoders that are our own, zstd, gzip and xz, against libarchive as the oracle: the same bytes, never a clean end where
 * it finds damage, and in front of damage never other bytes than it gives. In small reads, by block, and in large ones,
 * straight into the buffer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>

#include "stages/inflate.h"
#include "tests/unit/archives.h"

static const struct unpack_limits limits = { .depth = 8, .nested_bytes = 1u << 20 };

#define TEXT_BYTES 3000

static char text[TEXT_BYTES];
static char noise[400000];

static int setup(void **state)
{
	unsigned random = 9;

	(void)state;
	for (size_t i = 0; i < sizeof(noise); i++) {
		random = random * 1103515245 + 12345;
		noise[i] = (char)(random >> 16);
		if (i < TEXT_BYTES)
			text[i] = "0123456789abcdef\nTHREAD "[(random >> 16) % 24];
	}
	return 0;
}

/* What a stream decodes to. */
struct outcome {
	byte_vec data;
	bool bad;
};

static void outcome_free(struct outcome *outcome)
{
	vec_free(&outcome->data);
}

/* A bundle of one member, read in pieces of a size. */
static void by_us(struct outcome *outcome, const void *bytes, size_t len, size_t piece)
{
	int fd = memfd_create("bundle", MFD_CLOEXEC);
	struct error error = ERROR_INIT;
	struct unpack_member member;
	struct unpack *unpack;
	enum unpack_status status;
	char *buffer = mem_alloc(piece);

	*outcome = (struct outcome){ 0 };
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	unpack = unpack_open(fd, SLICE("kd.log"), &limits);
	while ((status = unpack_next(unpack, &member, &error)) != UNPACK_END) {
		ssize_t got = 0;

		outcome->bad |= status == UNPACK_FAILED;
		while (status == UNPACK_MEMBER &&
		       (got = unpack_read(unpack, buffer, piece, &error)) > 0)
			bytes_put(&outcome->data, buffer, (size_t)got);
		outcome->bad |= got < 0;
		error = ERROR_INIT;
	}
	unpack_close(unpack);
	close(fd);
	free(buffer);
}

static void by_oracle(struct outcome *outcome, const void *bytes, size_t len, int filter)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	char buffer[4096];
	la_ssize_t got = -1;

	*outcome = (struct outcome){ 0 };
	archive_read_append_filter(archive, filter);
	archive_read_set_format(archive, ARCHIVE_FORMAT_RAW);
	if (archive_read_open_memory(archive, bytes, len) == ARCHIVE_OK &&
	    archive_read_next_header(archive, &entry) == ARCHIVE_OK)
		while ((got = archive_read_data(archive, buffer, sizeof(buffer))) > 0)
			bytes_put(&outcome->data, buffer, (size_t)got);
	outcome->bad = got < 0;
	archive_read_free(archive);
}

static void check_same_start(const byte_vec *a, const byte_vec *b)
{
	size_t len = a->len < b->len ? a->len : b->len;

	if (len)
		assert_memory_equal(a->at, b->at, len);
}

static void check_against_oracle(const void *bytes, size_t len, int filter)
{
	struct outcome small, large, oracle;

	by_us(&small, bytes, len, 700);
	by_us(&large, bytes, len, 1 << 20);
	by_oracle(&oracle, bytes, len, filter);
	assert_int_equal(small.bad, large.bad);
	assert_int_equal(small.data.len, large.data.len);
	check_same_start(&small.data, &large.data);
	assert_true(large.bad || !oracle.bad);
	check_same_start(&large.data, &oracle.data);
	if (!large.bad)
		assert_int_equal(large.data.len, oracle.data.len);
	/* A gzip member with a wrong sum, which the oracle does not look at, is where we end. */
	if (oracle.bad)
		assert_true(large.data.len >= oracle.data.len);
	outcome_free(&small);
	outcome_free(&large);
	outcome_free(&oracle);
}

/* Of a stream that was cut: a part of the text, and the verdict. */
static void check_cut(const byte_vec *bytes, size_t cut, size_t whole_to)
{
	struct outcome outcome;

	by_us(&outcome, bytes->at, cut, 1 << 20);
	assert_true(outcome.data.len <= TEXT_BYTES);
	if (outcome.data.len)
		assert_memory_equal(outcome.data.at, text, outcome.data.len);
	/* Between two frames or members a cut cannot be seen. */
	assert_int_equal(outcome.bad, cut != whole_to);
	outcome_free(&outcome);
}

static void check_cuts_and_flips(const char *filter, int code)
{
	byte_vec bytes = { 0 };
	size_t first;

	made_stream(&bytes, filter, text, 2000);
	first = bytes.len;
	made_stream(&bytes, filter, text + 2000, TEXT_BYTES - 2000);
	check_against_oracle(bytes.at, bytes.len, code);
	for (size_t cut = 6; cut < bytes.len; cut++) {
		check_cut(&bytes, cut, first);
		check_against_oracle(bytes.at, cut, code);
	}
	/* The magic stays: without it, it is no stream. */
	for (size_t at = 6; at < bytes.len; at++) {
		bytes.at[at] ^= (unsigned char)(1 << at % 8);
		if (at < first || at >= first + 6)
			check_against_oracle(bytes.at, bytes.len, code);
		bytes.at[at] ^= (unsigned char)(1 << at % 8);
	}
	vec_free(&bytes);
}

static void test_zstd_against_oracle(void **state)
{
	(void)state;
	check_cuts_and_flips("zstd", ARCHIVE_FILTER_ZSTD);
}

static void test_gzip_against_oracle(void **state)
{
	(void)state;
	check_cuts_and_flips("gzip", ARCHIVE_FILTER_GZIP);
}

static void test_xz_against_oracle(void **state)
{
	(void)state;
	check_cuts_and_flips("xz", ARCHIVE_FILTER_XZ);
}

/* A header that asks for a dictionary of 4 GiB gets none. */
static void test_lzma_dictionary(void **state)
{
	byte_vec bytes = { 0 };
	struct seen seen;

	(void)state;
	made_stream(&bytes, "lzma", text, TEXT_BYTES);
	memset(bytes.at + 1, 0xff, 4);
	bytes.at[1] = 0;
	seen_walk(&seen, bytes.at, bytes.len, "kd.lzma", &limits);
	assert_int_equal(seen.steps.len, 1);
	assert_string_equal(seen.steps.at[0].reason, "unsupported");
	seen_free(&seen);
	vec_free(&bytes);
}

static void check_whole(const byte_vec *bytes, const void *data, size_t len)
{
	struct outcome outcome;

	for (size_t piece = 1000; piece < 4000000; piece *= 1000) {
		by_us(&outcome, bytes->at, bytes->len, piece);
		assert_false(outcome.bad);
		assert_int_equal(outcome.data.len, len);
		if (len)
			assert_memory_equal(outcome.data.at, data, len);
		outcome_free(&outcome);
	}
}

/* Members end and begin at every place around the border of two pieces of input. */
static void test_gzip_members_across_pieces(void **state)
{
	(void)state;
	for (size_t len = 131072 - 60; len < 131072; len++) {
		byte_vec bytes = { 0 };

		made_stream(&bytes, "gzip", noise, len);
		made_stream(&bytes, "gzip", noise + len, 200000 - len);
		check_whole(&bytes, noise, 200000);
		vec_free(&bytes);
	}
}

/* The fields that a header may have, whose end a member without them begins behind. */
static void test_gzip_header_fields(void **state)
{
	static const unsigned char fields[] = { 5,   0, 1,   2,   3, 4, 0,
						'n', 0, 'c', 'c', 0, 7, 7 };
	byte_vec plain = { 0 }, bytes = { 0 };

	(void)state;
	made_stream(&plain, "gzip", text, TEXT_BYTES);
	bytes_put(&bytes, "\x1f\x8b\x08\x1e\0\0\0\0\0\3", 10);
	bytes_put(&bytes, fields, sizeof(fields));
	bytes_put(&bytes, plain.at + 10, plain.len - 10);
	check_whole(&bytes, text, TEXT_BYTES);
	for (size_t cut = 4; cut < 10 + sizeof(fields); cut++) {
		struct seen seen;

		seen_walk(&seen, bytes.at, cut, "kd.gz", &limits);
		assert_int_equal(seen.steps.len, 1);
		assert_string_equal(seen.steps.at[0].path, "kd.gz");
		assert_string_equal(seen.steps.at[0].reason, "truncated");
		seen_free(&seen);
	}
	vec_free(&plain);
	vec_free(&bytes);
}

/* All bytes come, then the news that they are not what went in. */
static void test_gzip_trailer(void **state)
{
	byte_vec bytes = { 0 };

	(void)state;
	made_stream(&bytes, "gzip", text, TEXT_BYTES);
	for (size_t back = 1; back <= 8; back++) {
		struct outcome outcome;

		bytes.at[bytes.len - back] ^= 0x10;
		by_us(&outcome, bytes.at, bytes.len, 1 << 20);
		assert_true(outcome.bad);
		assert_int_equal(outcome.data.len, TEXT_BYTES);
		outcome_free(&outcome);
		bytes.at[bytes.len - back] ^= 0x10;
	}
	vec_free(&bytes);
}

/* Zeros may follow, however many, and nothing behind them. */
static void test_gzip_padding(void **state)
{
	byte_vec bytes = { 0 };
	struct outcome outcome;

	(void)state;
	made_stream(&bytes, "gzip", text, TEXT_BYTES);
	for (int i = 0; i < 300000; i++)
		bytes_put_u8(&bytes, 0);
	check_whole(&bytes, text, TEXT_BYTES);
	bytes_put_u8(&bytes, 1);
	by_us(&outcome, bytes.at, bytes.len, 1 << 20);
	assert_true(outcome.bad);
	assert_int_equal(outcome.data.len, TEXT_BYTES);
	outcome_free(&outcome);
	vec_free(&bytes);
}

static void test_empty_frames(void **state)
{
	byte_vec bytes = { 0 };

	(void)state;
	made_stream(&bytes, "zstd", "", 0);
	check_whole(&bytes, "", 0);
	made_stream(&bytes, "zstd", text, TEXT_BYTES);
	made_stream(&bytes, "zstd", "", 0);
	bytes_put(&bytes, "\x5f\x2a\x4d\x18\3\0\0\0end", 11);
	check_whole(&bytes, text, TEXT_BYTES);
	vec_free(&bytes);
	made_stream(&bytes, "gzip", "", 0);
	made_stream(&bytes, "gzip", text, TEXT_BYTES);
	made_stream(&bytes, "gzip", "", 0);
	check_whole(&bytes, text, TEXT_BYTES);
	vec_free(&bytes);
}

/* What came before the broken block is there, also in one large read. */
static void test_zstd_keeps_the_blocks_before_damage(void **state)
{
	byte_vec bytes = { 0 };
	struct outcome outcome;

	(void)state;
	made_stream(&bytes, "zstd", noise, sizeof(noise));
	/* Behind magic, descriptor and window stand raw blocks of 128 KiB, each behind three bytes. The third gets a type that is none. */
	assert_int_equal(bytes.at[6] & 6, 0);
	bytes.at[6 + 2 * (131072 + 3)] |= 6;
	by_us(&outcome, bytes.at, bytes.len, 1 << 20);
	assert_true(outcome.bad);
	assert_true(outcome.data.len >= 131072 && outcome.data.len <= 2 * 131072);
	assert_memory_equal(outcome.data.at, noise, outcome.data.len);
	outcome_free(&outcome);
	vec_free(&bytes);
}

/* Memory that ends with `len` bytes in front of what must not be touched. */
static unsigned char *guarded(size_t len, void **map, size_t *map_len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), body = (len + page - 1) / page * page;
	unsigned char *at;

	*map_len = body + page;
	*map = mmap(NULL, *map_len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		    -1, 0);
	assert_ptr_not_equal(*map, MAP_FAILED);
	at = *map;
	assert_int_equal(mprotect(at + body, page, PROT_NONE), 0);
	return at + body - len;
}

/* ISA-L is not instrumented: that it keeps within what it is given shows by pages that must not be touched. */
static void check_bounds(const unsigned char *deflate, size_t len, size_t room)
{
	void *in_map, *out_map;
	size_t in_len, out_len, done, all = 0;
	unsigned char *in = guarded(len, &in_map, &in_len),
		      *out = guarded(room, &out_map, &out_len);
	struct inflate *inflate = inflate_new();
	struct slice input = { (const char *)in, len };
	enum inflate_result result = INFLATE_GOES_ON;

	memcpy(in, deflate, len);
	inflate_begin(inflate, INFLATE_RAW);
	while (result == INFLATE_GOES_ON) {
		size_t before = input.len;

		result = inflate_run(inflate, &input, out, room, &done);
		assert_true(done <= room && all + done <= TEXT_BYTES);
		assert_memory_equal(out, text + all, done);
		all += done;
		if (done == 0 && input.len == before)
			break;
	}
	if (result == INFLATE_ENDED)
		assert_int_equal(all, TEXT_BYTES);
	inflate_free(inflate);
	munmap(in_map, in_len);
	munmap(out_map, out_len);
}

static void test_inflate_keeps_within_bounds(void **state)
{
	struct error error = ERROR_INIT;
	byte_vec bytes = { 0 };

	(void)state;
	assert_true(inflate_prepare(&error));
	made_stream(&bytes, "gzip", text, TEXT_BYTES);
	for (size_t room = 1; room < TEXT_BYTES + 300; room += room < 300 ? 1 : 37)
		check_bounds(bytes.at + 10, bytes.len - 18, room);
	for (size_t len = 1; len < bytes.len - 18; len++)
		check_bounds(bytes.at + 10, len, TEXT_BYTES);
	vec_free(&bytes);
}

static void test_sum(void **state)
{
	struct error error = ERROR_INIT;

	(void)state;
	assert_true(inflate_prepare(&error));
	assert_int_equal(inflate_crc_add(0, "123456789", 9), 0xcbf43926);
	assert_int_equal(inflate_crc_add(inflate_crc_add(0, "1234", 4), "56789", 5),
			 0xcbf43926);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zstd_against_oracle),
		cmocka_unit_test(test_gzip_against_oracle),
		cmocka_unit_test(test_xz_against_oracle),
		cmocka_unit_test(test_lzma_dictionary),
		cmocka_unit_test(test_gzip_members_across_pieces),
		cmocka_unit_test(test_gzip_header_fields),
		cmocka_unit_test(test_gzip_trailer),
		cmocka_unit_test(test_gzip_padding),
		cmocka_unit_test(test_empty_frames),
		cmocka_unit_test(test_zstd_keeps_the_blocks_before_damage),
		cmocka_unit_test(test_inflate_keeps_within_bounds),
		cmocka_unit_test(test_sum),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, NULL);
}
