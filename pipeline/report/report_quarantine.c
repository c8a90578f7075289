/* SPDX-License-Identifier: Apache-2.0 */
/* What could not be read, and why: nobody should take a page for all there is when a part of the archive is missing. */
#include "pipeline/report/report_parts.h"
#include "pipeline/report/grid.h"

#define MEMBERS_SHOWN 150
#define REASONS_MAX 64

static const struct grid_column columns[] = {
	{ "Reason", false },
	{ "Bundle", false },
	{ "Member", false },
	{ "Bytes read", true },
};

struct reason {
	struct slice code;
	uint64_t members;
};

/* Returns how many there are; the last takes in what is beyond the room. */
static size_t count_reasons(const quarantined_vec *found, struct reason reasons[REASONS_MAX])
{
	size_t count = 0;

	vec_for_each(each, found) {
		size_t i = 0;

		while (i < count && !slice_equal(reasons[i].code, each->member.reason))
			i++;
		if (i == REASONS_MAX)
			i--;
		if (i == count)
			reasons[count++] = (struct reason){ .code = each->member.reason };
		reasons[i].members++;
	}
	return count;
}

static int compare_reasons(const void *left, const void *right)
{
	const struct reason *a = left, *b = right;

	if (a->members != b->members)
		return a->members > b->members ? -1 : 1;
	return slice_compare(a->code, b->code);
}

static void put_reasons(struct html *html, const quarantined_vec *found)
{
	struct reason reasons[REASONS_MAX];
	size_t count = count_reasons(found, reasons);

	qsort(reasons, count, sizeof(reasons[0]), compare_reasons);
	html_begin_class(html, "ul", "tiles small");
	for (size_t i = 0; i < count; i++) {
		html_begin(html, "li");
		html_begin(html, "b");
		html_count(html, reasons[i].members);
		html_end(html);
		html_string(html, " ");
		html_name(html, reasons[i].code);
		html_end(html);
	}
	html_end(html);
}

static void put_member(struct grid *grid, const struct quarantined *each)
{
	struct html *html = grid->html;

	grid_row_begin(grid);
	grid_cell_begin(grid);
	html_begin_class(html, "span", "tag");
	html_name(html, each->member.reason);
	html_end(html);
	grid_cell_end(grid);
	grid_name(grid, each->bundle);
	grid_name(grid, each->member.path);
	grid_count(grid, each->member.bytes);
	if (each->member.text.len) {
		grid_more_begin(grid, "What was wrong");
		html_begin(html, "p");
		html_text(html, slice_first(each->member.text, HTML_NAME_TITLE));
		html_end(html);
	}
	grid_row_end(grid);
}

void section_quarantine(struct html *html, const struct report_page *page)
{
	const quarantined_vec *found = &page->facts.quarantine;
	size_t shown = found->len < MEMBERS_SHOWN ? found->len : MEMBERS_SHOWN;
	struct grid grid;

	if (found->len == 0) {
		html_note(html, "Everything was read.");
		return;
	}
	html_note(html,
		  "Members of bundles that could not be read, or not to their end. They have no session "
		  "time and no machine: of what this page is narrowed by, only the bundle counts here.");
	html_cut_note(html, shown, found->len, "members", "pipeline quarantine list");
	put_reasons(html, found);
	grid_begin(&grid, html, "t-quarantine", "Quarantined members, by bundle", columns,
		   sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < shown; i++)
		put_member(&grid, &found->at[i]);
	grid_end(&grid);
	html_begin_class(html, "p", "note");
	html_string(html, "To try again: ");
	html_shell(html, "pipeline quarantine retry");
	html_end(html);
}
