/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files that decode by libarchive share; nobody else includes it. It is the decoder of every kind that has no
 * better one, and of every archive that a better one passes on.
 */
#ifndef STAGES_UNPACK_ARCHIVE_H
#define STAGES_UNPACK_ARCHIVE_H

#include "stages/unpack_library.h"
#include "stages/unpack_parts.h"

struct archive_state {
	struct archive *archive;
	bool on_member;
	bool met_any; /* members so far */
	bool solid;   /* archive_is_solid() */
	bool sum_known; /* of the member, where libarchive does not look at it: so it comes to sum_wanted */
	uint32_t sum, sum_wanted;
	bool member_fatal; /* member_error ends the archive too */
	uint64_t at;       /* bytes of the member taken from libarchive, holes included */
	unsigned stuck;
	int64_t stuck_at;
};

static inline struct archive_state *archive_state_of(struct level *level)
{
	return level->state;
}

/* unpack_archive.c */

/* What libarchive says, unless that is only the echo of the source's own failure. */
void archive_error(struct level *level, struct error *error);
/* Around every call that may decode. */
void archive_enter(struct level *level);
void archive_leave(struct level *level);

/* unpack_archive_next.c and unpack_archive_block.c: the decoder's functions */

enum level_step archive_next(struct level *level, struct error *error);
int archive_fill(struct level *level);

/* unpack_solid.c */

/* Whether passing over a member means to decode it. */
bool archive_is_solid(struct level *level);

/* unpack_rar5.c */

bool rar5_is_solid(struct level *level);
/* The CRC-32 of the member whose header is the next behind that place, if it is stored and has one. */
bool rar5_stored_sum(struct level *level, uint64_t place, uint32_t *sum);

/* unpack_reason.c */

/* Turns libarchive's last error into ours; at_end tells that the input had ended when it came. Returns false. */
bool reason_set(struct error *error, struct level *level, bool at_end);

/* unpack_end.c: how an archive ends, which libarchive does not look at closely */

/* libarchive says that the archive is over: is it, with nothing cut off and nothing behind it? */
bool end_is_clean(struct level *level, struct error *error);
/* Makes "corrupt" of a 7z "truncated" where its own start header shows that its end is missing. */
void end_refine(struct level *level, struct error *error);

#endif
