/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that the log shows of one finding: every block and line that it was concluded from, as one would read them, each with
 * the object that it is of, so that a debugger can be asked for it again.
 */
#ifndef STAGES_FINDING_EVIDENCE_H
#define STAGES_FINDING_EVIDENCE_H

#include "stages/finding.h"

/* So many pieces are kept of one finding. */
#define EVIDENCE_PIECES_MAX 1024

/* What a piece is of. */
enum piece_kind {
	PIECE_THREAD,
	PIECE_PROCESS,
	PIECE_MESSAGE, /* object as in struct message: an address, or LPC_MESSAGE and the id */
	PIECE_PORT,
	PIECE_RESOURCE,
	PIECE_ROW, /* of !vm's table; no object */
};

struct evidence_piece {
	struct evidence evidence; /* of length 0: the log does not show the object, but names it */
	uint64_t object;
	uint8_t kind; /* enum piece_kind, of the first line */
};

struct evidence_list {
	VEC(struct evidence_piece) pieces; /* no line twice; lines that follow each other in one piece */
	uint64_t left_out;                 /* pieces beyond EVIDENCE_PIECES_MAX */
};

/* A chain: its threads and messages hop by hop, also those that are only named. What is counted by image: in the order of the
 * log. list is zeroed, or filled before. */
void finding_evidence(const struct incident *incident, const struct findings *findings,
		      const struct finding *finding, struct evidence_list *list);
void evidence_list_free(struct evidence_list *list);

#endif
