/* SPDX-License-Identifier: Apache-2.0 */
/* Writes files that are whole or not there; see output_file.h. */
#include "pipeline/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "pipeline/base/cleanup.h"
#include "pipeline/base/fd.h"
#include "pipeline/base/mem.h"

static bool write_stdout(const void *bytes, size_t len, struct error *error)
{
	if (fwrite(bytes, 1, len, stdout) != len || fflush(stdout) != 0)
		return error_errno(error, "cannot write the output");
	return true;
}

static bool write_special(const char *path, const void *bytes, size_t len, struct error *error)
{
	cleanup_fd int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0 || !fd_write(fd, bytes, len))
		return error_errno(error, "%s", path);
	return true;
}

static mode_t mode_of_new(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

/* A name that was given is on disk only when its folder is. */
static bool sync_folder(const char *path)
{
	cleanup_free char *copy = mem_strdup(path);
	cleanup_fd int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);
}

static bool fill(int fd, const char *beside, const char *path, mode_t mode,
		 const void *bytes, size_t len)
{
	return fd_write(fd, bytes, len) && fchmod(fd, mode) == 0 && fsync(fd) == 0 &&
	       rename(beside, path) == 0 && sync_folder(path);
}

static bool replace(const char *path, mode_t mode, const void *bytes, size_t len,
		    struct error *error)
{
	size_t room = strlen(path) + 16;
	cleanup_free char *beside = mem_alloc(room);
	cleanup_fd int fd = -1;
	bool good;

	snprintf(beside, room, "%s.XXXXXX", path);
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0)
		return error_errno(error, "cannot make a file beside %s", path);
	good = fill(fd, beside, path, mode, bytes, len);
	if (!good) {
		error_errno(error, "%s", path);
		unlink(beside);
	}
	return good;
}

bool output_file_write(const char *path, const void *bytes, size_t len, struct error *error)
{
	cleanup_free char *target = NULL;
	struct stat known;

	if (strcmp(path, "-") == 0)
		return write_stdout(bytes, len, error);
	if (stat(path, &known) != 0) {
		if (errno != ENOENT)
			return error_errno(error, "%s", path);
		return replace(path, mode_of_new(), bytes, len, error);
	}
	if (S_ISDIR(known.st_mode)) {
		errno = EISDIR;
		return error_errno(error, "%s", path);
	}
	if (!S_ISREG(known.st_mode))
		return write_special(path, bytes, len, error);
	target = realpath(path, NULL);
	if (!target)
		return error_errno(error, "%s", path);
	return replace(target, known.st_mode & 07777, bytes, len, error);
}
