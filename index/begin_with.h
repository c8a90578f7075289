/* SPDX-License-Identifier: Apache-2.0 */
/* Ids and signatures that begin with what somebody has typed so far. */
#ifndef INDEX_BEGIN_WITH_H
#define INDEX_BEGIN_WITH_H

#include "index/ids.h"

/* From the least to the greatest number whose 16 hex digits begin so. */
struct id_range {
	uint64_t low, high;
};

/* Any case, 1 to 16 digits; false for what is none. */
bool id_range_read(struct id_range *range, const char *typed);

/* Push those whose hex digits begin so (any case, at least one digit), in their order, at most `most`: incidents, and signatures that
 * questions are answered by. None for what is no hex. False on damage. */
bool incidents_begin_with(struct index_view *view, const char *typed, size_t most,
			  id_vec *ids, struct error *error);
bool signatures_begin_with(struct index_view *view, const char *typed, size_t most,
			   id_vec *ids, struct error *error);

#endif
