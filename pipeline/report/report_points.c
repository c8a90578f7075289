/* SPDX-License-Identifier: Apache-2.0 */
/* What to look at first, over all incidents: findings by pattern and image, and chains, in one ranking. */
#include "pipeline/print.h"
#include "pipeline/report/report_parts.h"
#include "pipeline/report/grid.h"

static const struct grid_column columns[] = {
	{ "Rank", true },      { "Urgency", false }, { "What", false },
	{ "Incidents", true }, { "Waiting", true },  { "Last seen", false },
};

/* ---- findings ---- */

static const char *noun_of(uint8_t pattern)
{
	switch ((enum pattern)pattern) {
	case PATTERN_message_box:
		return "thread";
	case PATTERN_blocked_queue:
		return "message";
	case PATTERN_zombie_process:
		return "zombie";
	default:
		return "process";
	}
}

static void put_pattern(struct html *html, const char *pattern)
{
	html_begin_class(html, "span", "pattern");
	html_string(html, pattern);
	html_end(html);
	html_string(html, " ");
}

static void put_point(struct html *html, const struct report_point *point)
{
	put_pattern(html, pattern_text((enum pattern)point->pattern));
	if (point->confidence != CONFIDENCE_NONE)
		html_format(html, "(%s) ",
			    confidence_text((enum confidence)point->confidence));
	if (point->image.len) {
		html_begin(html, "b");
		html_name(html, point->image);
		html_end(html);
		html_string(html, " ");
	}
	if (point->storm)
		html_string(html, "storm, ");
	if (point->most > 1) {
		html_string(html, "up to ");
		html_plural(html, point->most, noun_of(point->pattern));
		html_string(html, " in one dump");
	}
}

static void put_point_row(struct grid *grid, const struct report_page *page,
			  const struct report_rank *rank)
{
	const struct report_point *point = &page->facts.points.at[rank->at];
	struct proof_of of = proof_of_point(point);
	struct html *html = grid->html;

	grid_cell_begin(grid);
	put_point(html, point);
	grid_cell_end(grid);
	grid_count(grid, point->newest.incidents);
	grid_count(grid, point->waiters);
	grid_moment(grid, point->last_seen, point->zone_known);
	grid_more_begin(grid, "Incidents, evidence, commands");
	html_newest(html, page, &point->newest, NEWEST_MAX, noun_of(point->pattern), &of);
}

/* ---- chains ---- */

static void put_chain_name(struct html *html, const struct chain_group *group,
			   const struct report_shape *shape, bool drawn)
{
	put_pattern(html, "wait-chain");
	if (shape->cycle != CYCLE_NONE)
		html_string(html,
			    shape->cycle == CYCLE_THREAD ? "deadlock " : "semicircular ");
	if (drawn) {
		html_begin(html, "a");
		html_attr_format(html, "href", "#c-%016llx",
				 (unsigned long long)group->signature);
	} else {
		html_begin(html, "b");
	}
	html_name(html, group->row.label);
	html_end(html);
}

static void put_chain_row(struct grid *grid, const struct report_page *page,
			  const struct report_rank *rank)
{
	const struct chain_group *group = &page->facts.groups.groups.at[rank->at];
	const struct report_shape *shape = report_shape_of(&page->facts, group->signature);
	struct proof_of of = proof_of_chain(group->signature);
	struct html *html = grid->html;
	char words[64];

	grid_cell_begin(grid);
	put_chain_name(html, group, shape, rank->at < CHAINS_DRAWN);
	grid_cell_end(grid);
	grid_count(grid, group->row.incidents);
	grid_count(grid, shape->most);
	grid_moment(grid, group->row.last_seen, group->row.last_zone_known);
	grid_more_begin(grid, "Incidents, evidence, commands");
	html_newest(html, page, &shape->newest, NEWEST_MAX, "chain", &of);
	snprintf(words, sizeof(words), "pipeline explain %016llx",
		 (unsigned long long)group->signature);
	html_begin(html, "p");
	html_string(html, "What goes with it: ");
	html_shell(html, words);
	html_end(html);
}

void section_points(struct html *html, const struct report_page *page)
{
	struct grid grid;
	unsigned number = 0;

	if (page->ranks.len == 0) {
		html_note(html, "Nothing was found in these incidents.");
		return;
	}
	html_note(html,
		  "Ranked by how urgent it is in the worst dump, and by in how many dumps it is. "
		  "Waiting: the most threads in one dump that wait for it, or begin such a chain.");
	html_cut_note(html, page->ranks.len, page->ranks_found, "points of interest", NULL);
	grid_begin(&grid, html, "t-points", "Points of interest, most urgent first",
		   columns, sizeof(columns) / sizeof(columns[0]));
	vec_for_each(rank, &page->ranks) {
		grid_row_begin(&grid);
		grid_count(&grid, ++number);
		grid_cell_begin_by(&grid, rank->score);
		html_urgency(html, rank->score);
		grid_cell_end(&grid);
		(rank->chain ? put_chain_row : put_point_row)(&grid, page, rank);
		grid_row_end(&grid);
	}
	grid_end(&grid);
}
