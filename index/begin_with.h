/* SPDX-License-Identifier: Apache-2.0 */
/* Ids and signatures that begin with what somebody has typed so far. */
#ifndef INDEX_BEGIN_WITH_H
#define INDEX_BEGIN_WITH_H

#include "index/ids.h"

/* Push those whose hex digits begin so (any case, at least one digit), in their order, at most `most`: incidents, and signatures that
 * questions are answered by. None for what is no hex. False on damage. */
bool incidents_begin_with(struct index_view *view, const char *typed, size_t most,
			  id_vec *ids, struct error *error);
bool signatures_begin_with(struct index_view *view, const char *typed, size_t most,
			   id_vec *ids, struct error *error);

#endif
