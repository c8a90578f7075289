/* SPDX-License-Identifier: Apache-2.0 */
/* From what somebody typed to a signature of some grouping, and to the incidents that have it. */
#ifndef INDEX_SIGNATURE_FIND_H
#define INDEX_SIGNATURE_FIND_H

#include "index/ids.h"
#include "stages/signature.h"

struct signature_of {
	uint64_t signature;
	enum grouping grouping;
};

/* typed: 16 hex digits or a unique beginning of them. Returns how many match; 1 sets *found, 0 or more than one sets a text in error
 * (ERROR_USAGE) that says what to type; on damage 0 with another kind. Only what somebody has at one time can be found. */
size_t signature_find(struct index_view *view, const char *typed,
		      struct signature_of *found, struct error *error);
/* Pushes the incidents that have a chain of it; a set when it returns. */
bool signature_incidents(struct index_view *view, const struct signature_of *of,
			 id_vec *ids, struct error *error);

#endif
