/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Archives that are cut, flipped, encrypted or otherwise not what they should be. What must hold for
 * each: no crash, no hang, never bytes that are wrong where a checksum could tell, the members before
 * the damage, and no clean end when anything is missing.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/archives.h"

static const struct unpack_limits limits = { .depth = 8, .nested_bytes = 1u << 20 };

static char noise[700];

static const struct made_file files[] = {
	{ "first.log", "the first log, the first log, the first log\n", 44 },
	{ "noise.log", noise, sizeof(noise) },
	{ "last.log", "the last log, the last log, the last log, the last log\n", 55 },
};

#define FILES (sizeof(files) / sizeof(files[0]))

static int setup(void **state)
{
	(void)state;
	for (unsigned i = 0, random = 7; i < sizeof(noise); i++) {
		random = random * 1103515245 + 12345;
		noise[i] = (char)('!' + (random >> 16) % 90);
	}
	return 0;
}

static void make(byte_vec *out, const char *format, const char *filter, const char *options)
{
	assert_true(made_archive(out, format, filter, options, files, FILES));
}

static const struct made_file *file_of(const struct seen_step *step)
{
	for (size_t i = 0; i < FILES; i++)
		if (slice_ends(slice_from(step->path), slice_from(files[i].name)))
			return &files[i];
	return NULL;
}

/* Members whose bytes are all there, none of them wrong. */
static size_t whole_members(const struct seen *seen)
{
	size_t whole = 0;

	vec_for_each(step, &seen->steps) {
		const struct made_file *file = file_of(step);

		if (!file || step->failed)
			continue;
		assert_true(step->data.len <= file->len);
		if (step->data.len)
			assert_memory_equal(step->data.at, file->data, step->data.len);
		whole += !step->broke && step->data.len == file->len;
	}
	return whole;
}

/* Cuts an archive at every byte: `ends` are where each member's bytes end, NULL when it cannot be said. */
static void check_cuts(const byte_vec *bytes, const char *name, const size_t *ends)
{
	struct seen seen;

	for (size_t cut = 12; cut < bytes->len; cut++) {
		size_t whole;

		seen_walk(&seen, bytes->at, cut, name, &limits);
		whole = whole_members(&seen);
		if (seen_bad(&seen) == 0 && whole != FILES)
			fail_msg("%s cut at %zu of %zu: a clean end", name, cut, bytes->len);
		for (size_t i = 0; ends && i < FILES; i++)
			if (cut >= ends[i] && whole < i + 1)
				fail_msg("%s cut at %zu: only %zu members", name, cut, whole);
		seen_free(&seen);
		if (cut % 8 == 0) {
			seen_skim(&seen, bytes->at, cut, name, &limits);
			seen_free(&seen);
		}
	}
}

/* Where the bytes of each member end; they are stored as they are. */
static void find_ends(const byte_vec *bytes, size_t *ends)
{
	struct slice all = { (const char *)bytes->at, bytes->len };

	for (size_t i = 0; i < FILES; i++) {
		ptrdiff_t at = slice_find(all, (struct slice){ files[i].data, files[i].len });

		assert_true(at >= 0);
		ends[i] = (size_t)at + files[i].len;
	}
}

static void test_cut_zip(void **state)
{
	byte_vec bytes = { 0 };
	size_t ends[FILES];

	(void)state;
	make(&bytes, "zip", NULL, "compression=store");
	find_ends(&bytes, ends);
	for (size_t i = 0; i < FILES; i++)
		ends[i] += 24; /* its sums follow */
	check_cuts(&bytes, "case.zip", ends);
	bytes.len = 0;
	make(&bytes, "zip", NULL, NULL);
	check_cuts(&bytes, "case.zip", NULL);
	vec_free(&bytes);
}

