/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole reader in one process, without keeper, pipe and index: bundles in, readings out, by the same floor. Made for
 * callgrind, perf and heaptrack, which follow no reader that is executed afresh and stopped. Prints processor time, the
 * largest resident set and the hash of all readings, by which two builds are known to say the same of the same bundles.
 * Arguments: how many threads, bundles.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "pipeline/base/hash.h"
#include "pipeline/message.h"
#include "stages/floor.h"

struct bundles {
	char **paths;
	uint64_t count, next;
	uint64_t *hashes; /* of the readings, as they come in any order */
};

static struct bundle_work *next_bundle(void *context)
{
	struct bundles *bundles = context;
	const char *path;
	int fd;

	if (bundles->next == bundles->count)
		return NULL;
	path = bundles->paths[bundles->next];
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		perror(path);
		exit(1);
	}
	return bundle_work_new(bundles->next++, fd, path);
}

static void take_reading(void *context, struct bundle_work *work)
{
	struct bundles *bundles = context;
	struct reading reading = { 0 };
	struct error error = ERROR_INIT;
	byte_vec frame = { 0 };

	message_put_reading(&frame, work);
	bundles->hashes[work->job] = hash64(frame.at, frame.len);
	close(work->fd);
	bundle_work_free(work);
	if (!message_get_reading(&reading, &frame, &error)) {
		fprintf(stderr, "bench_reader: %s\n", error.text);
		exit(1);
	}
	reading_free(&reading);
	vec_free(&frame);
}

static double seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
	int threads = argc > 2 ? atoi(argv[1]) : 0;
	struct bundles bundles = { .paths = argv + 2, .count = (uint64_t)argc - 2 };
	const struct floor_client client = { &bundles, next_bundle, take_reading };
	struct timespec begin, end;
	struct error error = ERROR_INIT;
	struct rusage usage;

	if (threads < 1) {
		fprintf(stderr, "usage: %s THREADS BUNDLE...\n", argv[0]);
		return 2;
	}
	if (!unpack_prepare(&error)) {
		fprintf(stderr, "bench_reader: %s\n", error.text);
		return 1;
	}
	bundles.hashes = mem_alloc_zero(bundles.count, sizeof(*bundles.hashes));
	clock_gettime(CLOCK_MONOTONIC, &begin);
	floor_run(threads, &client);
	clock_gettime(CLOCK_MONOTONIC, &end);
	getrusage(RUSAGE_SELF, &usage);
	printf("%.2f s, user %.2f, system %.2f, %.1f MB, readings %016llx\n",
	       (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9,
	       seconds(usage.ru_utime), seconds(usage.ru_stime),
	       (double)usage.ru_maxrss / 1024,
	       (unsigned long long)hash64(bundles.hashes,
					  bundles.count * sizeof(*bundles.hashes)));
	free(bundles.hashes);
	return 0;
}
