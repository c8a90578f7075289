/* SPDX-License-Identifier: Apache-2.0 */
/* Frames over a socket: four bytes of length, most significant first, then the bytes; see channel.h. */
#include "pipeline/channel.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static bool send_all(int channel, const char *bytes, size_t len, struct error *error)
{
	while (len) {
		ssize_t sent = send(channel, bytes, len, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return error_errno(error, "channel");
		bytes += sent;
		len -= (size_t)sent;
	}
	return true;
}

/* The head goes out in one call of its own, since that call carries the descriptor. */
static bool send_head(int channel, const unsigned char head[CHANNEL_HEAD_BYTES], int fd,
		      struct error *error)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec part = { (void *)head, CHANNEL_HEAD_BYTES };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t sent;

	if (fd >= 0) {
		message.msg_control = &control;
		message.msg_controllen = sizeof(control.room);
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	}
	do {
		sent = sendmsg(channel, &message, MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return error_errno(error, "channel");
	return send_all(channel, (const char *)head + sent,
			CHANNEL_HEAD_BYTES - (size_t)sent, error);
}

bool channel_send(int channel, const void *bytes, size_t len, int fd, struct error *error)
{
	unsigned char head[CHANNEL_HEAD_BYTES] = { (unsigned char)(len >> 24),
						   (unsigned char)(len >> 16),
						   (unsigned char)(len >> 8),
						   (unsigned char)len };

	if (len > CHANNEL_FRAME_MAX)
		return error_set(error, ERROR_INTERNAL, "channel: a frame of %zu bytes", len);
	return send_head(channel, head, fd, error) && send_all(channel, bytes, len, error);
}

static int received_fd(struct msghdr *message)
{
	int fd = -1;

	for (struct cmsghdr *head = CMSG_FIRSTHDR(message); head;
	     head = CMSG_NXTHDR(message, head))
		if (head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS &&
		    head->cmsg_len == CMSG_LEN(sizeof(int)) && fd < 0)
			memcpy(&fd, CMSG_DATA(head), sizeof(fd));
	return fd;
}

/* Reads up to len bytes; 0 at the end of the channel. A descriptor that comes along goes to *fd. */
static ssize_t receive_some(int channel, void *bytes, size_t len, int *fd)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec part = { bytes, len };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t got;

	if (fd) {
		message.msg_control = &control;
		message.msg_controllen = sizeof(control.room);
	}
	do {
		got = recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	if (got > 0 && fd && *fd < 0)
		*fd = received_fd(&message);
	return got;
}

/* All of len bytes: 1, 0 when the channel ended before the first, -1 when it broke. */
static int receive_all(int channel, unsigned char *bytes, size_t len, int *fd,
		       struct error *error)
{
	size_t have = 0;

	while (have < len) {
		ssize_t got = receive_some(channel, bytes + have, len - have, fd);

		if (got == 0 && have == 0)
			return 0;
		if (got <= 0) {
			if (got == 0)
				error_set(error, ERROR_INTERNAL, "channel: ended in a frame");
			else
				error_errno(error, "channel");
			return -1;
		}
		have += (size_t)got;
	}
	return 1;
}

bool channel_frame_len(const unsigned char head[CHANNEL_HEAD_BYTES], size_t *len,
		       struct error *error)
{
	*len = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
	return *len <= CHANNEL_FRAME_MAX ||
	       error_set(error, ERROR_INTERNAL, "channel: a frame of %zu bytes announced",
			 *len);
}

int channel_receive(int channel, byte_vec *frame, int *fd, struct error *error)
{
	unsigned char head[CHANNEL_HEAD_BYTES];
	size_t len;
	int got;

	if (fd)
		*fd = -1;
	frame->len = 0;
	got = receive_all(channel, head, CHANNEL_HEAD_BYTES, fd, error);
	if (got <= 0)
		return got;
	if (!channel_frame_len(head, &len, error))
		return -1;
	/* Room grows with what has come, so that an announcement alone takes no memory. */
	while (frame->len < len) {
		size_t step = len - frame->len < (1u << 20) ? len - frame->len : 1u << 20;

		vec_reserve(frame, frame->len + step);
		if (receive_all(channel, frame->at + frame->len, step, NULL, error) != 1) {
			if (error->kind == ERROR_NONE)
				error_set(error, ERROR_INTERNAL, "channel: ended in a frame");
			return -1;
		}
		frame->len += step;
	}
	return 1;
}
