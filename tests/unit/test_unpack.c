/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole archives of every format, alone and inside each other: the members, their paths and their
 * bytes. What is damaged, cut or encrypted is in test_unpack_damage.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>

#include "tests/unit/archives.h"

#define LARGE 300000

static const struct unpack_limits limits = { .depth = 8, .nested_bytes = 512u << 20 };

static char large[LARGE];

static const struct made_file files[] = {
	{ "kd.log", "0: kd> !process 0 0\n", 20 },
	{ "deep/er/empty.log", "", 0 },
	{ "large.log", large, LARGE },
	{ "last.log", "the end\n", 8 },
};

#define FILES (sizeof(files) / sizeof(files[0]))

static int setup(void **state)
{
	(void)state;
	made_text(large, LARGE, 1);
	return 0;
}

static void check_files(const struct seen *seen, const char *prefix)
{
	assert_int_equal(seen->steps.len, FILES);
	for (size_t i = 0; i < FILES; i++) {
		char path[200];
		const struct seen_step *step;

		snprintf(path, sizeof(path), "%s!/%s", prefix, files[i].name);
		step = seen_find(seen, path);
		assert_non_null(step);
		assert_false(step->failed || step->broke);
		assert_int_equal(step->data.len, files[i].len);
		if (files[i].len)
			assert_memory_equal(step->data.at, files[i].data, files[i].len);
	}
}

static void check_walk(const byte_vec *bytes, const char *name, const char *prefix)
{
	struct seen seen;

	seen_walk(&seen, bytes->at, bytes->len, name, &limits);
	check_files(&seen, prefix);
	seen_free(&seen);
	seen_skim(&seen, bytes->at, bytes->len, name, &limits);
	assert_int_equal(seen.steps.len, FILES);
	assert_int_equal(seen_bad(&seen), 0);
	seen_free(&seen);
}

/* A walk whose single step is a whole member with these bytes. */
static void check_single(const byte_vec *bytes, const char *name, const char *path,
			 const void *data, size_t len)
{
	struct seen seen;

	seen_walk(&seen, bytes->at, bytes->len, name, &limits);
	assert_int_equal(seen.steps.len, 1);
	assert_string_equal(seen.steps.at[0].path, path);
	assert_int_equal(seen_bad(&seen), 0);
	assert_int_equal(seen.steps.at[0].data.len, len);
	if (len)
		assert_memory_equal(seen.steps.at[0].data.at, data, len);
	seen_free(&seen);
}

static void test_plain_file(void **state)
{
	byte_vec bytes = { 0 };

	(void)state;
	check_single(&bytes, "empty.log", "empty.log", "", 0);
	bytes_put(&bytes, large, LARGE);
	check_single(&bytes, "kd.log", "kd.log", large, LARGE);
	vec_free(&bytes);
}

static void test_every_container(void **state)
{
	static const char *const formats[] = { "zip", "7zip",   "ustar",
					       "pax", "gnutar", "v7tar" };

	(void)state;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		byte_vec bytes = { 0 };

		assert_true(made_archive(&bytes, formats[i], NULL, NULL, files, FILES));
		check_walk(&bytes, "case.tar", "case.tar");
		vec_free(&bytes);
	}
}

static const struct {
	const char *filter, *suffix, *short_suffix;
} filters[] = {
	{ "gzip", "gz", "tgz" },    { "xz", "xz", "txz" },    { "zstd", "zst", "tzst" },
	{ "bzip2", "bz2", "tbz2" }, { "lz4", "lz4", "tlz4" }, { "compress", "Z", "taz" },
	{ "lzma", "lzma", "tlz" },
};

#define FILTERS (sizeof(filters) / sizeof(filters[0]))

static void test_every_compressed_tar(void **state)
{
	char name[40];

	(void)state;
	for (size_t i = 0; i < FILTERS; i++) {
		byte_vec bytes = { 0 };

		assert_true(made_archive(&bytes, "ustar", filters[i].filter, NULL, files,
					 FILES));
		snprintf(name, sizeof(name), "case.tar.%s", filters[i].suffix);
		check_walk(&bytes, name, name);
		snprintf(name, sizeof(name), "case.%s", filters[i].short_suffix);
		check_walk(&bytes, name, name);
		vec_free(&bytes);
	}
}

