/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that are made until all is done; see fd.h. */
#include "pipeline/base/fd.h"

#include <errno.h>
#include <unistd.h>

ssize_t fd_read(int fd, void *bytes, size_t len)
{
	size_t have = 0;

	while (have < len) {
		ssize_t got = read(fd, (char *)bytes + have, len - have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		have += (size_t)got;
	}
	return (ssize_t)have;
}

bool fd_write(int fd, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len) {
		ssize_t done = write(fd, at, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return false;
		at += done;
		len -= (size_t)done;
	}
	return true;
}