static void test_cut_tar(void **state)
{
	byte_vec bytes = { 0 };
	size_t ends[FILES];

	(void)state;
	make(&bytes, "ustar", NULL, NULL);
	find_ends(&bytes, ends);
	/* Below one header it is no tar, but a file of its own. */
	for (size_t cut = 512; cut < bytes.len; cut += 1) {
		struct seen seen;
		size_t whole;

		seen_walk(&seen, bytes.at, cut, "case.tar", &limits);
		whole = whole_members(&seen);
		for (size_t i = 0; i < FILES; i++)
			assert_true(cut < ((ends[i] + 511) & ~(size_t)511) || whole >= i + 1);
		/* A tar is whole with the first block of its end mark. */
		if (cut < ((ends[FILES - 1] + 511) & ~(size_t)511) + 512)
			assert_true(seen_bad(&seen) > 0);
		seen_free(&seen);
	}
	vec_free(&bytes);
}

static void test_cut_compressed_tar(void **state)
{
	static const char *const filters[] = { "gzip", "zstd", "xz", "bzip2", "lz4" };

	(void)state;
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		byte_vec bytes = { 0 };
		char name[40];

		make(&bytes, "ustar", filters[i], NULL);
		snprintf(name, sizeof(name), "case.tar.%s", filters[i]);
		check_cuts(&bytes, name, NULL);
		vec_free(&bytes);
	}
}

static void test_cut_7z(void **state)
{
	byte_vec bytes = { 0 };

	(void)state;
	make(&bytes, "7zip", NULL, NULL);
	check_cuts(&bytes, "case.7z", NULL);
	vec_free(&bytes);
}

static void test_cut_rar(void **state)
{
	byte_vec bytes = { 0 };
	struct seen seen;

	(void)state;
	for (int version = 4; version <= 5; version++) {
		bytes.len = 0;
		if (version == 4)
			made_rar4(&bytes, &files[1], false);
		else
			made_rar5(&bytes, &files[1]);
		for (size_t cut = 8; cut < bytes.len - 8; cut++) {
			seen_walk(&seen, bytes.at, cut, "case.rar", &limits);
			assert_true(whole_members(&seen) == 1 || seen_bad(&seen) > 0);
			seen_free(&seen);
		}
	}
	vec_free(&bytes);
}

/* A cut archive inside a whole one is reported by its own path, and what follows it is read. */
static void test_cut_archive_inside(void **state)
{
	static const char *const formats[] = { "zip", "7zip", "ustar" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct made_file pair[2] = { { "in.a", NULL, 0 },
					     { "after.txt", "text\n", 5 } };
		byte_vec inner = { 0 }, bytes = { 0 };
		struct seen seen;

		make(&inner, formats[i], NULL, NULL);
		pair[0].data = inner.at;
		pair[0].len = i == 2 ? 1700 : inner.len - 100;
		assert_true(made_archive(&bytes, "zip", NULL, NULL, pair, 2));
		seen_walk(&seen, bytes.at, bytes.len, "o.zip", &limits);
		assert_true(seen_bad(&seen) >= 1 || whole_members(&seen) == FILES);
		assert_non_null(seen_find(&seen, "o.zip!/after.txt"));
		assert_null(seen_find(&seen, "o.zip"));
		seen_free(&seen);
		vec_free(&inner);
		vec_free(&bytes);
	}
}

/* Cut streams give what they can and one reason, told once. */
static void test_cut_stream_reason(void **state)
{
	static const char *const filters[] = { "gzip", "zstd", "xz", "lzma" };
	static char large[1 << 20];

	(void)state;
	for (unsigned i = 0, random = 3; i < sizeof(large); i++) {
		random = random * 1103515245 + 12345;
		large[i] = (char)('a' + (random >> 16) % 20);
	}
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		byte_vec bytes = { 0 };
		struct seen seen;

		assert_true(made_stream(&bytes, filters[i], large, sizeof(large)));
		seen_walk(&seen, bytes.at, bytes.len / 2, "kd.lzma", &limits);
		assert_int_equal(seen.steps.len, 1);
		assert_string_equal(seen.steps.at[0].path, "kd.lzma!/kd");
		assert_true(seen.steps.at[0].broke);
		assert_string_equal(seen.steps.at[0].reason, "truncated");
		assert_true(seen.steps.at[0].data.len > 100000);
		assert_memory_equal(seen.steps.at[0].data.at, large,
				    seen.steps.at[0].data.len);
		seen_free(&seen);
		vec_free(&bytes);
	}
}

