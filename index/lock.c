/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writer lock: an open-file-description lock on a file of its own, held from before
 * the environment is opened until the index is closed, so that a whole ingest is one
 * writer. The kernel drops it with the process; the file itself stays and means nothing.
 */
#include "index/env.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "pipeline/base/cleanup.h"

int writer_lock(const char *folder, enum index_lock lock, struct error *error)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int command = lock == INDEX_LOCK_WAIT ? F_OFD_SETLKW : F_OFD_SETLK;
	cleanup_free char *path = NULL;
	int fd;

	if (asprintf(&path, "%s/writer.lock", folder) < 0) {
		path = NULL;
		error_errno(error, "%s", folder);
		return -1;
	}
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		error_errno(error, "%s", path);
		return -1;
	}
	if (fcntl(fd, command, &whole) == 0)
		return fd;
	if (errno == EAGAIN || errno == EACCES)
		error_set(error, ERROR_BUSY, "another writer holds the index at %s", folder);
	else if (errno == EINTR)
		error_set(error, ERROR_BUSY,
			  "interrupted while another writer holds the index at %s", folder);
	else
		error_errno(error, "%s", path);
	close(fd);
	return -1;
}
