/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The locks of an index: open-file-description locks on two bytes of a file of its own. Byte 0
 * is the writer's, held from before the environment is opened until the index is closed, so
 * that a whole ingest is one writer. Byte 1 is shared by all who have the index open; who
 * puts another data.mdb in its place takes it for himself while he does, since LMDB's own
 * lock.mdb remembers transactions of the file that it was made for. The kernel drops both with
 * the process; the file itself stays and means nothing.
 */
#include "index/env.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "pipeline/base/cleanup.h"

/* lock.mdb for as many readers as env.c asks for, as LMDB lays it out. */
#define LOCK_FILE_BYTES 32768
#define POLL_MS 10

enum {
	BYTE_WRITER,
	BYTE_OPEN,
};

/* type: F_RDLCK, F_WRLCK; command: F_OFD_SETLK, F_OFD_SETLKW. As fcntl(); only one that waits is interrupted. */
static int lock_byte(int fd, int byte, short type, int command)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };
	int result;

	do {
		result = fcntl(fd, command, &lock);
	} while (result != 0 && errno == EINTR && command == F_OFD_SETLK);
	return result;
}

static bool is_taken(int code)
{
	return code == EAGAIN || code == EACCES;
}

static int lock_failed(const char *folder, int fd, struct error *error)
{
	if (is_taken(errno))
		error_set(error, ERROR_BUSY,
			  "another writer holds the index at %s (--lock wait waits for it)",
			  folder);
	else if (errno == EINTR)
		error_set(error, ERROR_BUSY,
			  "interrupted while another writer holds the index at %s", folder);
	else
		error_errno(error, "%s/" LOCK_FILE, folder);
	close(fd);
	return -1;
}

int writer_lock(const char *folder, enum index_lock lock, struct error *error)
{
	int command = lock == INDEX_LOCK_WAIT ? F_OFD_SETLKW : F_OFD_SETLK;
	cleanup_free char *path = folder_file(folder, LOCK_FILE);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0) {
		error_errno(error, "the index at %s cannot be written: " LOCK_FILE, folder);
		return -1;
	}
	if (lock_byte(fd, BYTE_WRITER, F_WRLCK, command) == 0 &&
	    lock_byte(fd, BYTE_OPEN, F_RDLCK, F_OFD_SETLK) == 0)
		return fd;
	return lock_failed(folder, fd, error);
}

/*
 * LMDB maps lock.mdb, whose pages are a hole in the file until they are written to; on a disk that is full that is no error
 * but a SIGBUS. So they are asked for before. The file must not be open here when LMDB has it open: its locks go with any
 * descriptor of it that is closed.
 */
int lock_file_fill(const char *folder)
{
	cleanup_free char *path = folder_file(folder, "lock.mdb");
	cleanup_fd int fd = -1;
	struct stat status;

	if (stat(path, &status) == 0 && status.st_size > 0 &&
	    (uint64_t)status.st_blocks * 512 >= (uint64_t)status.st_size)
		return 0;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || fstat(fd, &status) != 0)
		return errno;
	if (status.st_size < LOCK_FILE_BYTES)
		status.st_size = LOCK_FILE_BYTES;
	while (fallocate(fd, 0, 0, status.st_size) != 0)
		if (errno != EINTR)
			return errno == EOPNOTSUPP || errno == ENOSYS ? 0 : errno;
	return 0;
}

/* It may be missing: a copy of data.mdb alone is an index. */
static int open_for_reader(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0 && errno == ENOENT)
		fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	return fd;
}

bool reader_lock(const char *folder, int *fd, struct error *error)
{
	cleanup_free char *path = folder_file(folder, LOCK_FILE);

	*fd = open_for_reader(path);
	if (*fd < 0)
		return errno == EACCES || errno == EROFS || errno == EPERM ||
		       error_errno(error, "%s", path);
	if (lock_byte(*fd, BYTE_OPEN, F_RDLCK, F_OFD_SETLKW) == 0)
		return true;
	*fd = lock_failed(folder, *fd, error);
	return false;
}

bool writer_is_at_work(int fd)
{
	struct flock lock = {
		.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = BYTE_WRITER, .l_len = 1
	};

	return fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

bool exclusive_lock(int fd, const char *folder, int64_t wait_ms, struct error *error)
{
	const struct timespec moment = { .tv_nsec = POLL_MS * 1000000 };

	for (;; wait_ms -= POLL_MS) {
		if (lock_byte(fd, BYTE_OPEN, F_WRLCK, F_OFD_SETLK) == 0)
			return true;
		if (!is_taken(errno))
			return error_errno(error, "%s/" LOCK_FILE, folder);
		if (wait_ms <= 0)
			return error_set(error, ERROR_BUSY,
					 "others still read the index at %s", folder);
		nanosleep(&moment, NULL);
	}
}
