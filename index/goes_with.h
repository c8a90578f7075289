/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes with a set of incidents: what is more frequent among them than among the others. Each feature is tested by chi-squared
 * with Yates's correction for continuity (one degree of freedom); as many are tested at once, p is multiplied by their number
 * (Bonferroni). Nothing is said of fewer than 5 incidents on either side.
 */
#ifndef INDEX_GOES_WITH_H
#define INDEX_GOES_WITH_H

#include "index/ids.h"

#define GOES_WITH_SAMPLE 5
/* What is told is less likely than this to be chance, after correction. */
#define GOES_WITH_P 0.05

enum feature {
#define FEATURE(id, text, what) FEATURE_##id,
#include "index/features.def"
#undef FEATURE
	FEATURES,
};

struct association {
	uint8_t feature;        /* enum feature */
	struct slice value;     /* as text; of a storm empty */
	uint64_t with, of_with; /* incidents of the set that have it, and all of the set */
	uint64_t without, of_without; /* of the others */
	double chi_squared, p, p_corrected;
};

struct associations {
	VEC(struct association) list; /* the least likely to be chance first */
	uint64_t tests;
	struct arena arena; /* the values */
};

/* ids: a set. Images in `apart` (a set of image_key()) are left out: they are there by definition. */
bool goes_with(struct index_view *view, const id_vec *ids, const id_vec *apart,
	       struct associations *found, struct error *error);
void associations_free(struct associations *found);

const char *feature_text(enum feature feature);

#endif
