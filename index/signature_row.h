/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the index knows of one signature over all incidents, so that a question about groups reads a row for each group that it
 * prints. Rows are summed up in any order to the same: what is not a sum is the least or the greatest of something.
 */
#ifndef INDEX_SIGNATURE_ROW_H
#define INDEX_SIGNATURE_ROW_H

#include "index/index.h"
#include "index/spellings.h"
#include "stages/chain_runs.h"
#include "stages/signature.h"

struct signature_row {
	uint64_t incidents, chains;
	uint64_t machines; /* distinct names, without case; no name counts for nothing */
	int64_t first_seen, last_seen; /* MOMENT_NONE when no session time is known */
	bool first_zone_known, last_zone_known;
	int64_t longest_wait_ms; /* MS_NONE */
	struct spellings spellings; /* of its chains; each holds what signature_hops() reads, without how they wait */
	uint64_t root, path; /* its coarser signatures */
	/* Of the chain whose label is greatest in byte order, so that a full name wins over a cut one. */
	struct slice label;
	struct slice hops; /* its own: signature_hops() */
	uint32_t cycle_start;
	uint8_t cycle, endpoint; /* enum cycle_kind, enum endpoint_kind: the same for all */
};

/* Of all chains of the run at hand, which are of one incident. Texts are copied into the arena. machines is left 0. */
struct signature_row signature_row_of(const struct summary *summary,
				      const struct chain_runs *runs, struct arena *arena);
/* A number for a machine's name, without case; 0 for none. */
uint64_t machine_hash(struct slice machine);
/* Adds more to row, both of one signature and of different incidents; machines are left as they are. */
void signature_row_add(struct signature_row *row, const struct signature_row *more);
/* The same, and what row takes over of the texts of more is copied into the arena, so that more may go. A row of no incident becomes
 * more. */
void signature_row_take(struct signature_row *row, const struct signature_row *more,
			struct arena *arena);

void signature_row_encode(const struct signature_row *row, byte_vec *out);
/* Texts point into bytes. */
bool signature_row_decode(struct signature_row *row, struct slice bytes);

/* The hops of the chain that stands for all: their number, then one after the other. */
struct signature_hop {
	struct slice image; /* as it was spelled; empty when not known */
	uint8_t via;        /* enum edge_kind */
};

struct bytes_reader signature_hops(struct slice hops, size_t *count);
struct signature_hop signature_next_hop(struct bytes_reader *hops);

#endif
