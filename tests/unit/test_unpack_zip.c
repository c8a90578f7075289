/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our own reader of ordinary zips: which it takes and which it leaves to libarchive, what it makes of headers that contradict
 * each other and of members that share bytes, and that no damage ever gives a member whole that is not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "stages/inflate.h"
#include "stages/unpack_zip.h"
#include "tests/unit/archives.h"

static const struct unpack_limits limits = { .depth = 8, .nested_bytes = 1u << 20 };

static char large[500000];

static const struct made_file files[] = {
	{ "first.log", "the first log, the first log, the first log\n", 44 },
	{ "large.log", large, sizeof(large) },
	{ "empty.log", "", 0 },
	{ "last.log", "the last log, the last log, the last log, the last log\n", 55 },
};

#define FILES (sizeof(files) / sizeof(files[0]))

static int setup(void **state)
{
	struct error error = ERROR_INIT;

	(void)state;
	made_text(large, sizeof(large), 5);
	return inflate_prepare(&error) ? 0 : -1;
}

/* ---- a zip made byte by byte ---- */

struct part {
	const char *name;
	const void *data; /* as stored */
	size_t len;
	uint32_t bytes, crc; /* of what it decodes to */
	unsigned method, flags, system;
	uint32_t attributes;
	bool wide;              /* its sizes stand in a field of 64 bits */
	bool descriptor;        /* and behind the data */
	const char *local_name; /* NULL: the same */
	int same_as; /* above 0: no bytes of its own, but those of the part with this number, from 1 */
};

static void put(byte_vec *out, uint64_t value, int len)
{
	for (int i = 0; i < len; i++)
		bytes_put_u8(out, (uint8_t)(value >> 8 * i));
}

/* The fields that both headers have, from the flags to the length of the name. */
static void put_fields(byte_vec *out, const struct part *part, bool local, size_t name_len)
{
	bool behind = local && part->descriptor;

	put(out, part->flags | (part->descriptor ? ZIP_FLAG_DESCRIPTOR : 0), 2);
	put(out, part->method, 2);
	put(out, 0x3c6a8d52, 4);
	put(out, behind ? 0 : part->crc, 4);
	put(out, part->wide ? UINT32_MAX : behind ? 0 : part->len, 4);
	put(out, part->wide ? UINT32_MAX : behind ? 0 : part->bytes, 4);
	put(out, name_len, 2);
}

static void put_wide(byte_vec *out, const struct part *part)
{
	if (!part->wide)
		return;
	put(out, ZIP_EXTRA_ZIP64, 2);
	put(out, 16, 2);
	put(out, part->bytes, 8);
	put(out, part->len, 8);
}

static void put_local(byte_vec *out, const struct part *part)
{
	const char *name = part->local_name ? part->local_name : part->name;

	bytes_put(out, "PK\3\4\24\0", 6);
	put_fields(out, part, true, strlen(name));
	put(out, part->wide ? 20 : 0, 2);
	bytes_put(out, name, strlen(name));
	put_wide(out, part);
	bytes_put(out, part->data, part->len);
	if (part->descriptor) {
		bytes_put(out, "PK\7\10", 4);
		put(out, part->crc, 4);
		put(out, part->len, part->wide ? 8 : 4);
		put(out, part->bytes, part->wide ? 8 : 4);
	}
}

static void put_central(byte_vec *out, const struct part *part, size_t at)
{
	bytes_put(out, "PK\1\2\24", 5);
	put(out, part->system, 1);
	put(out, 20, 2);
	put_fields(out, part, false, strlen(part->name));
	put(out, part->wide ? 20 : 0, 2);
	put(out, 0, 6);
	put(out, part->attributes, 4);
	put(out, at, 4);
	bytes_put(out, part->name, strlen(part->name));
	put_wide(out, part);
}

