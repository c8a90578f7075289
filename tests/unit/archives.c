/* SPDX-License-Identifier: Apache-2.0 */
/* Makes archives for the tests and walks through them; see the header. */
#include "tests/unit/archives.h"

#include <archive.h>
#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define STEPS_MAX 20000

static la_ssize_t on_write(struct archive *archive, void *data, const void *bytes, size_t len)
{
	(void)archive;
	bytes_put(data, bytes, len);
	return (la_ssize_t)len;
}

static bool file_write(struct archive *archive, const struct made_file *file)
{
	struct archive_entry *entry = archive_entry_new();
	bool good;

	archive_entry_set_pathname(entry, file->name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_size(entry, (la_int64_t)file->len);
	good = archive_write_header(archive, entry) >= ARCHIVE_WARN &&
	       archive_write_data(archive, file->data, file->len) == (la_ssize_t)file->len;
	archive_entry_free(entry);
	return good;
}

bool made_archive(byte_vec *out, const char *format, const char *filter,
		  const char *options, const struct made_file *files, size_t count)
{
	struct archive *archive = archive_write_new();
	bool good = archive_write_set_format_by_name(archive, format) == ARCHIVE_OK;

	if (good && filter)
		good = archive_write_add_filter_by_name(archive, filter) == ARCHIVE_OK;
	if (good && options)
		good = archive_write_set_options(archive, options) == ARCHIVE_OK;
	if (good && options && strstr(options, "encryption"))
		good = archive_write_set_passphrase(archive, "secret") == ARCHIVE_OK;
	archive_write_set_bytes_in_last_block(archive, 1);
	good = good && archive_write_open(archive, out, NULL, on_write, NULL) == ARCHIVE_OK;
	for (size_t i = 0; good && i < count; i++)
		good = file_write(archive, &files[i]);
	good = archive_write_close(archive) == ARCHIVE_OK && good;
	archive_write_free(archive);
	return good;
}

bool made_stream(byte_vec *out, const char *filter, const void *data, size_t len)
{
	struct made_file file = { "data", data, len };

	return made_archive(out, "raw", filter, NULL, &file, 1);
}

static uint32_t crc32(const unsigned char *at, size_t len)
{
	uint32_t crc = 0xffffffff;

	while (len--) {
		crc ^= *at++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static void put_le(byte_vec *out, uint32_t value, int len)
{
	for (int i = 0; i < len; i++)
		bytes_put_u8(out, (uint8_t)(value >> 8 * i));
}

/* A block of RAR before version 5: the low half of its CRC-32 in front. */
static void put_rar4_block(byte_vec *out, const byte_vec *block)
{
	put_le(out, crc32(block->at, block->len), 2);
	bytes_put(out, block->at, block->len);
}

void made_rar4(byte_vec *out, const struct made_file *file, bool encrypted)
{
	static const unsigned char main_block[] = { 0x73, 0, 0, 13, 0, 0, 0, 0, 0, 0, 0 };
	static const unsigned char end_block[] = { 0x7b, 0, 0x40, 7, 0 };
	const size_t name_len = strlen(file->name);
	byte_vec block = { 0 };

	bytes_put(out, "Rar!\x1a\x07\0", 7);
	bytes_put(&block, main_block, sizeof(main_block));
	put_rar4_block(out, &block);
	block.len = 0;
	bytes_put_u8(&block, 0x74);
	put_le(&block, encrypted ? 0x8004 : 0x8000, 2);
	put_le(&block, (uint32_t)(32 + name_len), 2);
	put_le(&block, (uint32_t)file->len, 4);
	put_le(&block, (uint32_t)file->len, 4);
	bytes_put_u8(&block, 3); /* Unix */
	put_le(&block, crc32(file->data, file->len), 4);
	put_le(&block, 0x3c6a8d52, 4); /* a date */
	bytes_put_u8(&block, 29);
	bytes_put_u8(&block, 0x30); /* stored */
	put_le(&block, (uint32_t)name_len, 2);
	put_le(&block, 0100644, 4);
	bytes_put(&block, file->name, name_len);
	put_rar4_block(out, &block);
	bytes_put(out, file->data, file->len);
	block.len = 0;
	bytes_put(&block, end_block, sizeof(end_block));
	put_rar4_block(out, &block);
	vec_free(&block);
}

/* A header of RAR 5: CRC-32, then its length, then itself; the CRC is over both. */
static void put_rar5_header(byte_vec *out, const byte_vec *header)
{
	byte_vec sized = { 0 };

	bytes_put_varint(&sized, header->len);
	bytes_put(&sized, header->at, header->len);
	put_le(out, crc32(sized.at, sized.len), 4);
	bytes_put(out, sized.at, sized.len);
	vec_free(&sized);
}

void made_rar5(byte_vec *out, const struct made_file *file)
{
	byte_vec header = { 0 };

	bytes_put(out, "Rar!\x1a\x07\x01\0", 8);
	bytes_put(&header, "\1\0\0", 3); /* main header, no flags */
	put_rar5_header(out, &header);
	header.len = 0;
	bytes_put(&header, "\2\2", 2); /* file header, with data */
	bytes_put_varint(&header, file->len);
	bytes_put_varint(&header, 4); /* its CRC is given */
	bytes_put_varint(&header, file->len);
	bytes_put_varint(&header, 0100644);
	put_le(&header, crc32(file->data, file->len), 4);
	bytes_put_varint(&header, 0); /* stored */
	bytes_put_varint(&header, 1); /* Unix */
	bytes_put_text(&header, slice_from(file->name));
	put_rar5_header(out, &header);
	bytes_put(out, file->data, file->len);
	header.len = 0;
	bytes_put(&header, "\5\0\0", 3);
	put_rar5_header(out, &header);
	vec_free(&header);
}

static void reason_copy(struct seen_step *step, const struct error *error)
{
	assert_int_equal(error->kind, ERROR_INPUT);
	assert_non_null(error->reason);
	assert_true(error->text[0] != 0);
	snprintf(step->reason, sizeof(step->reason), "%s", error->reason);
}

static void member_read(struct unpack *unpack, struct seen_step *step)
{
	struct error error = ERROR_INIT;
	char piece[997];
	ssize_t got;

	while ((got = unpack_read(unpack, piece, sizeof(piece), &error)) > 0) {
		bytes_put(&step->data, piece, (size_t)got);
		if ((size_t)got == sizeof(piece))
			continue;
		/* Short before the end or the breakage only. */
		got = unpack_read(unpack, piece, sizeof(piece), &error);
		assert_true(got <= 0);
		break;
	}
	step->broke = got < 0;
	if (step->broke)
		reason_copy(step, &error);
}

static bool seen_step(struct seen *seen, struct unpack *unpack, bool read)
{
	struct error error = ERROR_INIT;
	struct unpack_member member;
	enum unpack_status status = unpack_next(unpack, &member, &error);
	struct seen_step *step;

	if (status == UNPACK_END)
		return false;
	step = vec_add(&seen->steps);
	*step = (struct seen_step){ .failed = status == UNPACK_FAILED };
	step->path = mem_alloc(member.path.len + 1);
	memcpy(step->path, member.path.at, member.path.len);
	step->path[member.path.len] = 0;
	if (step->failed)
		reason_copy(step, &error);
	else if (read)
		member_read(unpack, step);
	return true;
}

static void walk(struct seen *seen, const void *bytes, size_t len, const char *name,
		 const struct unpack_limits *limits, bool read)
{
	int fd = memfd_create("bundle", MFD_CLOEXEC);
	struct error error = ERROR_INIT;
	struct unpack_member member;
	struct unpack *unpack;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	*seen = (struct seen){ { 0 } };
	unpack = unpack_open(fd, slice_from(name), limits);
	while (seen_step(seen, unpack, read))
		assert_true(seen->steps.len < STEPS_MAX);
	assert_int_equal(unpack_next(unpack, &member, &error), UNPACK_END);
	unpack_close(unpack);
	assert_int_equal(close(fd), 0);
}

void seen_walk(struct seen *seen, const void *bytes, size_t len, const char *name,
	       const struct unpack_limits *limits)
{
	walk(seen, bytes, len, name, limits, true);
}

void seen_skim(struct seen *seen, const void *bytes, size_t len, const char *name,
	       const struct unpack_limits *limits)
{
	walk(seen, bytes, len, name, limits, false);
}

void seen_free(struct seen *seen)
{
	vec_for_each(step, &seen->steps) {
		free(step->path);
		vec_free(&step->data);
	}
	vec_free(&seen->steps);
}

const struct seen_step *seen_find(const struct seen *seen, const char *path)
{
	vec_for_each(step, &seen->steps)
		if (strcmp(step->path, path) == 0)
			return step;
	return NULL;
}

size_t seen_bad(const struct seen *seen)
{
	size_t bad = 0;

	vec_for_each(step, &seen->steps)
		bad += step->failed || step->broke;
	return bad;
}

void made_text(char *text, size_t len, unsigned seed)
{
	for (size_t i = 0; i < len; i++) {
		seed = seed * 1103515245 + 12345;
		text[i] = "0123456789abcdef \nTHREAD"[seed >> 16 & 15];
	}
}