static void test_bytes_behind_a_stream(void **state)
{
	byte_vec bytes = { 0 };
	struct seen seen;

	(void)state;
	made_stream(&bytes, "gzip", noise, sizeof(noise));
	bytes_put(&bytes, "something else", 14);
	seen_walk(&seen, bytes.at, bytes.len, "kd.gz", &limits);
	assert_int_equal(seen.steps.len, 2);
	assert_int_equal(seen.steps.at[0].data.len, sizeof(noise));
	assert_string_equal(seen.steps.at[1].path, "kd.gz");
	assert_string_equal(seen.steps.at[1].reason, "corrupt");
	seen_free(&seen);
	vec_free(&bytes);
}

static void check_flips(const byte_vec *bytes, const char *name)
{
	struct seen seen;

	for (size_t at = 0; at < bytes->len; at++) {
		/* Every bit of what steers the archive, one bit in eight of the noise. */
		unsigned step = at < 100 || at + 150 > bytes->len ? 1 : 8;

		for (unsigned bit = at % step; bit < 8; bit += step) {
			bytes->at[at] ^= (unsigned char)(1 << bit);
			seen_walk(&seen, bytes->at, bytes->len, name, &limits);
			seen_free(&seen);
			if (at % 8 == 0) {
				seen_skim(&seen, bytes->at, bytes->len, name, &limits);
				seen_free(&seen);
			}
			bytes->at[at] ^= (unsigned char)(1 << bit);
		}
	}
}

static void test_flipped_bits(void **state)
{
	static const struct {
		const char *format, *filter, *name;
	} kinds[] = {
		{ "zip", NULL, "case.zip" },         { "7zip", NULL, "case.7z" },
		{ "ustar", "zstd", "case.tar.zst" }, { "pax", "gzip", "case.tgz" },
		{ "ustar", "compress", "case.taz" }, { "ustar", "lz4", "case.tar.lz4" },
	};
	byte_vec bytes = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		bytes.len = 0;
		make(&bytes, kinds[i].format, kinds[i].filter, NULL);
		check_flips(&bytes, kinds[i].name);
	}
	bytes.len = 0;
	made_rar4(&bytes, &files[0], false);
	check_flips(&bytes, "case.rar");
	bytes.len = 0;
	made_rar5(&bytes, &files[0]);
	check_flips(&bytes, "case.rar");
	vec_free(&bytes);
}

/* A flipped byte in one member of a zip costs that member only. */
static void test_zip_checksum(void **state)
{
	static const char *const options[] = { "compression=store", "compression=deflate" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		byte_vec bytes = { 0 };
		struct seen seen;

		make(&bytes, "zip", NULL, options[i]);
		bytes.at[bytes.len / 2] ^= 1;
		seen_walk(&seen, bytes.at, bytes.len, "case.zip", &limits);
		assert_int_equal(seen.steps.len, FILES);
		assert_int_equal(seen_bad(&seen), 1);
		assert_true(seen.steps.at[1].broke);
		assert_string_equal(seen.steps.at[1].reason, "corrupt");
		assert_int_equal(seen.steps.at[1].data.len, sizeof(noise));
		seen_free(&seen);
		vec_free(&bytes);
	}
}

/* The sum of the member around a nested tar is checked too. */
static void test_zip_checksum_around_tar(void **state)
{
	struct made_file file = { "in.tar", NULL, 0 };
	byte_vec inner = { 0 }, bytes = { 0 };
	struct seen seen;

	(void)state;
	make(&inner, "ustar", NULL, NULL);
	file.data = inner.at;
	file.len = inner.len;
	assert_true(made_archive(&bytes, "zip", NULL, "compression=store", &file, 1));
	bytes.at[1700] ^= 1;
	seen_walk(&seen, bytes.at, bytes.len, "o.zip", &limits);
	assert_int_equal(seen_bad(&seen), 1);
	assert_non_null(seen_find(&seen, "o.zip!/in.tar"));
	assert_string_equal(seen_find(&seen, "o.zip!/in.tar")->reason, "corrupt");
	seen_free(&seen);
	vec_free(&inner);
	vec_free(&bytes);
}

