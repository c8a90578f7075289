/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a path of edges to a chain in the incident's list: its hops, its endpoint, its cycle. Paths that come
 * together share their hops from there on, so that a server and all behind it are kept once for any number of clients.
 */
#ifndef STAGES_CHAIN_MAKE_H
#define STAGES_CHAIN_MAKE_H

#include "stages/chain_guess.h"
#include "stages/chain_target.h"
#include "stages/incident.h"

typedef VEC(uint32_t) edge_path; /* indices into the incident's edges, each edge leading to the thread of the next */

struct chain_maker {
	struct incident *incident;
	struct chain_targets targets;
	struct chain_guesses guesses;
	VEC(name_id) names; /* the incident's names -> the list's, 0 when not taken over yet */
	struct map hops;    /* edge and the hop it leads to -> hop */
	struct map visited; /* process -> the last chain that went through it */
	VEC(uint64_t) shapes; /* for each hop what may tell the chains from it on apart in a signature */
	struct map alike;     /* shape of a chain's first hop -> the first such chain */
	uint64_t unlike_hops; /* of chains that are not alike, one of each */
	uint32_t by_kind[ENDPOINT_KINDS]; /* endpoints without a thread; NUMBER_NONE */
};

/* Empties the incident's list. The edges must be complete and sorted. */
void chain_maker_init(struct chain_maker *maker, struct incident *incident);
void chain_maker_free(struct chain_maker *maker);
/* Adds the chain of a path; cycle_start is the hop that its last edge leads back to, or NUMBER_NONE. */
void chain_make(struct chain_maker *maker, const edge_path *path, uint32_t cycle_start);

#endif
