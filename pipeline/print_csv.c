/* SPDX-License-Identifier: Apache-2.0 */
/* Values that may be unknown, as CSV: those that are null in JSON are empty fields; see print.h. */
#include "pipeline/print.h"

void print_csv_headings(struct csv *csv, const char *const *headings, size_t count)
{
	for (size_t i = 0; i < count; i++)
		csv_string(csv, headings[i]);
	csv_end_row(csv);
}

void print_csv_text(struct csv *csv, struct slice text)
{
	if (text.len)
		csv_text(csv, text);
	else
		csv_none(csv);
}

void print_csv_number(struct csv *csv, uint32_t number)
{
	if (number != NUMBER_NONE)
		csv_u64(csv, number);
	else
		csv_none(csv);
}

void print_csv_moment(struct csv *csv, int64_t moment, bool zone_known)
{
	char text[MOMENT_TEXT_SIZE];

	if (moment == MOMENT_NONE)
		csv_none(csv);
	else
		csv_string(csv, moment_format(text, moment, zone_known));
}

void print_csv_seconds(struct csv *csv, int64_t ms)
{
	if (ms == MS_NONE)
		csv_none(csv);
	else
		csv_decimal(csv, ms, 3);
}

void print_csv_id(struct csv *csv, uint64_t id)
{
	csv_hex(csv, id, 16);
}

void print_csv_where(struct csv *csv, const struct incident_row *row)
{
	const struct summary *summary = &row->summary;

	print_csv_text(csv, row->bundles.at[0]);
	print_csv_text(csv, summary->sources.at[0].member);
	print_csv_text(csv, summary->machine);
	print_csv_moment(csv, summary->session_time, summary->session_zone_known);
}