static void make(byte_vec *out, const struct part *parts, size_t count, bool end64)
{
	size_t places[16], at;

	out->len = 0;
	for (size_t i = 0; i < count; i++) {
		places[i] = parts[i].same_as > 0 ? places[parts[i].same_as - 1] : out->len;
		if (parts[i].same_as <= 0)
			put_local(out, &parts[i]);
	}
	at = out->len;
	for (size_t i = 0; i < count; i++)
		put_central(out, &parts[i], places[i]);
	if (end64) {
		size_t end = out->len;

		bytes_put(out, "PK\6\6", 4);
		put(out, 44, 8);
		put(out, 0x2d002d, 4);
		put(out, 0, 8);
		put(out, count, 8);
		put(out, count, 8);
		put(out, end - at, 8);
		put(out, at, 8);
		bytes_put(out, "PK\6\7\0\0\0\0", 8);
		put(out, end, 8);
		put(out, 1, 4);
		bytes_put(out, "PK\5\6\0\0\0\0", 8);
		put(out, UINT64_MAX, 8);
		put(out, UINT32_MAX, 4);
	} else {
		size_t end = out->len;

		bytes_put(out, "PK\5\6\0\0\0\0", 8);
		put(out, count, 2);
		put(out, count, 2);
		put(out, end - at, 4);
		put(out, at, 4);
	}
	put(out, 0, 2);
}

#define TEXT "text\n"

static struct part stored(const char *name)
{
	return (struct part){ .name = name,
			      .data = TEXT,
			      .len = 5,
			      .bytes = 5,
			      .crc = inflate_crc_add(0, TEXT, 5),
			      .system = 3 };
}

static bool is_taken(const byte_vec *bytes)
{
	int fd = memfd_create("zip", MFD_CLOEXEC);
	struct zip_directory directory;
	struct source source;
	bool taken;

	assert_int_equal(write(fd, bytes->at, bytes->len), (ssize_t)bytes->len);
	source_from_fd(&source, fd, true);
	taken = zip_directory_read(&directory, &source);
	if (taken)
		zip_directory_free(&directory);
	source_release(&source);
	return taken;
}

/* The walk through it, in order: "name" for a whole member, "name:reason" for one that is not. */
static void check_steps(const byte_vec *bytes, const char *expected)
{
	byte_vec told = { 0 };
	struct seen seen;

	seen_walk(&seen, bytes->at, bytes->len, "a.zip", &limits);
	vec_for_each(step, &seen.steps) {
		const char *name = strstr(step->path, "!/");

		if (told.len)
			bytes_put(&told, " ", 1);
		name = name ? name + 2 : step->path;
		bytes_put(&told, name, strlen(name));
		if (!step->failed && !step->broke) {
			assert_int_equal(step->data.len, 5);
			assert_memory_equal(step->data.at, TEXT, 5);
			continue;
		}
		bytes_put(&told, ":", 1);
		bytes_put(&told, step->reason, strlen(step->reason));
	}
	bytes_put_u8(&told, 0);
	assert_string_equal((const char *)told.at, expected);
	vec_free(&told);
	seen_free(&seen);
}

/* ---- tests ---- */

static void test_made_zips_are_taken(void **state)
{
	static const char *const options[] = { NULL, "compression=store", "zip64" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		byte_vec bytes = { 0 };
		struct seen seen;

		assert_true(made_archive(&bytes, "zip", NULL, options[i], files, FILES));
		assert_true(is_taken(&bytes));
		seen_walk(&seen, bytes.at, bytes.len, "a.zip", &limits);
		assert_int_equal(seen.steps.len, FILES);
		assert_int_equal(seen_bad(&seen), 0);
		for (size_t k = 0; k < FILES; k++) {
			assert_int_equal(seen.steps.at[k].data.len, files[k].len);
			if (files[k].len)
				assert_memory_equal(seen.steps.at[k].data.at,
						    files[k].data, files[k].len);
		}
		seen_free(&seen);
		vec_free(&bytes);
	}
}

static void test_zip64_and_descriptors(void **state)
{
	byte_vec bytes = { 0 };

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		struct part parts[2] = { stored("a"), stored("b") };

		parts[0].wide = i & 1;
		parts[1].descriptor = i & 2;
		parts[1].wide = i == 3;
		make(&bytes, parts, 2, i & 4);
		assert_true(is_taken(&bytes));
		check_steps(&bytes, "a b");
	}
	vec_free(&bytes);
}

