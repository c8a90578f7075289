/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pins: incidents that a user wants kept. They are no content: nothing but gc looks at them, and they outlive
 * the incident when its bundle changes, so that it is still pinned when it comes back.
 */
#ifndef INDEX_PIN_H
#define INDEX_PIN_H

#include "index/index.h"
#include "pipeline/base/vec.h"

typedef VEC(uint64_t) pin_vec;

/* Pins incidents, or takes their pins away; what is so already stays so. *changed: how many were not. */
bool index_pin(struct index *index, const pin_vec *ids, bool pinned, uint64_t *changed,
	       struct error *error);
/* Adds the ids of all pinned incidents, ascending; some may not be in the index. */
bool index_pins(struct index_view *view, pin_vec *ids, struct error *error);
/* False when it is not pinned (error->kind is then ERROR_NONE), or on failure. */
bool pin_is_set(struct index_view *view, uint64_t id, struct error *error);

#endif
