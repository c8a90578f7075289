/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hands a level its bytes: from a descriptor, always with pread so that its position does not matter,
 * or from the data of the member below, piece by piece as they are decoded and without a copy. Only
 * descriptors can seek. A source that failed stays failed, so that the reason survives the decoder.
 */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pipeline/base/fd.h"
#include "pipeline/base/progress.h"
#include "stages/split_file.h"
#include "stages/unpack_parts.h"

/* No fstat(): C libraries make of it a call that takes paths too, which a confined reader has not. */
uint64_t fd_size(int fd)
{
	off_t at = lseek(fd, 0, SEEK_CUR), end = lseek(fd, 0, SEEK_END);

	lseek(fd, at, SEEK_SET); /* where it stands is the caller's */
	return end > 0 ? (uint64_t)end : 0;
}

void source_from_fd(struct source *source, int fd, bool owns_fd)
{
	*source = (struct source){
		.fd = fd,
		.owns_fd = owns_fd,
		.size = fd_size(fd),
		.buffer = mem_alloc(SOURCE_BUFFER),
		.error = ERROR_INIT,
	};
}

void source_from_parent(struct source *source, struct level *parent)
{
	*source = (struct source){ .fd = -1, .parent = parent, .error = ERROR_INIT };
}

bool source_keep(struct source *source, struct level *parent, uint64_t limit,
		 struct error *error)
{
	int fd = memfd_create("nested", MFD_CLOEXEC);
	struct error broken = ERROR_INIT;
	const char *at;
	uint64_t total = 0;
	size_t len;
	int got;

	if (fd < 0)
		return error_input(error, "unreadable", "no memory file: %s", strerror(errno));
	while ((got = level_block(parent, &at, &len, &broken)) > 0) {
		total += len;
		if (limit && total > limit) {
			close(fd);
			return error_input(error, "limit-size",
					   "nested archives of more than %llu bytes",
					   (unsigned long long)limit);
		}
		if (!fd_write(fd, at, len)) {
			error_input(error, "limit-size",
				    "no room for a nested archive: %s", strerror(errno));
			close(fd);
			return false;
		}
	}
	source_from_fd(source, fd, true);
	source->error = broken;
	return true;
}

void source_again(struct source *source, const struct source *other)
{
	if (other->parts)
		source_from_parts(source, other->parts);
	else
		source_from_fd(source, other->fd, false);
}

void source_from_parts(struct source *source, const struct split_file *parts)
{
	source_from_fd(source, parts->parts.len ? parts->parts.at[0].fd : -1, false);
	source->parts = parts;
	source->size = split_file_size(parts);
}

bool source_gather(struct source *source, uint64_t limit)
{
	int fd = source->size <= limit && !source->parts->missing
			 ? memfd_create("parts", MFD_CLOEXEC)
			 : -1;
	uint64_t at = 0;

	if (fd < 0)
		return false;
	while (at < source->size) {
		ssize_t got = source_pread(source, source->buffer, SOURCE_BUFFER, at);

		if (got <= 0 || !fd_write(fd, source->buffer, (size_t)got)) {
			close(fd);
			return false;
		}
		at += (uint64_t)got;
	}
	source_release(source);
	source_from_fd(source, fd, true);
	return true;
}

ssize_t source_pread(struct source *source, void *buffer, size_t len, uint64_t offset)
{
	size_t done = 0;

	if (source->parts)
		return split_file_read(source->parts, buffer, len, offset, &source->error);
	while (done < len) {
		ssize_t got = pread(source->fd, (char *)buffer + done, len - done,
				    (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			error_input(&source->error, "unreadable", "%s", strerror(errno));
			return -1;
		}
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

static ssize_t read_fd(struct source *source)
{
	source->block = source->buffer;
	progress_step();
	return source_pread(source, source->buffer, SOURCE_BUFFER, source->offset);
}

static ssize_t read_parent(struct source *source)
{
	const char *at;
	size_t len;
	int got = level_block(source->parent, &at, &len, &source->error);

	if (got <= 0)
		return got;
	source->block = at;
	return (ssize_t)len;
}

ssize_t source_next(struct source *source)
{
	ssize_t got;

	source->block_len = 0;
	if (source->parent && source->error.kind != ERROR_NONE)
		return -1;
	got = source->parent ? read_parent(source) : read_fd(source);
	if (got > 0) {
		source->offset += (uint64_t)got;
		source->block_len = (size_t)got;
	}
	return got;
}

void source_release(struct source *source)
{
	free(source->buffer);
	if (source->owns_fd)
		close(source->fd);
	*source = (struct source){ .fd = -1 };
}
