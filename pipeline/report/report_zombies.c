/* SPDX-License-Identifier: Apache-2.0 */
/* Zombie processes: over time, by image, and the incidents with most of them. */
#include "pipeline/report/report_bars.h"
#include "pipeline/report/report_parts.h"
#include "pipeline/report/grid.h"

#define IMAGES_SHOWN 40
#define IMAGE_INCIDENTS 4

/* ---- over time ---- */

static void put_over_time(struct html *html, const struct report_page *page)
{
	const struct report_facts *facts = &page->facts;
	struct bars bars = { .unit = BARS_DAYS };

	vec_for_each(row, &facts->incidents)
		bars_add(&bars, row->session_time, row->zombies,
			 row->zombies >= STORM_ZOMBIES);
	bars_settle(&bars);
	if (bars.list.len) {
		html_element(html, "h3", "Over time");
		html_bars(html, &bars, "Most zombies in one dump", "zombies", "storms");
	}
	bars_free(&bars);
}

/* ---- by image ---- */

static const struct grid_column image_columns[] = {
	{ "Image", false },
	{ "Zombies", true },
	{ "Incidents", true },
	{ "Most in one", true },
};

static void put_image(struct grid *grid, const struct report_page *page,
		      const struct report_zombies *image)
{
	struct proof_of of = { .pattern = PATTERN_zombie_process, .image = image->image };

	grid_row_begin(grid);
	grid_name(grid, image->image);
	grid_count(grid, image->zombies);
	grid_count(grid, image->newest.incidents);
	grid_count(grid, image->most);
	grid_more_begin(grid, "Incidents");
	html_newest(grid->html, page, &image->newest, IMAGE_INCIDENTS, "zombie", &of);
	grid_row_end(grid);
}

static void put_images(struct html *html, const struct report_page *page)
{
	size_t count = page->facts.zombies.len;
	size_t shown = count < IMAGES_SHOWN ? count : IMAGES_SHOWN;
	struct grid grid;

	if (count == 0)
		return;
	html_element(html, "h3", "By image");
	html_cut_note(html, shown, count, "images", NULL);
	grid_begin(&grid, html, "t-images", "Zombies by image, most first", image_columns,
		   sizeof(image_columns) / sizeof(image_columns[0]));
	for (size_t i = 0; i < shown; i++)
		put_image(&grid, page, &page->facts.zombies.at[i]);
	grid_end(&grid);
}

/* ---- by incident ---- */

static const struct grid_column storm_columns[] = {
	{ "Zombies", true },       { "Storm", false },    { "Machine", false },
	{ "Session time", false }, { "Processes", true },
};

static void put_storm(struct grid *grid, const struct report_page *page, uint32_t incident)
{
	const struct report_incident_row *row = &page->facts.incidents.at[incident];
	struct newest only = { .len = 1, .incidents = 1 };
	struct proof_of of = { .pattern = PATTERN_zombie_process };
	struct html *html = grid->html;

	only.at[0] = incident;
	only.count[0] = row->zombies;
	grid_row_begin(grid);
	grid_count(grid, row->zombies);
	grid_cell_begin(grid);
	if (row->zombies >= STORM_ZOMBIES) {
		html_begin_class(html, "span", "tag storm");
		html_string(html, "storm");
		html_end(html);
	} else {
		html_string(html, "-");
	}
	grid_cell_end(grid);
	grid_name(grid, row->machine);
	grid_moment(grid, row->session_time, row->zone_known);
	grid_count(grid, row->processes);
	grid_more_begin(grid, "Evidence, commands");
	html_newest(html, page, &only, 1, "zombie", &of);
	grid_row_end(grid);
}

static void put_storms(struct html *html, const struct report_page *page)
{
	size_t count = page->facts.storms.len;
	size_t shown = count < STORMS_SHOWN ? count : STORMS_SHOWN;
	struct grid grid;

	html_element(html, "h3", "By incident");
	html_cut_note(html, shown, count, "incidents with zombies",
		      "pipeline query --zombies 1");
	grid_begin(&grid, html, "t-storms", "Incidents with zombies, most first",
		   storm_columns, sizeof(storm_columns) / sizeof(storm_columns[0]));
	for (size_t i = 0; i < shown; i++)
		put_storm(&grid, page, page->facts.storms.at[i]);
	grid_end(&grid);
}

void section_zombies(struct html *html, const struct report_page *page)
{
	if (page->facts.storms.len == 0) {
		html_note(html, "No zombie process is in these incidents.");
		return;
	}
	html_note(html, "Processes that are dead and still kept by a handle or a reference. From 1,000 on in one "
			"dump they are a storm.");
	put_over_time(html, page);
	put_images(html, page);
	put_storms(html, page);
}
