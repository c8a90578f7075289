/* SPDX-License-Identifier: Apache-2.0 */
/* Parts go before the job that they belong to; see split_send.h. */
#include "pipeline/split_send.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pipeline/channel.h"
#include "pipeline/message.h"

int split_open_part(const char *path, struct error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat status;

	if (fd < 0) {
		error_errno(error, "cannot be opened");
		return -1;
	}
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
		close(fd);
		error_set(error, ERROR_INPUT, "is no regular file any more");
		return -1;
	}
	return fd;
}

static bool send_part(int channel, int fd, struct slice missing, struct error *error)
{
	byte_vec frame = { 0 };
	bool sent;

	message_put_part(&frame, missing);
	sent = channel_send(channel, frame.at, frame.len, fd, error);
	vec_free(&frame);
	return sent;
}

/* Part by part, so that few are open here at a time; but first whether all can be. */
static bool can_open_all(const struct split *split, struct error *error)
{
	vec_for_each(path, &split->parts) {
		int fd = split_open_part(*path, error);

		if (fd < 0)
			return error_context(error, "%s", *path);
		close(fd);
	}
	return true;
}

bool split_send(int channel, const struct split *split, bool *broken, struct error *error)
{
	*broken = false;
	if (!can_open_all(split, error))
		return false;
	for (size_t i = 1; i < split->parts.len; i++) {
		int fd = split_open_part(split->parts.at[i], error);

		*broken = fd < 0 || !send_part(channel, fd, SLICE_NONE, error);
		if (fd >= 0)
			close(fd);
		if (*broken)
			return false;
	}
	if (split->missing)
		*broken = !send_part(channel, -1, slice_from(split->missing), error);
	return !*broken;
}