static void test_damaged_tar_header(void **state)
{
	byte_vec bytes = { 0 };
	struct seen seen;

	(void)state;
	make(&bytes, "ustar", NULL, NULL);
	bytes.at[1024 + 10] ^= 0x40; /* the second member's name */
	seen_walk(&seen, bytes.at, bytes.len, "case.tar", &limits);
	assert_int_equal(seen.steps.len, 3);
	assert_non_null(seen_find(&seen, "case.tar!/first.log"));
	assert_non_null(seen_find(&seen, "case.tar!/last.log"));
	assert_string_equal(seen_find(&seen, "case.tar")->reason, "corrupt");
	seen_free(&seen);
	vec_free(&bytes);
}

static void check_reason(const byte_vec *bytes, const char *name, size_t bad, const char *reason)
{
	struct seen seen;

	seen_walk(&seen, bytes->at, bytes->len, name, &limits);
	assert_int_equal(seen_bad(&seen), bad);
	vec_for_each(step, &seen.steps) {
		if (step->failed || step->broke)
			assert_string_equal(step->reason, reason);
		assert_int_equal(step->failed || step->broke ? step->data.len : 0, 0);
	}
	seen_free(&seen);
	seen_skim(&seen, bytes->at, bytes->len, name, &limits);
	assert_int_equal(seen_bad(&seen), bad);
	seen_free(&seen);
}

/* libarchive does not look at it where a member is stored. */
static void test_rar5_checksum(void **state)
{
	const struct made_file file = { "kd.log", "text of a log\n", 14 };
	byte_vec bytes = { 0 };
	struct seen seen;

	(void)state;
	made_rar5(&bytes, &file);
	((unsigned char *)memmem(bytes.at, bytes.len, "text", 4))[0] ^= 1;
	seen_walk(&seen, bytes.at, bytes.len, "case.rar", &limits);
	assert_int_equal(seen.steps.len, 1);
	assert_true(seen.steps.at[0].broke);
	assert_string_equal(seen.steps.at[0].reason, "corrupt");
	assert_int_equal(seen.steps.at[0].data.len, 14);
	seen_free(&seen);
	vec_free(&bytes);
}

static void test_encrypted_zip(void **state)
{
	static const char *const options[] = { "encryption=zipcrypt", "encryption=aes128",
					       "encryption=aes256" };
	byte_vec bytes = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		bytes.len = 0;
		if (!made_archive(&bytes, "zip", NULL, options[i], files, FILES))
			skip();
		check_reason(&bytes, "case.zip", FILES, "encrypted-no-password");
	}
	vec_free(&bytes);
}

static void test_encrypted_rar(void **state)
{
	byte_vec bytes = { 0 };

	(void)state;
	made_rar4(&bytes, &files[0], true);
	check_reason(&bytes, "case.rar", 1, "encrypted-unsupported");
	vec_free(&bytes);
}

/* Made by the 7z program, where it is installed: libarchive cannot write one. */
static void test_encrypted_7z(void **state)
{
	static const char *const options[] = { "-mhe=off", "-mhe=on" };
	char folder[] = "/tmp/test_unpack.XXXXXX", command[300], piece[4096];

	(void)state;
	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < 2; i++) {
		byte_vec bytes = { 0 };
		FILE *file = NULL;
		size_t got;

		snprintf(command, sizeof(command),
			 "cd %s && rm -f a.7z && printf 'a log\\n' >kd.log && "
			 "7z a -psecret %s a.7z kd.log >/dev/null 2>&1",
			 folder, options[i]);
		if (system(command) == 0) {
			snprintf(command, sizeof(command), "%s/a.7z", folder);
			file = fopen(command, "rb");
		}
		while (file && (got = fread(piece, 1, sizeof(piece), file)) > 0)
			bytes_put(&bytes, piece, got);
		if (file)
			fclose(file);
		if (bytes.len)
			check_reason(&bytes, "a.7z", 1, "encrypted-unsupported");
		vec_free(&bytes);
	}
	snprintf(command, sizeof(command), "rm -r %s", folder);
	assert_int_equal(system(command), 0);
}