static void test_every_stream(void **state)
{
	char name[40], path[80];

	(void)state;
	for (size_t i = 0; i < FILTERS; i++) {
		byte_vec bytes = { 0 };

		assert_true(made_stream(&bytes, filters[i].filter, large, LARGE));
		snprintf(name, sizeof(name), "kd.log.%s", filters[i].suffix);
		snprintf(path, sizeof(path), "%s!/kd.log", name);
		check_single(&bytes, name, path, large, LARGE);
		if (strcmp(filters[i].filter, "lzma") != 0)
			check_single(&bytes, "kd", "kd!/kd", large, LARGE);
		vec_free(&bytes);
	}
}

static void test_empty_streams(void **state)
{
	(void)state;
	for (size_t i = 0; i < FILTERS; i++) {
		byte_vec bytes = { 0 };

		if (strcmp(filters[i].filter, "compress") == 0 ||
		    strcmp(filters[i].filter, "lz4") == 0)
			continue; /* libarchive's writers cannot */
		assert_true(made_stream(&bytes, filters[i].filter, "", 0));
		check_single(&bytes, "kd.lzma", "kd.lzma!/kd", "", 0);
		vec_free(&bytes);
	}
}

/* The frames or members of a concatenation are one stream. */
static void test_concatenated_streams(void **state)
{
	(void)state;
	for (size_t i = 0; i < FILTERS; i++) {
		byte_vec bytes = { 0 };

		if (strcmp(filters[i].filter, "compress") == 0 ||
		    strcmp(filters[i].filter, "lzma") == 0)
			continue; /* these know no concatenation */
		made_stream(&bytes, filters[i].filter, large, 100000);
		made_stream(&bytes, filters[i].filter, large + 100000, LARGE - 100000);
		check_single(&bytes, "kd.x", "kd.x!/kd.x", large, LARGE);
		vec_free(&bytes);
	}
}

static void test_skippable_frame_in_front(void **state)
{
	byte_vec bytes = { 0 };

	(void)state;
	bytes_put(&bytes, "\x53\x2a\x4d\x18\4\0\0\0meta", 12);
	made_stream(&bytes, "zstd", large, LARGE);
	check_single(&bytes, "kd.log.zst", "kd.log.zst!/kd.log", large, LARGE);
	vec_free(&bytes);
}

static void test_padding_behind_a_stream(void **state)
{
	byte_vec bytes = { 0 };

	(void)state;
	made_stream(&bytes, "gzip", large, LARGE);
	for (int i = 0; i < 1000; i++)
		bytes_put_u8(&bytes, 0);
	check_single(&bytes, "kd.log.gz", "kd.log.gz!/kd.log", large, LARGE);
	vec_free(&bytes);
}

/* Every kind of archive as a member of a zip, a 7z, a tar and a compressed tar. */
static void check_nested(const byte_vec *inner, const char *name)
{
	static const struct {
		const char *format, *filter, *name;
	} outer[] = {
		{ "zip", NULL, "out.zip" },
		{ "7zip", NULL, "out.7z" },
		{ "ustar", NULL, "out.tar" },
		{ "ustar", "zstd", "out.tar.zst" },
	};

	for (size_t i = 0; i < sizeof(outer) / sizeof(outer[0]); i++) {
		struct made_file file = { name, inner->at, inner->len };
		byte_vec bytes = { 0 };
		char prefix[80];

		assert_true(made_archive(&bytes, outer[i].format, outer[i].filter, NULL,
					 &file, 1));
		snprintf(prefix, sizeof(prefix), "%s!/%s", outer[i].name, name);
		check_walk(&bytes, outer[i].name, prefix);
		vec_free(&bytes);
	}
}

