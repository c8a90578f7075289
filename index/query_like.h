/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `query --like INCIDENT`: the incidents most like one. Three things are compared: the edges of the chains (which image waits
 * how for which), what chains end in, and the images that storms of zombies are of. Of each, what both have counts against what
 * either has, the rarer the more (inverse document frequency). What neither incident has is no vote; what only one has counts
 * against it, but by half, since a log that does not show something is not a dump without it.
 */
#ifndef INDEX_QUERY_LIKE_H
#define INDEX_QUERY_LIKE_H

#include "index/ids.h"
#include "index/select.h"

enum likeness {
#define LIKENESS(id, text, weight) LIKENESS_##id,
#include "index/likenesses.def"
#undef LIKENESS
	LIKENESSES,
};

struct alike {
	uint64_t id;
	double score; /* above 0, at most 1 */
	uint32_t first_shared,
		shared[LIKENESSES]; /* in the answer's shared, one likeness after the other */
};

struct likes {
	VEC(struct alike) list; /* best first, then by id; within the selector's offset and limit */
	VEC(struct slice) shared; /* the rarest first */
	size_t total;             /* before offset and limit */
	struct names names;
};

/* Of the incidents that the selector accepts, other than this one. likes is zeroed, and to be freed, also on failure. */
bool query_like(struct index_view *view, uint64_t id, const struct selector *selector,
		struct likes *likes, struct error *error);
void likes_free(struct likes *likes);

const char *likeness_text(enum likeness likeness); /* "edges" */

#endif
