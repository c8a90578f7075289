/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An id is made of what a log says, so a log that has grown since it was read gives the same dump another id. It did not come with
 * the run that read it again: what a bundle newly yields takes over when the one came that it yields no more, if both are dumps of
 * one machine and build at one session time, and it has no chain of a signature that the other did not have. Without a session
 * time nothing tells, and it is new.
 */
#ifndef INDEX_INHERIT_H
#define INDEX_INHERIT_H

#include "index/change.h"

/* Fills in which changes inherit. Before any of them is applied. */
bool inherit_arrivals(struct index_view *view, struct change *changes, size_t count,
		      struct error *error);

#endif
