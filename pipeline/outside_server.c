/* SPDX-License-Identifier: Apache-2.0 */
/* The server that runs the outside decoder, one process an order; see outside_server.h. */
#include "pipeline/outside_server.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "pipeline/channel.h"
#include "pipeline/confine.h"

/* Where the program finds the archive: it wants to seek, so it is given no pipe. */
#define ARCHIVE_FD 3
#define CHANNEL_FD 3 /* of the server, while it is that */
#define ARCHIVE_PATH "/proc/self/fd/3"
/* As a pipe takes in one go without a reader. */
#define PASSWORD_MAX 4096

struct order {
	enum outside_work work;
	int fd;
	char *password, *name;
};

/* False when the frame is no order. */
static bool take_order(struct order *order, const byte_vec *frame)
{
	struct bytes_reader reader = bytes_reader_from(frame->at, frame->len);
	uint8_t work = bytes_get_u8(&reader);
	struct slice password = bytes_get_text(&reader), name = bytes_get_text(&reader);

	if (reader.bad || bytes_left(&reader) || work > OUTSIDE_ONE ||
	    password.len > PASSWORD_MAX)
		return false;
	order->work = (enum outside_work)work;
	order->password = mem_copy_text(password.at, password.len);
	order->name = mem_copy_text(name.at, name.len);
	return true;
}

static void forget_order(struct order *order)
{
	explicit_bzero(order->password, strlen(order->password));
	free(order->password);
	free(order->name);
}

/* ---- in the process that becomes 7z ---- */

/* Below 3 nothing of ours is left, above only what is closed when the program begins. */
static bool place_descriptors(int archive, int in, int out, int err)
{
	int from[4] = { in, out, err, archive };

	for (int i = 0; i < 4; i++) {
		from[i] = fcntl(from[i], F_DUPFD_CLOEXEC, 10);
		if (from[i] < 0)
			return false;
	}
	for (int i = 0; i < 4; i++)
		if (dup2(from[i], i) < 0)
			return false;
	return true;
}

/* It finds its codecs beside what it is called. Names are those of a stranger: behind "--" none is an option or a list, with -spd none has wildcards. */
static void execute(const char *program, const struct order *order)
{
	const char *const list[] = { program,     "l",  "-slt",       "-ba",
				     "-sccUTF-8", "--", ARCHIVE_PATH, NULL };
	const char *const extract[] = {
		program,      "x",
		"-so",        "-bd",
		"-spd",       "-mmt=1",
		"-sccUTF-8",  "--",
		ARCHIVE_PATH, order->work == OUTSIDE_ONE ? order->name : NULL,
		NULL,
	};
	static const char *const env[] = { "LC_ALL=C.UTF-8", NULL };

	execve(program, (char **)(order->work == OUTSIDE_LIST ? list : extract), (char **)env);
}

static void become(const char *program, bool required, const struct order *order, int in,
		   int out, int err)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	if (getppid() != 1 && place_descriptors(order->fd, in, out, err) &&
	    chdir("/") == 0 && outside_confine(program, ARCHIVE_FD, required))
		execute(program, order);
	_exit(127);
}

/* ---- in the server ---- */

static bool tell(int channel, int fd)
{
	struct error error = ERROR_INIT;

	return channel_send(channel, "", 1, fd, &error);
}

/* The program asks for a password once, if at all. */
static bool give_password(int in, const char *password)
{
	char line[PASSWORD_MAX + 1];
	size_t len = strlen(password);
	bool given;

	memcpy(line, password, len);
	line[len++] = '\n';
	given = write(in, line, len) == (ssize_t)len;
	explicit_bzero(line, sizeof(line));
	return given;
}

static void close_pair(const int pair[2])
{
	close(pair[0]);
	close(pair[1]);
}

/* False when the reader is gone. */
static bool run(int channel, const char *program, bool required, const struct order *order)
{
	int in[2], out[2], err[2];
	bool told;
	pid_t pid;

	if (pipe2(in, O_CLOEXEC) != 0)
		return tell(channel, -1);
	if (pipe2(out, O_CLOEXEC) != 0) {
		close_pair(in);
		return tell(channel, -1);
	}
	if (pipe2(err, O_CLOEXEC) != 0) {
		close_pair(in);
		close_pair(out);
		return tell(channel, -1);
	}
	pid = give_password(in[1], order->password) ? fork() : -1;
	if (pid == 0)
		become(program, required, order, in[0], out[1], err[1]);
	told = pid > 0 ? tell(channel, out[0]) && tell(channel, err[0]) : tell(channel, -1);
	close_pair(in);
	close_pair(out);
	close_pair(err);
	return told;
}

/* Nothing stays open but this: above all not the reader's own channel, whose end the keeper waits for. */
static int keep_channel(int channel)
{
	int kept = channel == CHANNEL_FD ? channel : dup2(channel, CHANNEL_FD);

	fcntl(kept, F_SETFD, FD_CLOEXEC);
	confine_close_from(CHANNEL_FD + 1);
	return kept;
}

void outside_serve(int channel, const char *program, bool required)
{
	struct error error = ERROR_INIT;
	byte_vec frame = { 0 };
	struct order order;
	bool going = true;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	channel = keep_channel(channel);
	signal(SIGCHLD, SIG_IGN); /* nobody waits for them: their pipes say when they have ended */
	while (going && channel_receive(channel, &frame, &order.fd, &error) > 0) {
		going = order.fd >= 0 && take_order(&order, &frame);
		explicit_bzero(frame.at, frame.len);
		if (going) {
			going = run(channel, program, required, &order);
			forget_order(&order);
		}
		if (order.fd >= 0)
			close(order.fd);
	}
	vec_free(&frame);
}
