/* SPDX-License-Identifier: Apache-2.0 */
/* The points of interest of one incident, most urgent first, each with the lines that show it and what to ask the debugger. */
#include "pipeline/print.h"
#include "pipeline/report/grid.h"
#include "pipeline/report/report_dump.h"

#define POINTS_SHOWN 60

static const struct grid_column columns[] = {
	{ "Point", true },
	{ "Urgency", false },
	{ "Pattern", false },
	{ "What", false },
};

static void put_point(struct grid *grid, const struct dump_page *page, uint32_t number)
{
	const struct finding *finding = &page->shown->findings.list.at[number - 1];
	struct html *html = grid->html;
	struct proof proof = { 0 };

	proof_take(&proof, page->shown, number, page->arena);
	grid_row_begin(grid);
	grid_count(grid, number);
	grid_cell_begin_by(grid, finding->urgency);
	html_urgency(html, finding->urgency);
	grid_cell_end(grid);
	grid_cell_begin(grid);
	html_string(html, pattern_text((enum pattern)finding->pattern));
	if (finding->confidence != CONFIDENCE_NONE)
		html_format(html, " (%s)",
			    confidence_text((enum confidence)finding->confidence));
	grid_cell_end(grid);
	grid_cell_begin(grid);
	html_text(html, proof.text);
	if (finding->chain) {
		html_string(html, " ");
		html_begin(html, "a");
		html_attr_format(html, "href", "#p-%u", number);
		html_string(html, "drawing");
		html_end(html);
	}
	grid_cell_end(grid);
	grid_more_begin(grid, "Evidence, commands");
	html_proof(html, &proof, page->shown->incident->id);
	grid_row_end(grid);
}

void dump_section_points(struct html *html, const struct dump_page *page)
{
	size_t count = page->shown->findings.list.len;
	size_t shown = count < POINTS_SHOWN ? count : POINTS_SHOWN;
	struct grid grid;

	if (count == 0) {
		html_note(html, "Nothing is found in this dump.");
		return;
	}
	html_cut_note(html, shown, count, "points of interest", NULL);
	grid_begin(&grid, html, "t-points", "Points of interest, most urgent first",
		   columns, sizeof(columns) / sizeof(columns[0]));
	for (uint32_t number = 1; number <= shown; number++)
		put_point(&grid, page, number);
	grid_end(&grid);
}
