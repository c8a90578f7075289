/* SPDX-License-Identifier: Apache-2.0 */
/* The incidents themselves, newest first: what other sections lead to. */
#include "pipeline/print.h"
#include "pipeline/report/report_parts.h"
#include "pipeline/report/grid.h"

static const struct grid_column columns[] = {
	{ "Incident", false }, { "Session time", false }, { "Machine", false },
	{ "Urgency", false },  { "Chains", true },        { "Zombies", true },
	{ "Processes", true }, { "Threads", true },
};

static void put_command(struct html *html, const char *what, const char *command,
			const char *id, const char *behind)
{
	char words[96];

	snprintf(words, sizeof(words), "pipeline %s %s%s", command, id, behind);
	html_string(html, what);
	html_shell(html, words);
	html_begin(html, "br");
	html_end(html);
}

static void put_source(struct html *html, const struct report_incident_row *row)
{
	html_begin(html, "p");
	html_begin_class(html, "span", "path");
	html_name(html, row->bundle);
	html_end(html);
	if (row->member.len) {
		html_string(html, ", member ");
		html_name(html, row->member);
		html_format(html, ", lines %u-%u", row->first_line, row->last_line);
	}
	if (row->bundles > 1)
		html_format(html, "; the same dump lies in %zu bundles", row->bundles);
	html_end(html);
	if (!row->os.len)
		return;
	html_begin(html, "p");
	html_name(html, row->os);
	if (row->build != NUMBER_NONE)
		html_format(html, ", build %u", row->build);
	html_end(html);
}

static void put_more(struct html *html, const struct report_incident_row *row)
{
	char id[ID_TEXT_SIZE];

	print_id(id, row->id);
	put_source(html, row);
	html_begin(html, "p");
	put_command(html, "Everything known of it: ", "show", id, "");
	put_command(html, "A page of its own: ", "report --incident", id,
		    " --html incident.html");
	put_command(html, "What to save next time: ", "advise", id, "");
	put_command(html, "Seen before? ", "query --like", id, "");
	html_end(html);
}

static void put_row(struct grid *grid, const struct report_incident_row *row)
{
	struct html *html = grid->html;
	char id[ID_TEXT_SIZE];

	grid_row_begin_id(grid, "i", row->id);
	grid_cell_begin(grid);
	html_element(html, "code", print_id(id, row->id));
	grid_cell_end(grid);
	grid_moment(grid, row->session_time, row->zone_known);
	grid_name(grid, row->machine);
	grid_cell_begin_by(grid, row->urgency);
	if (row->urgency)
		html_urgency(html, row->urgency);
	else
		html_string(html, "-");
	grid_cell_end(grid);
	grid_count(grid, row->chains);
	grid_count(grid, row->zombies);
	grid_count(grid, row->processes);
	grid_count(grid, row->threads);
	grid_more_begin(grid, "Bundle, commands");
	put_more(html, row);
	grid_row_end(grid);
}

void section_incidents(struct html *html, const struct report_page *page)
{
	size_t count = page->facts.incidents.len;
	size_t shown = count < INCIDENTS_SHOWN ? count : INCIDENTS_SHOWN;
	struct grid grid;

	if (count == 0) {
		html_note(html, "No incident is in the index that this page was asked about.");
		return;
	}
	html_cut_note(html, shown, count, "incidents, the newest", "pipeline list");
	grid_begin(&grid, html, "t-incidents", "Incidents, newest first", columns,
		   sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < shown; i++)
		put_row(&grid, &page->facts.incidents.at[i]);
	grid_end(&grid);
}
