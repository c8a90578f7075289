/* SPDX-License-Identifier: Apache-2.0 */
/* The zombie processes of one incident: by image, by parent, and who may keep them. */
#include "pipeline/report/grid.h"
#include "pipeline/report/report_dump.h"

#define IMAGES_SHOWN 60
#define PARTIES_SHOWN 30

static const struct grid_column image_columns[] = {
	{ "Image", false },
	{ "Zombies", true },
};

static void put_images(struct html *html, const struct dump_page *page)
{
	const struct incident *incident = page->shown->incident;
	size_t count = incident->zombies_by_image.len;
	size_t shown = count < IMAGES_SHOWN ? count : IMAGES_SHOWN;
	struct grid grid;

	html_cut_note(html, shown, count, "images", NULL);
	grid_begin(&grid, html, "t-zombies", "Zombies by image, most first", image_columns, 2);
	for (size_t i = 0; i < shown; i++) {
		grid_row_begin(&grid);
		grid_name(&grid, dump_name(page, incident->zombies_by_image.at[i].image));
		grid_count(&grid, incident->zombies_by_image.at[i].count);
		grid_row_end(&grid);
	}
	grid_end(&grid);
}

static const struct finding *zombie_finding(const struct dump_page *page)
{
	vec_for_each(finding, &page->shown->findings.list)
		if (finding->pattern == PATTERN_zombie_process)
			return finding;
	return NULL;
}

static void put_party(struct grid *grid, const struct dump_page *page, const struct party *party)
{
	grid_row_begin(grid);
	grid_cell_begin(grid);
	html_process(grid->html, dump_name(page, party->image), party->pid, PID_NONE);
	grid_cell_end(grid);
	grid_count(grid, party->count);
	grid_row_end(grid);
}

/* heading: of what is counted. */
static void put_parties(struct html *html, const struct dump_page *page, enum party_role role,
			const char *id, const char *title, const char *heading)
{
	const struct grid_column columns[] = { { "Process", false }, { heading, true } };
	const struct finding *finding = zombie_finding(page);
	struct grid grid;
	uint32_t told = 0;

	for (uint32_t i = 0; finding && i < finding->parties; i++) {
		const struct party *party =
			&page->shown->findings.parties.at[finding->first_party + i];

		if (party->role != role || told == PARTIES_SHOWN)
			continue;
		if (told++ == 0) {
			html_element(html, "h3", title);
			grid_begin(&grid, html, id, title, columns, 2);
		}
		put_party(&grid, page, party);
	}
	if (told)
		grid_end(&grid);
}

void dump_section_zombies(struct html *html, const struct dump_page *page)
{
	if (page->shown->incident->zombies == 0) {
		html_note(html, "No zombie process is in this dump.");
		return;
	}
	html_begin_class(html, "p", "note");
	html_plural(html, page->shown->incident->zombies, "zombie process");
	html_string(html,
		    page->shown->incident->zombies >= STORM_ZOMBIES ? ": a storm." : ".");
	html_end(html);
	put_images(html, page);
	put_parties(html, page, PARTY_PARENT, "t-parents", "By parent", "Zombies");
	put_parties(html, page, PARTY_HOLDER, "t-holders", "Perhaps held by", "Handles");
}
