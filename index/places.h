/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The places of an incident: the bundles it lies in, each with its own summary (members
 * have other names there) and the version of the bytes that it yields. They are ranked,
 * and the first gives what is shown of the incident; the rank depends on nothing but the
 * places, never on which came first.
 */
#ifndef INDEX_PLACES_H
#define INDEX_PLACES_H

#include "pipeline/base/bytes.h"
#include "pipeline/base/error.h"
#include "stages/summary.h"

struct place {
	struct slice path;
	struct slice summary;                 /* summary_encode() */
	uint64_t version;                     /* of the pieces but the summary */
	const struct encoded_incident *given; /* when it is being written, else NULL */
	/* What ranks and orders it, from the summary; filled in by place_weigh(). */
	int64_t session_time;
	uint64_t zombies;
	size_t partial; /* sources that could not be read to their end */
};

typedef VEC(struct place) place_vec;

/* Which bytes they are: the same for the same chains, census, digest and records. */
uint64_t incident_version(const struct encoded_incident *incident);

void places_encode(const place_vec *places, byte_vec *out);
/* Texts point into bytes. False on bytes that encoding cannot have made. Does not
 * weigh. */
bool places_decode(place_vec *places, struct slice bytes);
/* False when the summary cannot be decoded or is of another incident. */
bool place_weigh(struct place *place, uint64_t id);
/* Fewest partial sources first, then by path. */
void places_rank(place_vec *places);

#endif