static void test_what_is_left_to_libarchive(void **state)
{
	struct part part = stored("a");
	byte_vec bytes = { 0 };

	(void)state;
	make(&bytes, &part, 1, false);
	assert_true(is_taken(&bytes));
	bytes_put(&bytes, "behind", 6);
	assert_false(is_taken(&bytes));
	check_steps(&bytes, "a");
	part.flags = ZIP_FLAG_ENCRYPTED;
	make(&bytes, &part, 1, false);
	assert_false(is_taken(&bytes));
	check_steps(&bytes, "a:encrypted-no-password");
	part = stored("a");
	part.method = 9;
	make(&bytes, &part, 1, false);
	assert_false(is_taken(&bytes));
	check_steps(&bytes, "a:unsupported");
	part = stored("a");
	make(&bytes, &part, 1, false);
	bytes.at[bytes.len - 12]++; /* one entry more than there are */
	bytes.at[bytes.len - 14]++;
	assert_false(is_taken(&bytes));
	make(&bytes, &part, 1, false);
	bytes.at[bytes.len - 6]--; /* the directory begins elsewhere */
	assert_false(is_taken(&bytes));
	bytes.len = 0;
	bytes_put(&bytes, "PK\3\4", 4);
	assert_false(is_taken(&bytes));
	vec_free(&bytes);
}

/* A directory that is said to be where no file has bytes is no failure of the file: the first member is looked at instead. */
static void test_a_directory_beyond_the_file(void **state)
{
	static const uint64_t places[] = { UINT64_MAX, UINT64_MAX - 40, INT64_MAX, 1u << 20 };
	struct part part = stored("a");
	byte_vec bytes = { 0 };

	(void)state;
	part.flags = ZIP_FLAG_ENCRYPTED;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		int fd = memfd_create("zip", MFD_CLOEXEC);
		struct source source;
		struct zip_look look;
		size_t end64;

		make(&bytes, &part, 1, true);
		end64 = bytes.len - ZIP_END_BYTES - ZIP_LOCATOR_BYTES - ZIP_END64_BYTES;
		bytes.len = end64 + 48;
		put(&bytes, places[i], 8);
		bytes.len = end64 + ZIP_END64_BYTES + ZIP_LOCATOR_BYTES + ZIP_END_BYTES;
		assert_int_equal(write(fd, bytes.at, bytes.len), (ssize_t)bytes.len);
		source_from_fd(&source, fd, true);
		look = zip_look(&source);
		assert_true(look.encrypted);
		assert_false(look.outside);
		assert_int_equal(source.error.kind, ERROR_NONE);
		source_release(&source);
		assert_false(is_taken(&bytes));
	}
	vec_free(&bytes);
}

static void test_an_empty_zip(void **state)
{
	byte_vec bytes = { 0 };

	(void)state;
	make(&bytes, NULL, 0, false);
	assert_true(is_taken(&bytes));
	check_steps(&bytes, "");
	vec_free(&bytes);
}

/* Of members that share their bytes one is read at most. */
static void test_members_that_overlap(void **state)
{
	struct part parts[3] = { stored("a"), stored("a"), stored("c") };
	byte_vec bytes = { 0 }, inner = { 0 };

	(void)state;
	parts[1].same_as = 1;
	make(&bytes, parts, 3, false);
	check_steps(&bytes, "a:corrupt a c");
	/* The first holds the headers and the data of the second, as a bomb of that kind does. */
	parts[1] = stored("b");
	put_local(&inner, &parts[1]);
	parts[0].data = inner.at;
	parts[0].len = parts[0].bytes = (uint32_t)inner.len;
	parts[0].crc = inflate_crc_add(0, inner.at, inner.len);
	make(&bytes, parts, 2, false);
	for (size_t i = 0; i < bytes.len; i++)
		if (memcmp(bytes.at + i, "PK\1\2", 4) == 0 && bytes.at[i + 46] == 'b')
			bytes.at[i + 42] = (unsigned char)(ZIP_LOCAL_BYTES + 1);
	assert_true(is_taken(&bytes));
	check_steps(&bytes, "a:corrupt b");
	vec_free(&inner);
	vec_free(&bytes);
}

/* What the two headers of a member say must be one thing; the others are read. */
static void test_headers_that_differ(void **state)
{
	static const size_t places[] = { 0, 8, 14, 18, 22, 26, 30 };
	struct part parts[2] = { stored("a"), stored("b") };
	byte_vec bytes = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		make(&bytes, parts, 2, false);
		bytes.at[places[i]] ^= 8;
		if (places[i] > 0)
			check_steps(&bytes, "a:corrupt b");
	}
	parts[0].local_name = "z";
	make(&bytes, parts, 2, false);
	check_steps(&bytes, "a:corrupt b");
	parts[0] = stored("a");
	parts[0].bytes = 6; /* stored, of two sizes */
	make(&bytes, parts, 2, false);
	check_steps(&bytes, "a:corrupt b");
	vec_free(&bytes);
}

