/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that are made until all is done; see fd.h. */
#include "pipeline/base/fd.h"

#include <errno.h>
#include <unistd.h>

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
