/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The channel as either side may find it: frames of all sizes, descriptors that travel with them, and a peer
 * that sends piece by piece, too much, or dies in the middle.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "pipeline/incoming.h"

static void make_pair(int pair[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
}

static int count_open(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void send_good(int channel, const void *bytes, size_t len, int fd)
{
	struct error error = ERROR_INIT;

	assert_true(channel_send(channel, bytes, len, fd, &error));
	assert_int_equal(error.kind, ERROR_NONE);
}

static void receive_good(int channel, const void *bytes, size_t len, int *fd)
{
	struct error error = ERROR_INIT;
	byte_vec frame = { 0 };

	assert_int_equal(channel_receive(channel, &frame, fd, &error), 1);
	assert_int_equal(frame.len, len);
	if (len)
		assert_memory_equal(frame.at, bytes, len);
	vec_free(&frame);
}

static void receive_nothing(int channel, int expected)
{
	struct error error = ERROR_INIT;
	byte_vec frame = { 0 };
	int fd;

	assert_int_equal(channel_receive(channel, &frame, &fd, &error), expected);
	assert_int_equal(error.kind == ERROR_NONE, expected == 0);
	assert_int_equal(fd, -1);
	assert_in_range(frame.cap, 0, 4u << 20); /* no room for what never came */
	vec_free(&frame);
}

static void test_several_frames(void **state)
{
	int pair[2], fd;

	(void)state;
	make_pair(pair);
	send_good(pair[0], "one", 3, -1);
	send_good(pair[0], "", 0, -1);
	send_good(pair[0], "three", 5, -1);
	close(pair[0]);
	receive_good(pair[1], "one", 3, &fd);
	assert_int_equal(fd, -1);
	receive_good(pair[1], "", 0, NULL);
	receive_good(pair[1], "three", 5, NULL);
	receive_nothing(pair[1], 0);
	receive_nothing(pair[1], 0);
	close(pair[1]);
}

struct sender {
	int channel;
	const char *bytes;
	size_t len, step;
};

static void *send_frame(void *argument)
{
	struct sender *sender = argument;
	struct error error = ERROR_INIT;

	channel_send(sender->channel, sender->bytes, sender->len, -1, &error);
	return NULL;
}

/* The bytes as they are, a few at a time. */
static void *send_pieces(void *argument)
{
	struct sender *sender = argument;

	for (size_t done = 0; done < sender->len; done += sender->step) {
		size_t left = sender->len - done;

		if (send(sender->channel, sender->bytes + done,
			 left < sender->step ? left : sender->step, MSG_NOSIGNAL) < 0)
			break;
	}
	return NULL;
}

static void test_frames_beyond_the_buffers(void **state)
{
	static const size_t sizes[] = { 1, 65536, 1u << 20, (1u << 20) + 1, 9000001 };
	char *bytes = mem_alloc(9000001);

	(void)state;
	for (size_t i = 0; i < 9000001; i++)
		bytes[i] = (char)(i * 31 >> 3);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct sender sender = { .bytes = bytes, .len = sizes[i] };
		pthread_t thread;
		int pair[2];

		make_pair(pair);
		sender.channel = pair[0];
		assert_int_equal(pthread_create(&thread, NULL, send_frame, &sender), 0);
		receive_good(pair[1], bytes, sizes[i], NULL);
		pthread_join(thread, NULL);
		close(pair[0]);
		receive_nothing(pair[1], 0);
		close(pair[1]);
	}
	free(bytes);
}

/* Two frames, cut anywhere on the way. */
static void test_pieces(void **state)
{
	static const char bytes[] = "\0\0\0\5hello\0\0\0\0\0\0\0\2ok";

	(void)state;
	for (size_t step = 1; step < sizeof(bytes); step++) {
		struct sender sender = { .bytes = bytes, .len = sizeof(bytes) - 1, .step = step };
		pthread_t thread;
		int pair[2];

		make_pair(pair);
		sender.channel = pair[0];
		assert_int_equal(pthread_create(&thread, NULL, send_pieces, &sender), 0);
		receive_good(pair[1], "hello", 5, NULL);
		receive_good(pair[1], "", 0, NULL);
		receive_good(pair[1], "ok", 2, NULL);
		pthread_join(thread, NULL);
		close(pair[0]);
		close(pair[1]);
	}
}

/* A peer that dies after any number of bytes: the end only between frames. */
static void test_ends_anywhere(void **state)
{
	static const char bytes[] = "\0\0\0\5hello";

	(void)state;
	for (size_t len = 0; len < sizeof(bytes) - 1; len++) {
		int pair[2];

		make_pair(pair);
		assert_int_equal(send(pair[0], bytes, len, 0), (ssize_t)len);
		close(pair[0]);
		receive_nothing(pair[1], len ? -1 : 0);
		close(pair[1]);
	}
}

static void test_announces_too_much(void **state)
{
	static const char *const heads[] = { "\x40\0\0\1", "\x80\0\0\0", "\xff\xff\xff\xff" };
	int pair[2];

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		make_pair(pair);
		assert_int_equal(send(pair[0], heads[i], 4, 0), 4);
		receive_nothing(pair[1], -1); /* without waiting for more */
		close(pair[0]);
		close(pair[1]);
	}
	/* As much as is allowed takes no room before it comes. */
	make_pair(pair);
	assert_int_equal(send(pair[0], "\x40\0\0\0", 4, 0), 4);
	close(pair[0]);
	receive_nothing(pair[1], -1);
	close(pair[1]);
}

