/* SPDX-License-Identifier: Apache-2.0 */
/* The reader's side of the outside decoder: forks the server off and gives it orders; see outside_server.h. */
#include <elf.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pipeline/base/cleanup.h"
#include "pipeline/channel.h"
#include "pipeline/outside_server.h"

/* What outside.context points to. */
struct client {
	pid_t pid;
	int channel;
	pthread_mutex_t asking; /* an order and the answer to it */
};

static bool is_program(const char *path)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	char magic[SELFMAG];

	return fd >= 0 && read(fd, magic, sizeof(magic)) == sizeof(magic) &&
	       memcmp(magic, ELFMAG, SELFMAG) == 0 && access(path, X_OK) == 0;
}

const char *outside_program(void)
{
	static const char *const paths[] = {
#define PROGRAM(path) path,
#include "pipeline/outside_programs.def"
#undef PROGRAM
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (is_program(paths[i]))
			return paths[i];
	return NULL;
}

static bool send_order(int channel, const struct outside_order *order, struct error *error)
{
	struct slice password = slice_from(order->password), name = slice_from(order->name);
	byte_vec frame = { 0 };
	bool sent;

	vec_reserve(&frame, 32 + password.len + name.len); /* no copy is left behind when it grows */
	bytes_put_u8(&frame, (uint8_t)order->work);
	bytes_put_text(&frame, password);
	bytes_put_text(&frame, name);
	sent = channel_send(channel, frame.at, frame.len, order->fd, error);
	explicit_bzero(frame.at, frame.len);
	vec_free(&frame);
	return sent;
}

static bool receive_pipes(int channel, int pipes[2], struct error *error)
{
	byte_vec frame = { 0 };
	bool good = true;

	pipes[0] = pipes[1] = -1;
	for (int i = 0; good && i < 2; i++)
		good = channel_receive(channel, &frame, &pipes[i], error) > 0 &&
		       pipes[i] >= 0;
	vec_free(&frame);
	if (good)
		return true;
	if (pipes[0] >= 0)
		close(pipes[0]);
	pipes[0] = -1;
	return false;
}

static bool ask(void *context, const struct outside_order *order, int pipes[2],
		struct error *error)
{
	struct client *client = context;
	struct error broken = ERROR_INIT;
	bool good;

	pthread_mutex_lock(&client->asking);
	good = send_order(client->channel, order, &broken) &&
	       receive_pipes(client->channel, pipes, &broken);
	pthread_mutex_unlock(&client->asking);
	return good || error_input(error, "unsupported", "7z cannot be run");
}

bool outside_server_begin(struct outside *outside, const char *program, bool required)
{
	struct client *client = mem_alloc_zero(1, sizeof(*client));
	int pair[2];

	*outside = (struct outside){ .context = client, .start = ask };
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0) {
		client->pid = fork();
		if (client->pid == 0) {
			close(pair[0]);
			outside_serve(pair[1], program, required);
			_exit(0);
		}
		close(pair[1]);
		client->channel = pair[0];
		pthread_mutex_init(&client->asking, NULL);
		if (client->pid > 0)
			return true;
		close(pair[0]);
	}
	free(client);
	*outside = (struct outside){ .context = NULL };
	return false;
}

void outside_server_end(struct outside *outside)
{
	struct client *client = outside->context;

	close(client->channel);
	kill(client->pid, SIGKILL);
	waitpid(client->pid, NULL, 0);
	pthread_mutex_destroy(&client->asking);
	free(client);
	*outside = (struct outside){ .context = NULL };
}
