/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the screen that `show` prints; each prints nothing when there is nothing of it. */
#ifndef PIPELINE_SHOW_PARTS_H
#define PIPELINE_SHOW_PARTS_H

#include "pipeline/show.h"
#include "stages/finding_evidence.h"

void show_points(const struct shown *shown);
void show_chains(const struct shown *shown);
void show_where(const struct shown *shown);

/* What to ask the debugger to see a piece of evidence in the dump: "!thread fffffa800b845bb0 3f". */
void print_piece_command(FILE *out, const struct shown *shown,
			 const struct evidence_piece *piece);

#endif
