/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of a page that can be sorted and filtered by report.js, and read without it: each record is a <tbody> of one row of cells and,
 * where there is more to tell, a second one that opens. On a narrow screen each becomes a card, for which a cell knows its heading.
 */
#ifndef REPORT_GRID_H
#define REPORT_GRID_H

#include "pipeline/base/html.h"

struct grid_column {
	const char *heading;
	bool number; /* to the right, and sorted as one */
};

struct grid {
	struct html *html;
	const struct grid_column *columns;
	unsigned count, at; /* columns; the next cell */
	bool more;          /* the second row is begun */
};

/* id: of the table, one word; caption: what it is, for people and for screen readers. */
void grid_begin(struct grid *grid, struct html *html, const char *id, const char *caption,
		const struct grid_column *columns, unsigned count);
void grid_end(struct grid *grid);
void grid_row_begin(struct grid *grid);
/* id: anchor of the record. */
void grid_row_begin_id(struct grid *grid, const char *prefix, uint64_t id);
void grid_row_end(struct grid *grid);
/* A cell with something in it that the caller writes. */
void grid_cell_begin(struct grid *grid);
/* The same where it is sorted by a number that is not what it shows. */
void grid_cell_begin_by(struct grid *grid, int64_t value);
void grid_cell_end(struct grid *grid);
/* The second row, behind the cells: what is written then is seen when it is opened. */
void grid_more_begin(struct grid *grid, const char *summary);

void grid_text(struct grid *grid, const char *text);
void grid_name(struct grid *grid, struct slice name);
void grid_count(struct grid *grid, uint64_t number);
/* Of a moment the day and the time of day, in two lines' room; "-" where it is not known. */
void grid_moment(struct grid *grid, int64_t moment, bool zone_known);
void grid_wait(struct grid *grid, int64_t wait_ms);

#endif
