/* SPDX-License-Identifier: Apache-2.0 */
/* Wait chains by signature, most incidents first: the first ones drawn, others in a table. */
#include "pipeline/print.h"
#include "pipeline/report/chain_svg.h"
#include "pipeline/report/report_parts.h"
#include "pipeline/report/grid.h"

/* Incidents of a chain that is only listed. */
#define NEWEST_LISTED 3

static void put_fact(struct html *html, const char *term, uint64_t count)
{
	html_begin(html, "div");
	html_element(html, "dt", term);
	html_begin(html, "dd");
	html_count(html, count);
	html_end(html);
	html_end(html);
}

static void put_time(struct html *html, const char *term, int64_t moment, bool zone_known)
{
	html_begin(html, "div");
	html_element(html, "dt", term);
	html_begin(html, "dd");
	html_moment(html, moment, zone_known);
	html_end(html);
	html_end(html);
}

static void put_facts(struct html *html, const struct signature_row *row)
{
	char wait[DURATION_TEXT_SIZE];

	html_begin(html, "dl");
	put_fact(html, "incidents", row->incidents);
	put_fact(html, "chains", row->chains);
	if (row->machines)
		put_fact(html, "machines", row->machines);
	html_begin(html, "div");
	html_element(html, "dt", "longest wait");
	html_element(html, "dd", print_duration_short(wait, row->longest_wait_ms));
	html_end(html);
	put_time(html, "first seen", row->first_seen, row->first_zone_known);
	put_time(html, "last seen", row->last_seen, row->last_zone_known);
	html_end(html);
}

static void put_cycle(struct html *html, uint8_t cycle)
{
	if (cycle == CYCLE_NONE)
		return;
	html_begin_class(html, "span", cycle == CYCLE_THREAD ? "tag ring" : "tag semi");
	html_string(html, cycle == CYCLE_THREAD ? "deadlock" : "semicircular");
	html_end(html);
}

static void put_explain(struct html *html, uint64_t signature)
{
	char words[64];

	snprintf(words, sizeof(words), "pipeline explain %016llx",
		 (unsigned long long)signature);
	html_begin_class(html, "p", "note");
	html_string(html, "Why these are one group and what goes with it: ");
	html_shell(html, words);
	html_end(html);
}

static void put_incidents(struct html *html, const struct report_page *page,
			  const struct chain_group *group, uint32_t most)
{
	const struct report_shape *shape = report_shape_of(&page->facts, group->signature);
	struct proof_of of = proof_of_chain(group->signature);

	html_newest(html, page, &shape->newest, most, "chain", &of);
	put_explain(html, group->signature);
}

static void put_card(struct html *html, const struct report_page *page,
		     const struct chain_group *group)
{
	const struct report_shape *shape = report_shape_of(&page->facts, group->signature);
	char id[ID_TEXT_SIZE + 4];

	snprintf(id, sizeof(id), "c-%016llx", (unsigned long long)group->signature);
	html_begin_class(html, "article", "card");
	html_attr(html, "id", id);
	html_begin(html, "h3");
	html_name(html, group->row.label);
	html_string(html, " ");
	put_cycle(html, shape->cycle);
	html_end(html);
	html_begin_class(html, "div", "body");
	chain_svg(html, &shape->drawn, id, group->row.label);
	put_facts(html, &group->row);
	html_end(html);
	html_begin(html, "details");
	html_element(html, "summary", "Incidents, evidence, commands");
	put_incidents(html, page, group, NEWEST_MAX);
	html_end(html);
	html_end(html);
	html_string(html, "\n");
}

static const struct grid_column columns[] = {
	{ "Signature", false }, { "Chain", false },   { "Incidents", true },
	{ "Chains", true },     { "Machines", true }, { "Longest", true },
	{ "Last seen", false },
};

static void put_row(struct grid *grid, const struct report_page *page,
		    const struct chain_group *group)
{
	const struct report_shape *shape = report_shape_of(&page->facts, group->signature);
	struct html *html = grid->html;
	char id[ID_TEXT_SIZE];

	grid_row_begin_id(grid, "c", group->signature);
	grid_cell_begin(grid);
	html_element(html, "code", print_id(id, group->signature));
	grid_cell_end(grid);
	grid_cell_begin(grid);
	html_name(html, group->row.label);
	html_string(html, " ");
	put_cycle(html, shape->cycle);
	grid_cell_end(grid);
	grid_count(grid, group->row.incidents);
	grid_count(grid, group->row.chains);
	grid_count(grid, group->row.machines);
	grid_wait(grid, group->row.longest_wait_ms);
	grid_moment(grid, group->row.last_seen, group->row.last_zone_known);
	grid_more_begin(grid, "Incidents");
	put_incidents(html, page, group, NEWEST_LISTED);
	grid_row_end(grid);
}

static void put_rest(struct html *html, const struct report_page *page, size_t first,
		     size_t end)
{
	struct grid grid;

	if (first >= end)
		return;
	html_element(html, "h3", "Further chains");
	grid_begin(&grid, html, "t-chains", "Further wait chains, most incidents first",
		   columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = first; i < end; i++)
		put_row(&grid, page, &page->facts.groups.groups.at[i]);
	grid_end(&grid);
}

void section_chains(struct html *html, const struct report_page *page)
{
	size_t count = page->facts.groups.groups.len;
	size_t drawn = count < CHAINS_DRAWN ? count : CHAINS_DRAWN;
	size_t shown = count < CHAINS_DRAWN + CHAINS_LISTED ? count
							    : CHAINS_DRAWN + CHAINS_LISTED;

	if (count == 0) {
		html_note(html, "No thread waits for another in these incidents.");
		return;
	}
	html_note(html,
		  "A box is a process, an arrow how it waits for the next and the longest time of any "
		  "chain of that shape. A dashed line ties two threads of one process.");
	html_cut_note(html, shown, count, "groups of chains", "pipeline query --recurring");
	html_begin_class(html, "div", "cards");
	for (size_t i = 0; i < drawn; i++)
		put_card(html, page, &page->facts.groups.groups.at[i]);
	html_end(html);
	put_rest(html, page, drawn, shown);
}
