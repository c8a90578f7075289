/* SPDX-License-Identifier: Apache-2.0 */
/* Writes tables of a page; see grid.h. */
#include "pipeline/report/grid.h"

#include "pipeline/print.h"
#include "pipeline/report/report_parts.h"

static void put_heading(struct html *html, const struct grid_column *column)
{
	html_begin(html, "th");
	html_attr(html, "scope", "col");
	if (column->number)
		html_attr(html, "class", "n");
	html_string(html, column->heading);
	html_end(html);
}

void grid_begin(struct grid *grid, struct html *html, const char *id, const char *caption,
		const struct grid_column *columns, unsigned count)
{
	*grid = (struct grid){ .html = html, .columns = columns, .count = count };
	html_begin_class(html, "table", "list");
	html_attr(html, "id", id);
	html_element(html, "caption", caption);
	html_begin(html, "thead");
	html_begin(html, "tr");
	for (unsigned i = 0; i < count; i++)
		put_heading(html, &columns[i]);
	html_end(html);
	html_end(html);
	html_string(html, "\n");
}

void grid_end(struct grid *grid)
{
	html_end(grid->html);
	html_string(grid->html, "\n");
}

void grid_row_begin(struct grid *grid)
{
	grid->at = 0;
	grid->more = false;
	html_begin(grid->html, "tbody");
	html_begin(grid->html, "tr");
}

void grid_row_begin_id(struct grid *grid, const char *prefix, uint64_t id)
{
	grid->at = 0;
	grid->more = false;
	html_begin(grid->html, "tbody");
	html_attr_format(grid->html, "id", "%s-%016llx", prefix, (unsigned long long)id);
	html_begin(grid->html, "tr");
}

void grid_row_end(struct grid *grid)
{
	if (grid->more) {
		html_end(grid->html); /* details */
		html_end(grid->html); /* td */
	}
	html_end(grid->html); /* tr */
	html_end(grid->html); /* tbody */
	html_string(grid->html, "\n");
}

static void begin_cell(struct grid *grid)
{
	const struct grid_column *column = &grid->columns[grid->at++];

	html_begin(grid->html, "td");
	if (column->number)
		html_attr(grid->html, "class", "n");
	html_attr(grid->html, "data-l", column->heading);
}

void grid_cell_begin(struct grid *grid)
{
	begin_cell(grid);
}

void grid_cell_begin_by(struct grid *grid, int64_t value)
{
	begin_cell(grid);
	html_attr_i64(grid->html, "data-v", value);
}

void grid_cell_end(struct grid *grid)
{
	html_end(grid->html);
}

void grid_more_begin(struct grid *grid, const char *summary)
{
	struct html *html = grid->html;

	html_end(html); /* tr */
	html_begin_class(html, "tr", "more");
	html_begin(html, "td");
	html_attr_u64(html, "colspan", grid->count);
	html_begin(html, "details");
	html_element(html, "summary", summary);
	grid->more = true;
}

void grid_text(struct grid *grid, const char *text)
{
	begin_cell(grid);
	html_string(grid->html, text);
	grid_cell_end(grid);
}

void grid_name(struct grid *grid, struct slice name)
{
	begin_cell(grid);
	if (name.len)
		html_name(grid->html, name);
	else
		html_string(grid->html, "-");
	grid_cell_end(grid);
}

void grid_count(struct grid *grid, uint64_t number)
{
	if (number < 1000)
		grid_cell_begin(grid);
	else
		grid_cell_begin_by(grid, (int64_t)number);
	html_count(grid->html, number);
	grid_cell_end(grid);
}

void grid_moment(struct grid *grid, int64_t moment, bool zone_known)
{
	grid_cell_begin(grid);
	html_moment(grid->html, moment, zone_known);
	grid_cell_end(grid);
}

void grid_wait(struct grid *grid, int64_t wait_ms)
{
	char text[DURATION_TEXT_SIZE];

	grid_cell_begin_by(grid, wait_ms == MS_NONE ? -1 : wait_ms);
	html_string(grid->html, print_duration_short(text, wait_ms));
	grid_cell_end(grid);
}
