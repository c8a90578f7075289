/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The census of an incident: how many of its processes tell what is normal (baseline_takes()), by image and number of
 * threads. It is all that the index needs of an incident to keep its baselines, and small: zombies have no part in it.
 */
#ifndef STAGES_CENSUS_H
#define STAGES_CENSUS_H

#include "pipeline/base/bytes.h"
#include "stages/record.h"

struct census_row {
	struct slice image; /* as all its spellings have it in common: cut (image_cut()), in ASCII lower case; never empty */
	uint32_t threads;
	uint32_t processes; /* at least one */
};

struct census {
	uint32_t build;              /* NUMBER_NONE */
	VEC(struct census_row) rows; /* by image, then threads; each pair once */
};

/* Takes the census of joined records and writes its bytes. */
void census_encode(const struct records *records, byte_vec *out);
/* Into a zeroed census, or one that was decoded before; images point into the bytes. False on bytes that encoding cannot
 * have made; the census is then empty. */
bool census_decode(struct census *census, const void *bytes, size_t len);
void census_free(struct census *census);

#endif
