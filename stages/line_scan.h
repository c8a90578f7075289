/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cuts a text at its newlines, 64 bytes at a time, and tells in the same pass which lines are plain already: those
 * without a byte above 0x7F, a NUL, markup, a lone carriage return or the '>' of a prompt. Nearly all are, and are read as they stand.
 */
#ifndef STAGES_LINE_SCAN_H
#define STAGES_LINE_SCAN_H

#include "pipeline/base/slice.h"

/* The marks of 64 bytes, a bit each, the first byte's lowest. */
struct line_marks {
	uint64_t newlines, returns;
	uint64_t care; /* raw_line.h has to look at the line */
};

/* Marks exactly 64 bytes; a return that no newline follows is not yet a reason for care. */
typedef void (*line_marker)(const char *at, struct line_marks *marks);
#define LINE_MARKERS_MAX 3
/* Those that this processor can run, the fastest first; all of them mark alike. */
size_t line_markers(line_marker markers[LINE_MARKERS_MAX]);

struct line_scan {
	const char *begin; /* of the next line */
	const char *block; /* what marks are of; those of lines gone by are cleared */
	const char *end;
	struct line_marks marks;
	line_marker marker; /* the fastest that this processor has */
};

struct scanned_line {
	struct slice text; /* without its newline */
	bool newline;      /* false for what stands behind the text's last one */
	bool plain;
};

struct line_scan line_scan_of(struct slice text);
/* Marks the block. */
void line_scan_mark(struct line_scan *scan);

/* False at the text's end. */
static inline bool line_scan_next(struct line_scan *scan, struct scanned_line *line)
{
	bool care = false;

	if (scan->begin == scan->end)
		return false;
	line->text.at = scan->begin;
	while (scan->marks.newlines == 0) {
		care |= scan->marks.care != 0;
		if (scan->end - scan->block <= 64) {
			line->text.len = (size_t)(scan->end - scan->begin);
			line->newline = false;
			line->plain = !care;
			scan->begin = scan->end;
			return true;
		}
		scan->block += 64;
		line_scan_mark(scan);
	}
	/* All bits below the newline's, and those of it and below. */
	uint64_t through = scan->marks.newlines ^ (scan->marks.newlines - 1);

	line->text.len =
		(size_t)(scan->block + __builtin_ctzll(scan->marks.newlines) - scan->begin);
	line->newline = true;
	line->plain = !care && !(scan->marks.care & through);
	scan->begin += line->text.len + 1;
	scan->marks.newlines &= ~through;
	scan->marks.care &= ~through;
	return true;
}

#endif
