/* SPDX-License-Identifier: Apache-2.0 */
/* Reading over the borders of parts; see split_file.h. */
#include "stages/split_file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define HASH_STEP (256u << 10)

uint64_t split_file_size(const struct split_file *file)
{
	return file->parts.len ? file->parts.at[file->parts.len - 1].end : 0;
}

void split_file_add(struct split_file *file, int fd)
{
	struct split_part part = { fd, split_file_size(file) };
	off_t end = lseek(fd, 0, SEEK_END); /* no fstat(), which a confined reader has not */

	if (end > 0)
		part.end += (uint64_t)end;
	vec_push(&file->parts, part);
}

void split_file_miss(struct split_file *file, struct slice name)
{
	free(file->missing);
	file->missing = mem_copy_text(name.at, name.len);
}

/* The part in which the byte at offset lies. */
static size_t part_at(const struct split_file *file, uint64_t offset)
{
	size_t low = 0, high = file->parts.len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (file->parts.at[middle].end <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* From one part; 0 when it has become shorter. */
static ssize_t read_part(const struct split_file *file, size_t part, void *buffer,
			 size_t len, uint64_t offset)
{
	uint64_t begin = part ? file->parts.at[part - 1].end : 0;
	uint64_t left = file->parts.at[part].end - offset;
	ssize_t got;

	do
		got = pread(file->parts.at[part].fd, buffer,
			    len < left ? len : (size_t)left, (off_t)(offset - begin));
	while (got < 0 && errno == EINTR);
	return got;
}

ssize_t split_file_read(const struct split_file *file, void *buffer, size_t len,
			uint64_t offset, struct error *error)
{
	size_t part = part_at(file, offset), done = 0;

	while (done < len && part < file->parts.len) {
		ssize_t got = read_part(file, part, (char *)buffer + done, len - done,
					offset + done);

		if (got < 0) {
			error_input(error, "unreadable", "part %zu: %s", part + 1,
				    strerror(errno));
			return -1;
		}
		if (got == 0) {
			error_input(error, "unreadable", "part %zu has become shorter",
				    part + 1);
			return -1;
		}
		done += (size_t)got;
		while (part < file->parts.len && file->parts.at[part].end <= offset + done)
			part++;
	}
	if (done == 0 && len && file->missing) {
		error_input(error, "split-incomplete", "%s is missing", file->missing);
		return -1;
	}
	return (ssize_t)done;
}

struct hash128 split_file_hash(const struct split_file *file)
{
	struct hash_stream *stream = hash_stream_new();
	char *buffer = mem_alloc(HASH_STEP);
	uint64_t size = split_file_size(file), at = 0;
	struct error error = ERROR_INIT;
	struct hash128 hash = { 0 };

	while (at < size) {
		ssize_t got = split_file_read(file, buffer, HASH_STEP, at, &error);

		if (got <= 0)
			break;
		hash_stream_add(stream, buffer, (size_t)got);
		at += (uint64_t)got;
	}
	if (at == size)
		hash = hash_stream_value(stream);
	hash_stream_free(stream);
	free(buffer);
	return hash;
}

void split_file_close(struct split_file *file)
{
	vec_for_each(part, &file->parts)
		close(part->fd);
	vec_free(&file->parts);
	free(file->missing);
	file->missing = NULL;
}
