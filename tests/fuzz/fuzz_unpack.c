/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a bundle, through every decoder that their magic asks for: read in small pieces, by block, and in large ones, straight
 * into the buffer, they must come to the same members, bytes and verdicts. Under small limits, which every walk must keep, and at
 * which it may end at another byte. Each member's first bytes are classified.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pipeline/base/hash.h"
#include "pipeline/base/mem.h"
#include "stages/classify.h"
#include "stages/unpack.h"

#define BYTES_MAX (4u << 20)
#define MEMBER_MAX (1u << 20)
#define MEMBERS_MAX 200
#define NAME_MAX_BYTES 64
#define DEPTH_MAX 4
/* A member may come with a stream in each depth, and each archive break once. */
#define STEPS_MAX (MEMBERS_MAX * (DEPTH_MAX + 2))

static void check(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "fuzz_unpack: %s\n", what);
	abort();
}

struct walked {
	size_t steps, bytes;
	bool all; /* no limit was met */
	struct hash128 hash;
};

static void add_failure(struct walked *walked, struct hash_stream *hash,
			const struct error *error)
{
	check(error->kind == ERROR_INPUT && error->reason && error->text[0],
	      "a failure without a reason");
	hash_stream_add(hash, error->reason, strlen(error->reason));
	walked->all &= strncmp(error->reason, "limit-", 6) != 0;
}

static void read_member(struct unpack *unpack, struct walked *walked, char *buffer,
			size_t piece, struct hash_stream *hash)
{
	struct error error = ERROR_INIT;
	enum encoding encoding;
	size_t bytes = 0;
	ssize_t got;

	while ((got = unpack_read(unpack, buffer, piece, &error)) > 0) {
		check((size_t)got <= piece, "more than was asked for");
		hash_stream_add(hash, buffer, (size_t)got);
		if (bytes == 0)
			classify_content((struct slice){ buffer, (size_t)got }, &encoding);
		bytes += (size_t)got;
	}
	walked->bytes += bytes;
	check(bytes <= MEMBER_MAX, "more than a member may have");
	check(walked->bytes <= BYTES_MAX, "more than a bundle may have");
	if (got < 0)
		add_failure(walked, hash, &error);
}

static void walk(struct walked *walked, int fd, size_t piece)
{
	const struct unpack_limits limits = { .depth = DEPTH_MAX,
					      .nested_bytes = BYTES_MAX,
					      .member_bytes = MEMBER_MAX,
					      .bundle_bytes = BYTES_MAX,
					      .members = MEMBERS_MAX,
					      .name_bytes = NAME_MAX_BYTES };
	struct unpack *unpack = unpack_open(fd, SLICE("kd.tar.lzma"), &limits);
	struct hash_stream *hash = hash_stream_new();
	char *buffer = mem_alloc(piece);
	struct unpack_member member;
	enum unpack_status status;
	struct error error = ERROR_INIT;

	*walked = (struct walked){ .all = true };
	while ((status = unpack_next(unpack, &member, &error)) != UNPACK_END) {
		hash_stream_add(hash, member.path.at, member.path.len);
		check(++walked->steps <= STEPS_MAX, "more steps than members");
		if (status == UNPACK_MEMBER)
			read_member(unpack, walked, buffer, piece, hash);
		else
			add_failure(walked, hash, &error);
		error = ERROR_INIT;
	}
	walked->hash = hash_stream_value(hash);
	unpack_close(unpack);
	hash_stream_free(hash);
	free(buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("bundle", MFD_CLOEXEC);
	struct walked small, large;

	check(fd >= 0 && write(fd, data, size) == (ssize_t)size, "no memory file");
	walk(&small, fd, 1009);
	walk(&large, fd, 1u << 20);
	close(fd);
	if (!small.all || !large.all)
		return 0;
	check(small.steps == large.steps && small.bytes == large.bytes,
	      "other steps or bytes in small pieces");
	check(small.hash.high == large.hash.high && small.hash.low == large.hash.low,
	      "other bytes or verdicts in small pieces");
	return 0;
}
