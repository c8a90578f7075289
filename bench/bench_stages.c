/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast the stages behind the decoder are, on one core and without disk or pipe: cut, parse and join of one log
 * held in memory, and the same with decoding from UTF-16 before. Prints the median of several rounds in MB/s of decoded text (MB is
 * 10^6 bytes). Arguments: the logs. stages.sh has some made and gives them.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "stages/cut.h"
#include "stages/join.h"
#include "stages/log_parser.h"
#include "stages/text.h"

#define ROUNDS 7
#define CHUNK (1u << 20)
#define PIECE 32768

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static char *read_log(const char *path, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	ssize_t got = 0;
	char *text;

	if (fd < 0 || fstat(fd, &status) != 0) {
		perror(path);
		exit(1);
	}
	text = mem_alloc((size_t)status.st_size + 1);
	for (*len = 0; *len < (size_t)status.st_size; *len += (size_t)got) {
		got = read(fd, text + *len, (size_t)status.st_size - *len);
		if (got <= 0)
			break;
	}
	close(fd);
	return text;
}

struct times {
	double cut, parse, join, whole;
	size_t processes, threads;
};

/* The chunk's result keeps its memory from round to round, as the floor's chunks do from bundle to bundle. */
static void run_once(struct slice text, struct log_chunk_result *result, struct times *times)
{
	struct log_state state;
	struct join_base base = { .line = 1 };
	struct join join;
	double begin = now();
	bool fresh = true;

	*times = (struct times){ 0 };
	join_init(&join);
	log_state_fresh(&state, LISTING_UNKNOWN);
	while (text.len) {
		struct slice chunk = slice_first(text, CHUNK);
		enum cut_kind kind = CUT_HEADER;
		bool last = chunk.len == text.len;
		double a = now(), b, c;

		if (!last)
			chunk.len = cut_find(chunk, &kind);
		b = now();
		if (fresh && base.offset)
			log_state_fresh(&state, LISTING_INHERITED);
		log_parse(result, &state, chunk,
			  last                 ? LOG_ENDS
			  : kind == CUT_HEADER ? LOG_HEADER_FOLLOWS
					       : LOG_GOES_ON);
		c = now();
		for (size_t i = 0; i < result->segments_used; i++)
			join_records(&join, &result->segments.at[i].records, base);
		times->cut += b - a;
		times->parse += c - b;
		times->join += now() - c;
		state = result->end;
		fresh = kind == CUT_HEADER;
		base.offset += chunk.len;
		base.line += result->lines;
		text = slice_skip(text, chunk.len);
	}
	join_finish(&join, NULL);
	times->whole = now() - begin;
	times->processes = join.incident.records.processes.len;
	times->threads = join.incident.records.threads.len;
	join_free(&join);
}

/* Seconds that decoding the log from UTF-16LE takes, in pieces as the decoder reads them. The log is ASCII. */
static double decode_utf16(struct slice text)
{
	struct text_decoder decoder = { .encoding = ENCODING_UTF16LE };
	char *wide = mem_alloc(text.len * 2), *out = mem_alloc(TEXT_DECODED_MAX(PIECE));
	double begin;
	size_t decoded = 0;

	for (size_t i = 0; i < text.len; i++) {
		wide[2 * i] = text.at[i];
		wide[2 * i + 1] = 0;
	}
	begin = now();
	for (size_t at = 0; at < text.len * 2; at += PIECE)
		decoded += text_decode(
			&decoder,
			slice_first((struct slice){ wide + at, text.len * 2 - at }, PIECE),
			out);
	begin = now() - begin;
	if (decoded < text.len) {
		fprintf(stderr, "bench_stages: %zu bytes decoded of %zu\n", decoded, text.len);
		exit(1);
	}
	free(wide);
	free(out);
	return begin;
}

static int by_whole(const void *a, const void *b)
{
	const struct times *x = a, *y = b;

	return x->whole < y->whole ? -1 : x->whole > y->whole;
}

static void bench(const char *path, struct log_chunk_result *result)
{
	struct times times[ROUNDS], *median = &times[ROUNDS / 2];
	size_t len;
	char *log = read_log(path, &len);
	double megabytes = (double)len / 1e6, utf16;

	for (int i = 0; i < ROUNDS; i++)
		run_once((struct slice){ log, len }, result, &times[i]);
	qsort(times, ROUNDS, sizeof(times[0]), by_whole);
	printf("%s: %.1f MB, %zu processes, %zu threads\n", path, megabytes,
	       median->processes, median->threads);
	printf("  cut %.0f MB/s, parse %.0f MB/s, join %.0f MB/s; together %.0f MB/s on one core\n",
	       megabytes / median->cut, megabytes / median->parse,
	       megabytes / median->join, megabytes / median->whole);
	utf16 = decode_utf16((struct slice){ log, len });
	printf("  from UTF-16: decode %.0f MB/s; together %.0f MB/s on one core\n",
	       megabytes / utf16, megabytes / (utf16 + median->whole));
	free(log);
}

int main(int argc, char **argv)
{
	struct log_chunk_result result = { 0 };

	if (argc < 2) {
		fprintf(stderr, "usage: %s LOG...\n", argv[0]);
		return 2;
	}
	for (int i = 1; i < argc; i++)
		bench(argv[i], &result);
	log_chunk_result_free(&result);
	return 0;
}
