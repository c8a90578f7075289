/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables for people. Columns are as wide as what is in them; on a terminal that is too narrow, those that may be shortened are, the
 * widest first, with an ellipsis; then columns that can be done without are left out; and where even that is not enough, a row goes on
 * in a second line, indented, as do the headings, with all columns. Where stdout is no terminal nothing is ever left out.
 *
 * Memory is bounded: after every TEXT_TABLE_BATCH rows those at hand are printed, in columns that from then on only grow. Cells are
 * copied, printed by utf8_print_terminal() and measured by utf8_width(), so that a name can act on no terminal; a single one of absurd
 * width widens nothing but its own line.
 */
#ifndef PIPELINE_TEXT_TABLE_H
#define PIPELINE_TEXT_TABLE_H

#include <stdio.h>

#include "pipeline/base/slice.h"
#include "pipeline/base/vec.h"
#include "pipeline/screen.h"

#define TEXT_TABLE_COLUMNS 40
#define TEXT_TABLE_BATCH 1000
/* No column is made narrower than this, or than what it says itself, nor than its heading. */
#define TEXT_TABLE_LEAST 12
/* Where a row takes several lines, no column needs to be narrower than this, or a quarter of the terminal. */
#define TEXT_TABLE_READABLE 24
#define TEXT_TABLE_INDENT 4
/* A path that is shortened to less than this keeps its end only. */
#define TEXT_TABLE_SHORT 20
/* On terminals that are narrower than this nothing helps. */
#define TEXT_TABLE_NARROWEST 60
/* Nor is it padded to more than this where no terminal says how much is too much. */
#define TEXT_TABLE_MOST 200

enum text_align {
	TEXT_LEFT,
	TEXT_RIGHT,
};

enum text_cut {
	TEXT_WHOLE,      /* never */
	TEXT_CUT_MIDDLE, /* where both ends tell */
	TEXT_CUT_PATH, /* the same; where little of it is left, that is its end, the name of a file */
	TEXT_CUT_END,
};

struct text_column {
	const char *heading;
	enum text_align align;
	enum text_cut cut;
	unsigned char least; /* 0 for TEXT_TABLE_LEAST */
	unsigned char spare; /* 0 for one that is always shown; the highest is left out first */
};

/* Private. */
struct text_cell {
	size_t offset, len; /* in bytes */
	size_t width;
	enum style style;
};

struct text_table {
	FILE *out;
	const struct text_column *columns;
	unsigned count;
	size_t room; /* columns of the terminal; 0 for none */
	bool headed;
	enum style style;                        /* of the next cell */
	unsigned char lines[TEXT_TABLE_COLUMNS]; /* of a row, on which each column stands, or none */
	size_t widths[TEXT_TABLE_COLUMNS]; /* of what was seen so far */
	VEC(char) bytes;
	VEC(struct text_cell) cells;
};

/* $COLUMNS, else what the terminal on stdout says of itself; 0 when stdout is none or nobody knows. */
size_t text_table_room(void);
/* columns: count of them, at most TEXT_TABLE_COLUMNS; they and out stay the caller's and must outlive the table. */
void text_table_init(struct text_table *table, FILE *out,
		     const struct text_column *columns, unsigned count, size_t room);
/* The next cell; rows end by themselves. An empty text is shown as "-". */
void text_table_text(struct text_table *table, struct slice text);
/* How the next cell is marked, on stdout where it has colours. */
void text_table_style(struct text_table *table, enum style style);
void text_table_string(struct text_table *table, const char *text);
void text_table_u64(struct text_table *table, uint64_t value);
/* Prints what is left, after whole rows, and frees. Without any row nothing is printed, not even the headings. */
void text_table_end(struct text_table *table);

#endif
