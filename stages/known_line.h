/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The short way of most lines: what the open block knows by how it begins is passed, or handed to who reads it, and what begins no
 * block is handed to the open one. Neither a cursor nor a search stands between one such line and the next.
 *
 * Why it is the same as the long way: a beginning is entered only if no other block is offered lines that begin so, and the block whose it is
 * promises that its reads() or begins() would do with such a line what is done here. A line of which the one who reads it is not sure
 * is left as it was, to the long way. So are lines that need care, and whatever a chunk begins with; that is how test_chunks and the
 * fuzz target compare the two: read line by line, all lines go the long way.
 */
#ifndef STAGES_KNOWN_LINE_H
#define STAGES_KNOWN_LINE_H

#include "stages/eight.h"
#include "stages/line_scan.h"

#define KNOWN_LINE_BITS 8
/* How much of a beginning is compared at most; so much must be in a line. */
#define KNOWN_LINE_LENGTH 16
/* Longer lines go the long way. */
#define KNOWN_LINE_MAX 200

struct log_parser;
struct line;

/* False when the line is not sure to be what it looks like; nothing has changed then. */
typedef bool (*line_reader)(struct log_parser *parser, const struct line *line);

/* LOG_HEAD_LENGTH characters at least. */
struct known_beginning {
	const char *text;
	line_reader read; /* NULL: nothing is kept of such lines */
	uint8_t begins; /* enum log_block_id: the block that such a line begins, if any */
};

struct known_line {
	uint64_t text[2], mask[2]; /* what is no part of the beginning is 0 in both */
	line_reader read;
	uint8_t block; /* enum log_block_id: the open one; 0 for none */
	bool may_wait; /* for its other half */
};

struct known_lines {
	struct known_line at[1 << KNOWN_LINE_BITS];
};

/* Enters a beginning for when `block` is open. One whose place is taken is not entered, and false is returned: its lines go the long way. */
bool known_line_enter(struct known_lines *lines, uint8_t block,
		      const struct known_beginning *begin, bool may_wait);
/* Reads lines of the text as far as they are listed and known; `number` is the first one's. Returns how many. */
uint32_t known_lines_read(struct log_parser *parser, struct line_scan *scan,
			  struct slice text, uint32_t number);

#endif
