/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that the log shows of one finding: every block and line that it was concluded from, as one would read them. */
#ifndef STAGES_FINDING_EVIDENCE_H
#define STAGES_FINDING_EVIDENCE_H

#include "stages/finding.h"

/* So many pieces are kept of one finding. */
#define EVIDENCE_PIECES_MAX 1024

struct evidence_list {
	VEC(struct evidence) pieces; /* no line twice; lines that follow each other in one piece */
	uint64_t left_out;           /* pieces beyond EVIDENCE_PIECES_MAX */
};

/* A chain: its threads and messages hop by hop. What is counted by image: in the order of the log. list is zeroed, or filled
 * before. */
void finding_evidence(const struct incident *incident, const struct findings *findings,
		      const struct finding *finding, struct evidence_list *list);
void evidence_list_free(struct evidence_list *list);

#endif
