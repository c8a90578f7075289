/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a mail tells: the incidents that came in some runs, held against all that came before, and against those of the mail before.
 * For `pipeline nightly`.
 */
#ifndef INDEX_NIGHT_NEWS_H
#define INDEX_NIGHT_NEWS_H

#include "index/night.h"
#include "index/query_diff.h"

/* An incident with so many zombies that it is a storm, and with more than its machine ever had, as far as the index knows. */
struct news_storm {
	uint64_t id;
	uint64_t zombies;
	uint64_t before; /* the most that the machine had in a storm before; 0: it had none, or is not known */
	struct slice machine; /* empty when not known */
	struct slice image;   /* of most of them, empty when there are no names */
	uint64_t of_image;
};

/* An image of which processes miss threads now, and never did before. */
struct news_missing {
	struct slice image;
	uint64_t processes; /* that do */
	uint64_t id;        /* an incident with one of them, which is the rest: */
	uint32_t pid;       /* PID_NONE */
	uint32_t threads, expected;
};

struct night_news {
	id_vec ids; /* the incidents that came */
	struct diff diff; /* of these against all that came before; what is "gone" there is of no interest here */
	struct diff gone; /* of these against those of the mail before: what is "gone" there */
	uint64_t storms_known;            /* storms that are no news */
	VEC(struct news_storm) storms;    /* most zombies first */
	VEC(struct news_missing) missing; /* most processes first, then by image */
	quarantined_vec quarantined;      /* by path of the bundle and member */
	struct arena arena;               /* texts */
};

/* What came in the runs behind `after`, up to `last`. news is zeroed, and to be freed before the view ends, also on failure. */
bool night_news(struct index_view *view, const struct night_mark *mark, uint64_t after,
		uint64_t last, struct night_news *news, struct error *error);
void night_news_free(struct night_news *news);

/* The rows of a diff with this status: where they begin, and how many there are. */
const struct diff_group *diff_of_status(const struct diff *diff, enum diff_status status,
					size_t *count);

/* ---- for the files of this folder: one part each. before: the incidents that came earlier ---- */

bool night_storms(struct index_view *view, const id_vec *before, struct night_news *news,
		  struct error *error);
bool night_missing(struct index_view *view, const id_vec *before, struct night_news *news,
		   struct error *error);

#endif
