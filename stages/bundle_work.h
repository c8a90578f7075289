/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One bundle on its way through the stages: decoded chunk by chunk, its chunks parsed anywhere, joined in order, and
 * at the end turned into encoded incidents. The steps of one bundle that share state are never run by two threads
 * at once (floor.c sees to that); parsing shares nothing.
 */
#ifndef STAGES_BUNDLE_WORK_H
#define STAGES_BUNDLE_WORK_H

#include "pipeline/base/hash.h"
#include "stages/join.h"
#include "stages/log_parser.h"
#include "stages/member_text.h"
#include "stages/split_file.h"

/* Decoded text of one chunk. More costs memory, less costs cuts and repeated names. */
#define CHUNK_TEXT (1u << 20)

enum member_outcome {
	MEMBER_PARSED,
	MEMBER_IGNORED,
	MEMBER_QUARANTINED,
};

struct member {
	char *path;
	const char *reason; /* static text; "" when parsed */
	char *text;         /* what was wrong, for people; may be NULL */
	uint64_t bytes;     /* decoded so far */
	uint8_t outcome;    /* enum member_outcome */
};

struct chunk {
	struct bundle_work *work;
	uint64_t number; /* in its bundle, from 0 */
	size_t member;   /* index into work->members */
	uint64_t offset; /* of the text in the member's text */
	size_t fill;     /* of new text, at most so much; the floor's choice */
	size_t len;
	enum encoding encoding;
	bool fresh; /* else it goes on from the chunk before */
	bool first; /* of its member */
	enum log_end end;
	struct log_state start; /* set when it is parsed */
	struct log_chunk_result result;
	struct chunk *next_spare; /* of interest to the floor alone */
	char text[CHUNK_TEXT];
};

/* What the joining side learned of a member; it shares nothing with the decoding side. */
struct joined_member {
	size_t member; /* index into work->members */
	size_t joins;
	const char *encoding;
	bool prompt_seen;
	bool over; /* records of it were left out: there was no room for them */
};

struct encoded {
	uint64_t id;
	byte_vec summary, chains, census, digest, records;
};

struct bundle_work {
	uint64_t job;
	int fd;
	char *name;
	struct unpack_limits limits; /* the defaults, until somebody sets others before the first step */
	struct split_file parts; /* of a bundle that is split, fd among them; else empty */
	struct unpack_means means; /* none, unless set before the first step */

	/* decoding */
	struct member_text text;
	struct hash128 content; /* of the whole file */
	struct hash128 known;   /* a bundle of this content is not read; zeros: any is */
	byte_vec carry;         /* text behind the last cut */
	uint64_t offset;
	uint64_t chunks; /* handed out */
	bool in_member, carry_fresh, decoded;
	VEC(struct member) members;
	uint64_t found; /* members that the walk came to; each has its place in the list above */

	/* joining */
	struct join *join; /* of the dump in hand; NULL between members */
	struct hash_stream *segment_hash;
	uint64_t segment_bytes;
	uint32_t line; /* lines of the member before the chunk */
	bool prompt_seen, other_bytes, member_over;
	size_t member_joins;      /* of the member in hand, copies too */
	VEC(struct join *) joins; /* each of a text of its own */
	size_t packed_joins,
		packed; /* of those that are read to their end: how many are packed, the first, and their bytes */
	size_t unpacked;     /* what the others of them weigh */
	struct map contents; /* hash of the text -> index in joins */
	VEC(struct joined_member) joined;

	/* the end */
	const struct lender *lender; /* NULL: all is done one after the other */
	VEC(struct encoded) encoded; /* by id */
};

struct bundle_work *bundle_work_new(uint64_t job, int fd, const char *name);
void bundle_work_free(struct bundle_work *work);

/* Fills the chunk with the next text of the bundle. False when there is none: the bundle is decoded. */
bool bundle_decode(struct bundle_work *work, struct chunk *chunk);
/* Parses the chunk; touches nothing else. chunk->start must be set. */
void chunk_parse(struct chunk *chunk);
/* Takes a parsed chunk in; chunks come in the order of their numbers. */
void bundle_join(struct bundle_work *work, struct chunk *chunk);
/* Whether every member that was found has exactly one outcome; asked of a finished bundle. */
bool bundle_adds_up(const struct bundle_work *work);
/* How much memory the records take that were read so far; asked between two joins. */
size_t bundle_weight(const struct bundle_work *work);
/* After the last chunk: makes work->encoded and settles every member's outcome. */
void bundle_finish(struct bundle_work *work);

#endif
