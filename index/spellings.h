/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In which ways the chains of a signature spell their images: a name that the debugger cut to 15 bytes is one image with the full
 * name, but whoever asks by name must know both. Paths in lower case, a few; the same set whatever the order in which they were
 * added.
 */
#ifndef INDEX_SPELLINGS_H
#define INDEX_SPELLINGS_H

#include "pipeline/base/bytes.h"

/* Of more spellings than these only the least are kept. */
#define SPELLINGS_MAX 8

struct spellings {
	struct slice at[SPELLINGS_MAX]; /* ascending; each a path as signature_hops() reads it; not owned */
	uint8_t count;
	bool more; /* there are more than are kept */
};

bool spellings_hold(const struct spellings *spellings, struct slice path);
/* Adds a path, which must live as long as the set does. */
void spellings_add(struct spellings *spellings, struct slice path);
void spellings_merge(struct spellings *spellings, const struct spellings *others);

void spellings_encode(const struct spellings *spellings, byte_vec *out);
/* Slices point into the reader's bytes. */
void spellings_decode(struct spellings *spellings, struct bytes_reader *reader);

#endif
