/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of many rows; see row_output.h. */
#include "pipeline/row_output.h"

void output_begin(struct row_output *output, const struct row_shape *shape, enum format format)
{
	output->format = format;
	json_init(&output->json, stdout, format == FORMAT_JSON);
	csv_init(&output->csv, stdout);
	text_table_init(&output->table, stdout, shape->columns, shape->column_count,
			text_table_room());
	if (format == FORMAT_CSV)
		print_csv_headings(&output->csv, shape->headings, shape->heading_count);
	if (format != FORMAT_JSON)
		return;
	json_object_begin(&output->json);
	json_key(&output->json, "schema");
	json_string(&output->json, shape->schema);
}

void rows_begin(struct row_output *output, const struct row_shape *shape)
{
	if (output->format != FORMAT_JSON)
		return;
	json_key(&output->json, shape->key);
	json_array_begin(&output->json);
}

bool rows_are_json(const struct row_output *output)
{
	return output->format == FORMAT_JSON || output->format == FORMAT_JSONL;
}

void row_end(struct row_output *output)
{
	if (output->format == FORMAT_JSONL)
		json_end(&output->json);
	else if (output->format == FORMAT_CSV)
		csv_end_row(&output->csv);
}

void rows_end(struct row_output *output)
{
	text_table_end(&output->table);
	if (output->format != FORMAT_JSON)
		return;
	json_array_end(&output->json);
	json_object_end(&output->json);
	json_end(&output->json);
}
