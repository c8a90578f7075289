/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs short commands in turns, each time in a fresh process, and prints for each, in microseconds, the median and
 * the least wall time, from before posix_spawn() to after wait4(), and the median of the processor time of it and its
 * children. A shell would take longer to start them than they take. The order turns round from round to round, so that none
 * always follows the same one. What they say goes to /dev/null; a few rounds before many are not counted; one that ends with
 * anything but 0 ends the bench. Arguments: ROUNDS, then for each command `--` and its words.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST_COMMANDS 32
#define WARM_UP 3

struct command {
	char **words;
	double *took, *busy;
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static double microseconds(struct timeval time)
{
	return (double)time.tv_sec * 1e6 + (double)time.tv_usec;
}

static double run(char **words, const posix_spawn_file_actions_t *quiet, double *busy)
{
	double begin = now(), took;
	struct rusage used;
	int status, code;
	pid_t pid;

	code = posix_spawnp(&pid, words[0], quiet, NULL, words, environ);
	if (code != 0) {
		fprintf(stderr, "bench_spawn: %s: %s\n", words[0], strerror(code));
		exit(1);
	}
	if (wait4(pid, &status, 0, &used) < 0) {
		perror("bench_spawn");
		exit(1);
	}
	took = now() - begin;
	*busy = microseconds(used.ru_utime) + microseconds(used.ru_stime);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fprintf(stderr, "bench_spawn: %s", words[0]);
		for (size_t i = 1; words[i]; i++)
			fprintf(stderr, " %s", words[i]);
		fprintf(stderr, ": status %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
		exit(1);
	}
	return took;
}

static int by_time(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Splits the words at each `--`, which becomes the end of the command before it. */
static size_t read_commands(char **words, struct command *commands, long rounds)
{
	size_t count = 0;

	for (size_t i = 0; words[i]; i++) {
		if (strcmp(words[i], "--") != 0)
			continue;
		words[i] = NULL;
		if (count == MOST_COMMANDS || !words[i + 1])
			return 0;
		commands[count].words = words + i + 1;
		commands[count].took = calloc((size_t)rounds, sizeof(double));
		commands[count].busy = calloc((size_t)rounds, sizeof(double));
		if (!commands[count].took || !commands[count].busy)
			abort();
		count++;
	}
	return count;
}

int main(int argc, char **argv)
{
	struct command commands[MOST_COMMANDS];
	posix_spawn_file_actions_t quiet;
	long rounds = argc > 1 ? atol(argv[1]) : 0;
	size_t count = rounds > 0 ? read_commands(argv + 2, commands, rounds) : 0;

	if (!count) {
		fprintf(stderr, "usage: bench_spawn ROUNDS {-- COMMAND [WORD]...}...\n");
		return 2;
	}
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&quiet, STDOUT_FILENO, STDERR_FILENO);
	for (long round = rounds > 20 ? -WARM_UP : 0; round < rounds; round++) {
		for (size_t i = 0; i < count; i++) {
			struct command *command = &commands[round & 1 ? count - 1 - i : i];
			double busy, took = run(command->words, &quiet, &busy);

			if (round < 0)
				continue;
			command->took[round] = took;
			command->busy[round] = busy;
		}
	}
	for (size_t i = 0; i < count; i++) {
		qsort(commands[i].took, (size_t)rounds, sizeof(double), by_time);
		qsort(commands[i].busy, (size_t)rounds, sizeof(double), by_time);
		printf("%.0f %.0f %.0f\n", commands[i].took[rounds / 2],
		       commands[i].took[0], commands[i].busy[rounds / 2]);
		free(commands[i].took);
		free(commands[i].busy);
	}
	posix_spawn_file_actions_destroy(&quiet);
	return 0;
}