/* Deflated data that is longer or shorter than it should be, or followed by more: never more bytes than were announced. */
static void test_deflated_sizes(void **state)
{
	static const unsigned char data[] = { 0x2b, 0x49, 0xad, 0x28, 0xe1,
					      0x02, 0x00, 0,    0 };
	struct part parts[2] = { stored("a"), stored("b") };
	byte_vec bytes = { 0 };

	(void)state;
	parts[0].method = ZIP_DEFLATED;
	parts[0].data = data;
	for (size_t len = 0; len <= sizeof(data); len++)
		for (uint32_t said = 0; said <= 7; said++) {
			struct seen seen;

			parts[0].len = len;
			parts[0].bytes = said;
			make(&bytes, parts, 2, false);
			seen_walk(&seen, bytes.at, bytes.len, "a.zip", &limits);
			assert_int_equal(seen.steps.len, 2);
			assert_int_equal(seen_bad(&seen), !(len == 7 && said == 5));
			assert_true(seen.steps.at[0].data.len <= said);
			if (seen_bad(&seen))
				assert_string_equal(seen.steps.at[0].reason, "corrupt");
			seen_free(&seen);
		}
	vec_free(&bytes);
}

/* Names as libarchive gives them, which reads the other zips; what is no file is passed over. */
static void test_names_and_types(void **state)
{
	struct part parts[] = { stored("a\\b"), stored("c/d\\e"),   stored("folder/"),
				stored("f\\"),  stored("dos"),      stored("link"),
				stored("pipe"), stored("gr\x81\\x") };
	byte_vec bytes = { 0 };

	(void)state;
	parts[4].system = 0;
	parts[4].attributes = 0x10;
	parts[5].attributes = 0120777u << 16;
	parts[6].attributes = 010600u << 16;
	make(&bytes, parts, sizeof(parts) / sizeof(parts[0]), false);
	assert_true(is_taken(&bytes));
	check_steps(&bytes, "a/b c/d\\e pipe gr\xc3\xbc\\x");
	bytes_put_u8(&bytes, 0);
	assert_false(is_taken(&bytes));
	check_steps(&bytes, "a/b c/d\\e pipe gr\xc3\xbc\\x");
	vec_free(&bytes);
}

/* Whole members only: the bytes of each that did not break. */
static void check_whole(const byte_vec *bytes, size_t len)
{
	struct seen seen;

	seen_walk(&seen, bytes->at, len, "a.zip", &limits);
	vec_for_each(step, &seen.steps) {
		bool known = step->failed || step->broke;

		for (size_t i = 0; i < FILES && !known; i++)
			known = step->data.len == files[i].len &&
				(files[i].len == 0 ||
				 memcmp(step->data.at, files[i].data, files[i].len) == 0);
		assert_true(known);
	}
	seen_free(&seen);
}

static void test_damage_never_passes_for_whole(void **state)
{
	const struct made_file few[] = { files[0], files[2], files[3] };
	byte_vec bytes = { 0 };

	(void)state;
	assert_true(made_archive(&bytes, "zip", NULL, NULL, few, 3));
	for (size_t at = 4; at < bytes.len; at++)
		for (int bit = 0; bit < 8; bit++) {
			bytes.at[at] ^= (unsigned char)(1 << bit);
			check_whole(&bytes, bytes.len);
			bytes.at[at] ^= (unsigned char)(1 << bit);
		}
	for (size_t cut = 5; cut < bytes.len; cut++)
		check_whole(&bytes, cut);
	vec_free(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_made_zips_are_taken),
		cmocka_unit_test(test_zip64_and_descriptors),
		cmocka_unit_test(test_what_is_left_to_libarchive),
		cmocka_unit_test(test_a_directory_beyond_the_file),
		cmocka_unit_test(test_an_empty_zip),
		cmocka_unit_test(test_members_that_overlap),
		cmocka_unit_test(test_headers_that_differ),
		cmocka_unit_test(test_deflated_sizes),
		cmocka_unit_test(test_names_and_types),
		cmocka_unit_test(test_damage_never_passes_for_whole),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, NULL);
}
