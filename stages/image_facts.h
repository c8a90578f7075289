/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an image's name alone says, worked out once a name: a dump has thousands of processes of a few images, and every
 * step of the analysis asks the same of each of them.
 */
#ifndef STAGES_IMAGE_FACTS_H
#define STAGES_IMAGE_FACTS_H

#include "stages/record.h"

struct image_facts {
	uint64_t key; /* image_key() */
	bool known;   /* else nothing of this is worked out yet */
	bool minimal; /* image_is_minimal() */
	bool special; /* image_is_special() */
};

/* By name_id; names that are no image of a process or of a row of !vm are left open. */
typedef VEC(struct image_facts) image_facts_list;

/* Works out those of all processes and rows of !vm. */
void image_facts_find(const struct records *records, image_facts_list *facts);

#endif