static void test_nested(void **state)
{
	static const struct {
		const char *format, *filter, *name;
	} inner[] = {
		{ "zip", NULL, "in.zip" },          { "7zip", NULL, "in.7z" },
		{ "ustar", NULL, "in.tar" },        { "pax", "gzip", "in.tgz" },
		{ "ustar", "xz", "in.tar.xz" },     { "ustar", "bzip2", "in.tar.bz2" },
		{ "ustar", "lz4", "in.tar.lz4" },   { "ustar", "compress", "in.tar.Z" },
		{ "ustar", "lzma", "in.tar.lzma" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(inner) / sizeof(inner[0]); i++) {
		byte_vec bytes = { 0 };

		assert_true(made_archive(&bytes, inner[i].format, inner[i].filter, NULL,
					 files, FILES));
		check_nested(&bytes, inner[i].name);
		vec_free(&bytes);
	}
}

/* Puts bytes into an archive of their own under a name. */
static void wrap(byte_vec *bytes, const char *format, const char *filter, const char *name)
{
	struct made_file file = { name, bytes->at, bytes->len };
	byte_vec outer = { 0 };

	assert_true(made_archive(&outer, format, filter, NULL, &file, 1));
	vec_free(bytes);
	*bytes = outer;
}

static void test_nested_three_deep(void **state)
{
	byte_vec bytes = { 0 };

	(void)state;
	assert_true(made_stream(&bytes, "zstd", large, LARGE));
	wrap(&bytes, "7zip", NULL, "logs\\kd.log.zst");
	wrap(&bytes, "ustar", "gzip", "b/inner.7z");
	wrap(&bytes, "zip", NULL, "a/middle.tar.gz");
	check_single(&bytes, "case.zip",
		     "case.zip!/a/middle.tar.gz!/b/inner.7z!/logs\\kd.log.zst!/kd.log",
		     large, LARGE);
	vec_free(&bytes);
}

static void test_depth_limit(void **state)
{
	struct unpack_limits shallow = limits;
	struct made_file pair[2] = { { "in.zip", NULL, 0 }, { "kd.log", "text\n", 5 } };
	byte_vec inner = { 0 }, bytes = { 0 };
	struct seen seen;

	(void)state;
	made_archive(&inner, "zip", NULL, NULL, files, 1);
	pair[0].data = inner.at;
	pair[0].len = inner.len;
	made_archive(&bytes, "ustar", "gzip", NULL, pair, 2);
	for (shallow.depth = 0; shallow.depth < 3; shallow.depth++) {
		seen_walk(&seen, bytes.at, bytes.len, "c.tgz", &shallow);
		assert_int_equal(seen.steps.len, shallow.depth ? 2 : 1);
		assert_int_equal(seen.steps.at[0].failed, shallow.depth < 2);
		if (shallow.depth < 2)
			assert_string_equal(seen.steps.at[0].reason, "limit-depth");
		if (shallow.depth == 1)
			assert_string_equal(seen.steps.at[0].path, "c.tgz!/in.zip");
		if (shallow.depth == 2)
			assert_string_equal(seen.steps.at[0].path, "c.tgz!/in.zip!/kd.log");
		seen_free(&seen);
	}
	vec_free(&inner);
	vec_free(&bytes);
}

static void test_deep_nest_ends(void **state)
{
	byte_vec bytes = { 0 };
	struct seen seen;

	(void)state;
	bytes_put(&bytes, "text\n", 5);
	for (int i = 0; i < 200; i++) {
		byte_vec outer = { 0 };

		made_stream(&outer, i % 2 ? "gzip" : "zstd", bytes.at, bytes.len);
		vec_free(&bytes);
		bytes = outer;
	}
	seen_walk(&seen, bytes.at, bytes.len, "x", &limits);
	assert_int_equal(seen.steps.len, 1);
	assert_string_equal(seen.steps.at[0].reason, "limit-depth");
	seen_free(&seen);
	vec_free(&bytes);
}

static void test_nested_size_limit(void **state)
{
	struct unpack_limits tight = { .depth = 8, .nested_bytes = 1000 };
	struct made_file pair[2] = { { "in.7z", NULL, 0 }, { "kd.log", "text\n", 5 } };
	byte_vec inner = { 0 }, bytes = { 0 };
	struct seen seen;

	(void)state;
	made_archive(&inner, "7zip", NULL, NULL, files, FILES);
	pair[0].data = inner.at;
	pair[0].len = inner.len;
	made_archive(&bytes, "zip", NULL, NULL, pair, 2);
	seen_walk(&seen, bytes.at, bytes.len, "case.zip", &tight);
	assert_int_equal(seen.steps.len, 2);
	assert_true(seen.steps.at[0].failed);
	assert_string_equal(seen.steps.at[0].reason, "limit-size");
	assert_string_equal(seen.steps.at[0].path, "case.zip!/in.7z");
	assert_false(seen.steps.at[1].failed);
	seen_free(&seen);
	vec_free(&inner);
	vec_free(&bytes);
}

static void test_rar(void **state)
{
	const struct made_file file = { "logs\\kd.log", large, 5000 };
	byte_vec bytes = { 0 };

	(void)state;
	made_rar4(&bytes, &file, false);
	check_single(&bytes, "a.rar", "a.rar!/logs/kd.log", large, 5000);
	wrap(&bytes, "ustar", "gzip", "a.rar");
	check_single(&bytes, "b.tgz", "b.tgz!/a.rar!/logs/kd.log", large, 5000);
	bytes.len = 0;
	made_rar5(&bytes, &(struct made_file){ "logs/kd.log", large, 5000 });
	check_single(&bytes, "a.rar", "a.rar!/logs/kd.log", large, 5000);
	vec_free(&bytes);
}

static bool file_bytes(byte_vec *out, const char *path)
{
	FILE *file = fopen(path, "rb");
	char piece[4096];
	size_t got;

	if (!file)
		return false;
	while ((got = fread(piece, 1, sizeof(piece), file)) > 0)
		bytes_put(out, piece, got);
	fclose(file);
	return true;
}

static void test_cab(void **state)
{
	char folder[] = "/tmp/test_unpack.XXXXXX", command[300];
	byte_vec bytes = { 0 };
	bool made;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(command, sizeof(command),
		 "cd %s && printf 'a log\\n' >kd.log && gcab -czn kd.cab kd.log >/dev/null 2>&1",
		 folder);
	made = system(command) == 0;
	if (made) {
		snprintf(command, sizeof(command), "%s/kd.cab", folder);
		made = file_bytes(&bytes, command);
	}
	snprintf(command, sizeof(command), "rm -r %s", folder);
	assert_int_equal(system(command), 0);
	if (!made)
		skip();
	check_single(&bytes, "kd.cab", "kd.cab!/kd.log", "a log\n", 6);
	wrap(&bytes, "zip", NULL, "kd.cab");
	check_single(&bytes, "o.zip", "o.zip!/kd.cab!/kd.log", "a log\n", 6);
	vec_free(&bytes);
}

static void check_name(const char *format, const char *options, const char *name,
		       const char *path)
{
	struct made_file file = { name, "text\n", 5 };
	byte_vec bytes = { 0 };

	assert_true(made_archive(&bytes, format, NULL, options, &file, 1));
	check_single(&bytes, "a", path, "text\n", 5);
	vec_free(&bytes);
}

/* Names are text: nothing is cleaned, nothing is lost, everything is UTF-8. */
static void test_names(void **state)
{
	(void)state;
	check_name("ustar", NULL, "../../etc/passwd", "a!/../../etc/passwd");
	check_name("ustar", NULL, "/etc/passwd", "a!//etc/passwd");
	check_name("ustar", NULL, "..\\..\\kd.log", "a!/..\\..\\kd.log");
	check_name("zip", NULL, "a\x1b[31m\nb", "a!/a\x1b[31m\nb");
	check_name("ustar", NULL, "gr\xc3\xbc\xc3\x9f.log", "a!/gr\xc3\xbc\xc3\x9f.log");
	check_name("ustar", NULL, "gr\x81\xe1.log", "a!/gr\xc3\xbc\xc3\x9f.log"); /* cp437 */
	check_name("zip", NULL, "gr\x81\xe1.log", "a!/gr\xc3\xbc\xc3\x9f.log");
	check_name("gnutar", NULL, "gr\xc3\xbc\xc3\x9f.log", "a!/gr\xc3\xbc\xc3\x9f.log");
}

static void test_name_that_zip_says_is_utf8(void **state)
{
	struct made_file file = { "grXX.log", "text\n", 5 };
	byte_vec bytes = { 0 };

	(void)state;
	made_archive(&bytes, "zip", NULL, NULL, &file, 1);
	for (size_t i = 0; i + 8 <= bytes.len; i++) {
		if (memcmp(bytes.at + i, "grXX.log", 8) == 0)
			memcpy(bytes.at + i + 2, "\xc3\xbc", 2);
		if (memcmp(bytes.at + i, "PK\3\4", 4) == 0)
			bytes.at[i + 7] |= 8;
		if (memcmp(bytes.at + i, "PK\1\2", 4) == 0)
			bytes.at[i + 9] |= 8;
	}
	check_single(&bytes, "a", "a!/gr\xc3\xbc.log", "text\n", 5);
	vec_free(&bytes);
}

static la_ssize_t on_write(struct archive *archive, void *data, const void *bytes, size_t len)
{
	(void)archive;
	bytes_put(data, bytes, len);
	return (la_ssize_t)len;
}

static void put_entry(struct archive *archive, const char *name, unsigned type,
		      const char *link)
{
	struct archive_entry *entry = archive_entry_new();

	archive_entry_set_pathname(entry, name);
	archive_entry_set_filetype(entry, type);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_size(entry, 0);
	if (link && type == AE_IFLNK)
		archive_entry_set_symlink(entry, link);
	else if (link)
		archive_entry_set_hardlink(entry, link);
	assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
	archive_entry_free(entry);
}

static void test_what_is_no_file_is_passed_over(void **state)
{
	struct archive *archive = archive_write_new();
	byte_vec bytes = { 0 };

	(void)state;
	archive_write_set_format_ustar(archive);
	archive_write_open(archive, &bytes, NULL, on_write, NULL);
	put_entry(archive, "folder", AE_IFDIR, NULL);
	put_entry(archive, "soft", AE_IFLNK, "/etc/passwd");
	put_entry(archive, "empty.log", AE_IFREG, NULL);
	put_entry(archive, "hard", AE_IFREG, "empty.log");
	put_entry(archive, "pipe", AE_IFIFO, NULL);
	put_entry(archive, "device", AE_IFCHR, NULL);
	archive_write_close(archive);
	archive_write_free(archive);
	check_single(&bytes, "a.tar", "a.tar!/empty.log", "", 0);
	vec_free(&bytes);
}

static void test_many_empty_members(void **state)
{
	struct archive *archive = archive_write_new();
	byte_vec bytes = { 0 };
	struct seen seen;

	(void)state;
	archive_write_set_format_ustar(archive);
	archive_write_add_filter_zstd(archive);
	archive_write_set_bytes_in_last_block(archive, 1);
	archive_write_open(archive, &bytes, NULL, on_write, NULL);
	for (int i = 0; i < 15000; i++)
		put_entry(archive, "same.log", AE_IFREG, NULL);
	archive_write_close(archive);
	archive_write_free(archive);
	seen_walk(&seen, bytes.at, bytes.len, "a.tzst", &limits);
	assert_int_equal(seen.steps.len, 15000);
	assert_int_equal(seen_bad(&seen), 0);
	seen_free(&seen);
	vec_free(&bytes);
}

/* A log is never taken for an archive because of a word at its start. */
static void test_text_is_no_archive(void **state)
{
	static const char *const texts[] = {
		"BZh91 is how this log begins\n",
		"PK and more\n",
		"PK\n",
		"Rar!\n",
		"7z\n",
		"MSCF is a cabinet\n",
		"\x1f\x8b no gzip\n",
		"\x1f\x9d no compress\n",
		"]",
		"(",
		"\x1f\x8b\x08\xff reserved flags",
		"\x04\"M\x18 no version",
		"\xfd"
		"7zXZ.\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		byte_vec bytes = { 0 };

		bytes_put(&bytes, texts[i], strlen(texts[i]));
		check_single(&bytes, "kd.log", "kd.log", texts[i], strlen(texts[i]));
		vec_free(&bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_file),
		cmocka_unit_test(test_every_container),
		cmocka_unit_test(test_every_compressed_tar),
		cmocka_unit_test(test_every_stream),
		cmocka_unit_test(test_empty_streams),
		cmocka_unit_test(test_concatenated_streams),
		cmocka_unit_test(test_skippable_frame_in_front),
		cmocka_unit_test(test_padding_behind_a_stream),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_nested_three_deep),
		cmocka_unit_test(test_depth_limit),
		cmocka_unit_test(test_deep_nest_ends),
		cmocka_unit_test(test_nested_size_limit),
		cmocka_unit_test(test_rar),
		cmocka_unit_test(test_cab),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_name_that_zip_says_is_utf8),
		cmocka_unit_test(test_what_is_no_file_is_passed_over),
		cmocka_unit_test(test_many_empty_members),
		cmocka_unit_test(test_text_is_no_archive),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, NULL);
}
