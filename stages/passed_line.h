/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines inside a block that say nothing of what is kept, told by how they begin: half of a zombie's lines are such
 * statistics. They are passed without a cursor, a place or a call, up to the first line that is anything else.
 *
 * Why it is the same as to read them: a beginning is entered only if no block is offered lines that begin so, and the block
 * whose it is promises that its reads() takes such a line and does nothing (log_block.passes). So nothing is left to happen but that the
 * line is counted. Lines that need care, and whatever a chunk begins with, never come here.
 */
#ifndef STAGES_PASSED_LINE_H
#define STAGES_PASSED_LINE_H

#include "stages/eight.h"
#include "stages/line_scan.h"

#define PASSED_LINE_BITS 6
/* How much of a beginning is compared at most; so much must be in a line. */
#define PASSED_LINE_LENGTH 16
/* Longer lines are read. */
#define PASSED_LINE_MAX 200

struct passed_line {
	uint64_t text[2], mask[2]; /* what is no part of the beginning is 0 in both */
	uint8_t block; /* enum log_block_id: the one that passes it; 0 for none */
};

struct passed_lines {
	struct passed_line at[1 << PASSED_LINE_BITS];
};

static inline struct passed_line *passed_line_place(struct passed_lines *lines, uint64_t text)
{
	return &lines->at[(uint32_t)text * 0x9E3779B1u >> (32 - PASSED_LINE_BITS)];
}

/* Enters a beginning of four characters at least. One whose place is taken is not entered: its lines are read. */
void passed_line_enter(struct passed_lines *lines, uint8_t block, const char *begin);
/* Passes lines of the open block and empty ones, as far as they are listed. Returns how many; *any is set if one was not empty. */
uint32_t passed_lines_skip(struct passed_lines *lines, uint8_t block,
			   struct line_scan *scan, bool *any);

#endif
