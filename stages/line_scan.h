/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cuts a text at its newlines and tells in the same pass which lines are plain already: those without a byte above
 * 0x7F, a NUL, markup, a lone carriage return or the '>' of a prompt. Nearly all are, and are read as they stand. The ends of the
 * lines of some kilobytes are listed at once: so the search is one loop without a call, and a line is taken off the list.
 */
#ifndef STAGES_LINE_SCAN_H
#define STAGES_LINE_SCAN_H

#include "pipeline/base/slice.h"

/* Bytes whose line ends are listed at once, a multiple of 64. */
#define LINE_SCAN_BATCH 2048
/* Room behind a list that its writer may use. */
#define LINE_SCAN_SPARE 16

/* Part of a text; begin to stop are a multiple of 64 bytes, end is where the text's last byte is behind. */
struct line_span {
	const char *begin, *stop, *end;
};

/*
 * Lists the ends of the lines in the span: twice a newline's distance from its begin, plus one if its line needs care. *care says
 * whether the line that the span begins in does, and afterwards the one that it ends in. Returns how many there are.
 */
typedef unsigned (*line_lister)(struct line_span span, uint16_t *ends, bool *care);
#define LINE_LISTERS_MAX 4
/* Those that this processor can run, the fastest first; all of them list alike. */
size_t line_listers(line_lister listers[LINE_LISTERS_MAX]);

struct line_scan {
	const char *begin; /* of the next line */
	const char *base;  /* from where ends are counted */
	const char *next;  /* what no ends were listed of yet */
	const char *end;
	line_lister lister; /* the fastest that this processor has */
	unsigned taken, count;
	bool care; /* the line in which the list ends needs it */
	uint16_t ends[LINE_SCAN_BATCH + LINE_SCAN_SPARE];
};

struct scanned_line {
	struct slice text; /* without its newline */
	bool newline;      /* false for what stands behind the text's last one */
	bool plain;
};

void line_scan_begin(struct line_scan *scan, struct slice text);
/* The line behind the last end that is listed: lists more, or takes what stands behind the text's last newline. */
bool line_scan_further(struct line_scan *scan, struct scanned_line *line);

static inline void line_scan_take(struct line_scan *scan, struct scanned_line *line)
{
	unsigned end = scan->ends[scan->taken++];
	const char *newline = scan->base + (end >> 1);

	line->text.at = scan->begin;
	line->text.len = (size_t)(newline - scan->begin);
	line->newline = true;
	line->plain = !(end & 1);
	scan->begin = newline + 1;
}

/* False at the text's end. */
static inline bool line_scan_next(struct line_scan *scan, struct scanned_line *line)
{
	if (__builtin_expect(scan->taken == scan->count, 0))
		return line_scan_further(scan, line);
	line_scan_take(scan, line);
	return true;
}

#endif
