/* SPDX-License-Identifier: Apache-2.0 */
/* `list`: incidents newest first (those without a session time last, by id). */
#ifndef INDEX_LIST_H
#define INDEX_LIST_H

#include "index/ids.h"
#include "index/select.h"

/* Calls visit for each row that the selector accepts, within its offset and limit,
 * until visit returns false. The row is the callback's only while it runs. *count:
 * rows visited. False on damage. */
bool list_incidents(struct index_view *view, const struct selector *selector,
		    bool (*visit)(void *context, const struct incident_row *row),
		    void *context, uint64_t *count, struct error *error);

/* Whether some chain of the incident is as the selector wants one; true when it does not ask. False on damage as well. */
bool row_has_chain(struct index_view *view, const struct incident_row *row,
		   const struct selector *selector, struct error *error);

/* Pushes the incidents of which the selector's conditions hold, but for those on chains, its limit and offset; a set when it
 * returns. */
bool ids_selected(struct index_view *view, const struct selector *selector, id_vec *ids,
		  struct error *error);
/* How many it will visit; 0 where only a walk can tell. */
uint64_t list_expects(struct index_view *view, const struct selector *selector);

#endif