/* Deflate64 in name: what libarchive cannot decode costs that member only. */
static void test_unsupported_method(void **state)
{
	byte_vec bytes = { 0 };
	struct seen seen;
	bool first = true;

	(void)state;
	make(&bytes, "zip", NULL, "compression=deflate");
	for (size_t i = 0; i + 12 < bytes.len; i++) {
		if (memcmp(bytes.at + i, "PK\3\4", 4) == 0 && first) {
			bytes.at[i + 8] = 9;
			first = false;
		}
		if (memcmp(bytes.at + i, "PK\1\2", 4) == 0) {
			bytes.at[i + 10] = 9;
			break;
		}
	}
	seen_walk(&seen, bytes.at, bytes.len, "case.zip", &limits);
	assert_int_equal(seen.steps.len, FILES);
	assert_int_equal(seen_bad(&seen), 1);
	assert_string_equal(seen.steps.at[0].reason, "unsupported");
	seen_free(&seen);
	vec_free(&bytes);
}

static void test_zstd_window_too_large(void **state)
{
	/* One frame with a window of 2 GiB and an empty last block. */
	static const unsigned char frame[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 1, 0, 0 };
	byte_vec bytes = { 0 };

	(void)state;
	bytes_put(&bytes, frame, sizeof(frame));
	check_reason(&bytes, "kd.zst", 1, "unsupported");
	vec_free(&bytes);
}

static void check_unreadable(int fd)
{
	struct unpack *unpack = unpack_open(fd, SLICE("kd.log"), &limits);
	struct error error = ERROR_INIT;
	struct unpack_member member;

	assert_int_equal(unpack_next(unpack, &member, &error), UNPACK_FAILED);
	assert_string_equal(error.reason, "unreadable");
	assert_true(slice_equal(member.path, SLICE("kd.log")));
	assert_int_equal(unpack_next(unpack, &member, &error), UNPACK_END);
	unpack_close(unpack);
}

static void test_unreadable(void **state)
{
	int folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), pipes[2];

	(void)state;
	check_unreadable(folder);
	close(folder);
	assert_int_equal(pipe(pipes), 0);
	check_unreadable(pipes[0]);
	close(pipes[0]);
	close(pipes[1]);
}

/* The position of the descriptor is neither used nor moved. */
static void test_position_is_left_alone(void **state)
{
	int fd = memfd_create("bundle", MFD_CLOEXEC);
	struct unpack *unpack;
	struct error error = ERROR_INIT;
	struct unpack_member member;
	char text[10];

	(void)state;
	assert_int_equal(write(fd, "some text", 9), 9);
	lseek(fd, 4, SEEK_SET);
	unpack = unpack_open(fd, SLICE("kd.log"), &limits);
	assert_int_equal(unpack_next(unpack, &member, &error), UNPACK_MEMBER);
	assert_int_equal(member.size, 9);
	assert_int_equal(unpack_read(unpack, text, sizeof(text), &error), 9);
	assert_memory_equal(text, "some text", 9);
	unpack_close(unpack);
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 4);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut_zip),
		cmocka_unit_test(test_cut_tar),
		cmocka_unit_test(test_cut_compressed_tar),
		cmocka_unit_test(test_cut_7z),
		cmocka_unit_test(test_cut_rar),
		cmocka_unit_test(test_cut_archive_inside),
		cmocka_unit_test(test_cut_stream_reason),
		cmocka_unit_test(test_bytes_behind_a_stream),
		cmocka_unit_test(test_flipped_bits),
		cmocka_unit_test(test_zip_checksum),
		cmocka_unit_test(test_zip_checksum_around_tar),
		cmocka_unit_test(test_damaged_tar_header),
		cmocka_unit_test(test_rar5_checksum),
		cmocka_unit_test(test_encrypted_zip),
		cmocka_unit_test(test_encrypted_rar),
		cmocka_unit_test(test_encrypted_7z),
		cmocka_unit_test(test_unsupported_method),
		cmocka_unit_test(test_zstd_window_too_large),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_position_is_left_alone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, NULL);
}
