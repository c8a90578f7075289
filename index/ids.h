/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of ids, of incidents or signatures: sorted, each once. */
#ifndef INDEX_IDS_H
#define INDEX_IDS_H

#include "index/table.h"

typedef VEC(uint64_t) id_vec;

/* Makes a set of what was pushed in any order. */
void ids_settle(id_vec *ids);
bool ids_hold(const id_vec *ids, uint64_t id);
/* Leaves in ids those that others hold too. */
void ids_keep_common(id_vec *ids, const id_vec *others);

/* Pushes what is stored under a key of a table of duplicates, from byte `skip` of each value on eight bytes. */
bool ids_of_duplicates(struct index_view *view, enum table table, struct slice key,
		       size_t skip, id_vec *ids, struct error *error);
/* Pushes the ids of all incidents. */
bool ids_of_incidents(struct index_view *view, id_vec *ids, struct error *error);
/* Whether the chains that pass through an image can be looked up by it. One that is called "?" is signed as one that is not known, so
 * that not all chains of a signature need have it. */
bool image_is_posted(struct slice image);
/* Pushes the incidents that have a chain of some signature that passes through the image; a set when it returns. */
bool ids_of_chains_through(struct index_view *view, struct slice image, id_vec *ids,
			   struct error *error);

#endif
