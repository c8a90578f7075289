/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Baselines: how many threads the live processes of an image have on a build of Windows, over all incidents of the index.
 * A row is the sum of the censuses (stages/census.h) of the incidents that are in, each counted once, in the version that is
 * shown of it.
 */
#ifndef INDEX_BASELINE_H
#define INDEX_BASELINE_H

#include "index/table.h"
#include "stages/baseline.h"

struct baseline_row {
	struct slice image;   /* in lower case, cut to 15 bytes */
	uint32_t build;       /* NUMBER_NONE: of the incidents that give none */
	uint64_t incidents;   /* that have such a process */
	thread_counts counts; /* never empty */
};

typedef VEC(struct baseline_row) baseline_rows;

/* The rows of all images that the pattern matches (pattern_matches_image()), by image and then build. A literal pattern
 * costs what its own rows cost, one with wildcards a walk over the table. False on damage; rows is then empty. */
bool index_baselines(struct index_view *view, struct slice pattern, baseline_rows *rows,
		     struct error *error);
void baseline_rows_free(baseline_rows *rows);
/* Replaces sum by the counts of all these rows together. */
void baseline_rows_sum(const struct baseline_row *rows, size_t count, thread_counts *sum);
/* The most threads with which a process of these rows, all of one image, may be said to miss some, by its build or by all;
 * NUMBER_NONE when none is. */
uint32_t baseline_rows_most(const struct baseline_row *rows, size_t count);

/* A baseline for find_patterns(): of what the view holds, whose incidents each count once and the one that is asked about
 * among them. Where it fails, error says why, and holds the first reason. */
struct baseline_source {
	struct index_view *view;
	struct error error;
};

struct baseline baseline_of_index(struct baseline_source *source);

/* Values of the table, for the files of this folder. Decoding into a zeroed row or one decoded before does not set image
 * and build, which are the key's; false on bytes that encoding cannot have made. */
#define BASELINE_PROCESSES_MAX (1ull << 48)
void baseline_row_encode(const struct baseline_row *row, byte_vec *out);
bool baseline_row_decode(struct baseline_row *row, struct slice bytes);

#endif
