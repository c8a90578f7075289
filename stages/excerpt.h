/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading again, out of a bundle, the lines that a record was read from. The bundle is a stranger's, as it was at the first time:
 * this runs in the reader process only. It ends with what is asked for, so that the limits under which the bundle was read bound it, too.
 */
#ifndef STAGES_EXCERPT_H
#define STAGES_EXCERPT_H

#include "pipeline/base/bytes.h"
#include "pipeline/base/error.h"
#include "pipeline/base/hash.h"
#include "stages/unpack.h"

/* So many ranges of a request are answered, so much text of one, so much of all together. */
#define EXCERPT_RANGES_MAX 256
#define EXCERPT_RANGE_BYTES (64u << 10)
#define EXCERPT_ALL_BYTES (4u << 20)

/* A member by its path. Where members of one archive share a path, what is known of its text tells which is meant. */
struct excerpt_member {
	struct slice path;
	uint32_t first_line, last_line; /* of the text that `content` is of */
	struct hash128 content;         /* zeros: the path says enough */
};

/* Bytes of the member's text, as evidence counts them. */
struct excerpt_range {
	uint64_t offset, length;
	uint32_t member; /* index into the request's members */
};

struct excerpt_request {
	VEC(struct excerpt_member) members;
	VEC(struct excerpt_range) ranges;
};

struct excerpt {
	byte_vec text; /* in UTF-8 where it can be, lines ended by a newline alone, the last by nothing */
	bool found; /* its member was */
	bool cut; /* there is more of it than a limit lets through, or than the member has */
};

struct excerpt_reply {
	struct hash128 content; /* of the whole bundle, zeros when it cannot be read */
	VEC(struct excerpt) excerpts; /* one a range */
	struct error error; /* the first that kept from reading; kind ERROR_NONE when nothing did */
};

void excerpt_request_free(struct excerpt_request *request);
void excerpt_reply_free(struct excerpt_reply *reply);

/* Reads the ranges out of the bundle at fd, whose base name is name. reply is zeroed. */
void excerpt_read(int fd, struct slice name, const struct unpack_means *means,
		  const struct excerpt_request *request, struct excerpt_reply *reply);

#endif
