/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a batch of bundles changes in the baselines. Writing an incident collects the census it had as taken away and the
 * one it now has as added; what is left after all are summed up is written, row by row in order of keys.
 */
#ifndef INDEX_BASELINE_CHANGE_H
#define INDEX_BASELINE_CHANGE_H

#include "index/table.h"

struct baseline_change {
	struct key key; /* key_baseline() */
	uint32_t threads;
	int32_t incidents; /* 1 or -1 at one of the rows of an image, 0 at the others */
	int64_t processes;
};

typedef VEC(struct baseline_change) baseline_changes;

/* Adds those of a census (census_encode()), with sign 1 or -1. False when it cannot be decoded. */
bool baseline_collect(baseline_changes *changes, struct slice census, int sign);
/* Sorts, sums up and writes; leaves changes empty. */
bool baseline_apply(baseline_changes *changes, struct index_view *view, struct error *error);

#endif
