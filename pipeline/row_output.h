/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of many rows, in whatever format was asked for: what stands before, between and behind the rows. A row itself is printed by
 * whoever asked, to the writer of the format.
 */
#ifndef PIPELINE_ROW_OUTPUT_H
#define PIPELINE_ROW_OUTPUT_H

#include "pipeline/print.h"
#include "pipeline/selecting.h"
#include "pipeline/text_table.h"

struct row_shape {
	const char *schema;          /* of the JSON document, "pipeline/list/1" */
	const char *key;             /* that its rows stand under */
	const char *const *headings; /* of CSV */
	size_t heading_count;
	const struct text_column *columns;
	unsigned column_count;
};

struct row_output {
	enum format format;
	struct json json;
	struct csv csv;
	struct text_table table;
};

/* Up to the first row; into a document of JSON the caller may put keys of its own before rows_begin(). */
void output_begin(struct row_output *output, const struct row_shape *shape,
		  enum format format);
void rows_begin(struct row_output *output, const struct row_shape *shape);
/* Whether rows are JSON, alone on a line or in a document; row_end() follows each. */
bool rows_are_json(const struct row_output *output);
void row_end(struct row_output *output);
void rows_end(struct row_output *output);

#endif