static void test_too_much_is_not_sent(void **state)
{
	struct error error = ERROR_INIT;
	int pair[2];

	(void)state;
	make_pair(pair);
	assert_false(channel_send(pair[0], "", (size_t)CHANNEL_FRAME_MAX + 1, -1, &error));
	assert_int_equal(error.kind, ERROR_INTERNAL);
	close(pair[0]);
	receive_nothing(pair[1], 0); /* nor is any of it */
	close(pair[1]);
}

static void test_descriptors(void **state)
{
	struct stat sent, got;
	int before = count_open(), pair[2], pipes[2], fd;

	(void)state;
	make_pair(pair);
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(fstat(pipes[0], &sent), 0);
	for (int i = 0; i < 20; i++) {
		send_good(pair[0], "job", 3, pipes[0]);
		send_good(pair[0], "none", 4, -1);
	}
	for (int i = 0; i < 20; i++) {
		receive_good(pair[1], "job", 3, &fd);
		assert_true(fd >= 0);
		assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
		assert_int_equal(fstat(fd, &got), 0);
		assert_int_equal(got.st_ino, sent.st_ino);
		close(fd);
		receive_good(pair[1], "none", 4, &fd);
		assert_int_equal(fd, -1);
	}
	/* One that nobody asked for is closed. */
	send_good(pair[0], "gift", 4, pipes[0]);
	receive_good(pair[1], "gift", 4, NULL);
	close(pipes[0]);
	close(pipes[1]);
	close(pair[0]);
	close(pair[1]);
	assert_int_equal(count_open(), before);
}

/* The frame that an error ends keeps no descriptor open that the caller does not know of. */
static void test_a_descriptor_and_then_the_end(void **state)
{
	struct error error = ERROR_INIT;
	struct iovec part = { "\0\0\0\7half", 8 };
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control.room) };
	byte_vec frame = { 0 };
	int pair[2], fd;

	(void)state;
	make_pair(pair);
	control.head.cmsg_level = SOL_SOCKET;
	control.head.cmsg_type = SCM_RIGHTS;
	control.head.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.head), &pair[1], sizeof(int));
	assert_int_equal(sendmsg(pair[0], &message, 0), 8);
	close(pair[0]);
	assert_int_equal(channel_receive(pair[1], &frame, &fd, &error), -1);
	assert_true(fd >= 0);
	close(fd);
	close(pair[1]);
	vec_free(&frame);
}

/* Writing to a peer that is gone is an error, no signal. */
static void test_nobody_listens(void **state)
{
	struct error error = ERROR_INIT;
	int pair[2];

	(void)state;
	make_pair(pair);
	close(pair[1]);
	assert_false(channel_send(pair[0], "job", 3, -1, &error));
	assert_int_equal(error.kind, ERROR_IO);
	close(pair[0]);
}

static enum incoming_state take(struct incoming *incoming, int channel)
{
	struct error error = ERROR_INIT;
	enum incoming_state state = incoming_take(incoming, channel, &error);

	assert_int_equal(error.kind != ERROR_NONE, state == INCOMING_BROKEN);
	return state;
}

/* However the bytes are cut into pieces, the frames come out, and nothing is waited for. */
static void test_frames_in_pieces(void **state)
{
	static const char bytes[] = "\0\0\0\5first\0\0\0\0\0\0\0\6second";
	size_t len = sizeof(bytes) - 1;

	(void)state;
	for (size_t cut = 0; cut <= len; cut++) {
		struct incoming incoming = { .head_len = 0 };
		int pair[2], whole = 0;

		make_pair(pair);
		assert_int_equal(take(&incoming, pair[0]), INCOMING_PART);
		for (size_t from = 0, to = cut; from <= len;
		     from = to, to = to == len ? len + 1 : len) {
			if (to > from && to <= len)
				assert_int_equal(send(pair[1], bytes + from, to - from, 0),
						 to - from);
			while (take(&incoming, pair[0]) == INCOMING_WHOLE) {
				static const char *const frames[] = { "first", "", "second" };

				assert_int_equal(incoming.frame.len, strlen(frames[whole]));
				if (incoming.frame.len)
					assert_memory_equal(incoming.frame.at, frames[whole],
							    incoming.frame.len);
				whole++;
			}
		}
		assert_int_equal(whole, 3);
		close(pair[1]);
		assert_int_equal(take(&incoming, pair[0]), INCOMING_ENDED);
		incoming_free(&incoming);
		close(pair[0]);
	}
}

static void test_pieces_that_break(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} cases[] = { { "\0", 1 }, { "\0\0\0\2x", 5 }, { "\377\377\377\377", 4 } };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct incoming incoming = { .head_len = 0 };
		int pair[2];

		make_pair(pair);
		assert_int_equal(send(pair[1], cases[i].bytes, cases[i].len, 0), cases[i].len);
		if (i < 2)
			assert_int_equal(take(&incoming, pair[0]), INCOMING_PART);
		close(pair[1]);
		assert_int_equal(take(&incoming, pair[0]), INCOMING_BROKEN);
		incoming_free(&incoming);
		close(pair[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_several_frames),
		cmocka_unit_test(test_frames_beyond_the_buffers),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_ends_anywhere),
		cmocka_unit_test(test_announces_too_much),
		cmocka_unit_test(test_too_much_is_not_sent),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_a_descriptor_and_then_the_end),
		cmocka_unit_test(test_nobody_listens),
		cmocka_unit_test(test_frames_in_pieces),
		cmocka_unit_test(test_pieces_that_break),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
