/* SPDX-License-Identifier: Apache-2.0 */
/* The page on the index: what it is about, in figures, then its sections. */
#include "pipeline/print.h"
#include "pipeline/report/report_parts.h"

static const struct {
	struct page_link link;
	void (*write)(struct html *html, const struct report_page *page);
} sections[] = {
#define SECTION(id, title) { { #id, title }, section_##id },
#include "pipeline/report/report_sections.def"
#undef SECTION
};

#define SECTIONS (sizeof(sections) / sizeof(sections[0]))

/* ---- what it is about ---- */

static void put_term(struct html *html, const char *term, const char *value)
{
	if (!value)
		return;
	html_begin(html, "div");
	html_element(html, "dt", term);
	html_begin(html, "dd");
	html_name(html, slice_from(value));
	html_end(html);
	html_end(html);
}

static void put_time(struct html *html, const char *term, int64_t moment)
{
	if (moment == MOMENT_NONE)
		return;
	html_begin(html, "div");
	html_element(html, "dt", term);
	html_begin(html, "dd");
	html_moment(html, moment, true);
	html_end(html);
	html_end(html);
}

static void put_chosen(struct html *html, const struct selector *selector)
{
	static const char *const cycles[] = { "none", "process", "thread" };
	char build[24], wait[DURATION_TEXT_SIZE];

	put_time(html, "since", selector->since);
	put_time(html, "until", selector->until);
	put_term(html, "machine", selector->machine);
	put_term(html, "system", selector->os);
	put_term(html, "bundle", selector->bundle);
	if (selector->build != NUMBER_NONE) {
		snprintf(build, sizeof(build), "%u", selector->build);
		put_term(html, "build", build);
	}
	if (selector->cycle != CYCLE_NO_MATTER)
		put_term(html, "cycle",
			 selector->cycle == CYCLE_ANY ? "any" : cycles[selector->cycle]);
	if (selector->min_wait_ms != MS_NONE)
		put_term(html, "waits of at least",
			 print_duration_short(wait, selector->min_wait_ms));
	if (selector->limit) {
		snprintf(build, sizeof(build), "%llu", (unsigned long long)selector->limit);
		put_term(html, "at most", build);
	}
}

/* The session times that are known lie in front. */
static void put_span(struct html *html, const struct report_facts *facts)
{
	size_t timed = facts->incidents.len;

	while (timed && facts->incidents.at[timed - 1].session_time == MOMENT_NONE)
		timed--;
	if (timed == 0)
		return;
	html_begin(html, "div");
	html_element(html, "dt", "dumps from");
	html_begin(html, "dd");
	html_moment(html, facts->incidents.at[timed - 1].session_time,
		    facts->incidents.at[timed - 1].zone_known);
	html_string(html, " to ");
	html_moment(html, facts->incidents.at[0].session_time,
		    facts->incidents.at[0].zone_known);
	html_end(html);
	html_end(html);
}

static uint64_t count_nights(const struct report_facts *facts)
{
	int64_t last = INT64_MIN;
	uint64_t nights = 0;

	vec_for_each(row, &facts->incidents) {
		int64_t night =
			row->session_time / 86400000 - (row->session_time % 86400000 < 0);

		if (row->session_time == MOMENT_NONE || night == last)
			continue;
		last = night;
		nights++;
	}
	return nights;
}

static uint64_t count_storms(const struct report_facts *facts)
{
	uint64_t storms = 0;

	vec_for_each(row, &facts->incidents)
		storms += row->zombies >= STORM_ZOMBIES;
	return storms;
}

static uint64_t count_deadlocks(const struct report_facts *facts)
{
	uint64_t count = 0;

	vec_for_each(shape, &facts->shapes)
		count += shape->cycle == CYCLE_THREAD;
	return count;
}

static void put_tiles(struct html *html, const struct report_page *page)
{
	const struct report_facts *facts = &page->facts;

	html_begin_class(html, "ul", "tiles");
	html_tile(html, facts->incidents.len, "incident", NULL);
	html_tile(html, facts->machines, "machine", NULL);
	html_tile(html, count_nights(facts), "night", NULL);
	html_tile(html, facts->groups.groups.len, "chain group", NULL);
	html_tile(html, count_deadlocks(facts), "deadlock", "bad");
	html_tile(html, count_storms(facts), "zombie storm", "bad");
	html_tile(html, facts->quarantine.len, "quarantined member", "bad");
	html_end(html);
}

static void put_header(struct html *html, const struct report_page *page)
{
	const struct report_facts *facts = &page->facts;

	html_begin_class(html, "dl", "about");
	put_term(html, "index", facts->wish->folder);
	if (facts->run.number)
		put_time(html, "last ingest", facts->run.started);
	put_span(html, facts);
	put_chosen(html, &facts->wish->selector);
	html_end(html);
	put_tiles(html, page);
}

static void write_page(struct html *html, const struct report_page *page)
{
	struct page_link links[SECTIONS];

	for (size_t i = 0; i < SECTIONS; i++)
		links[i] = sections[i].link;
	page_begin(html, "Wait chains and zombies in archived dump logs");
	put_header(html, page);
	page_links(html, links, SECTIONS);
	for (size_t i = 0; i < SECTIONS; i++) {
		section_begin(html, sections[i].link.id, sections[i].link.title);
		sections[i].write(html, page);
		section_end(html);
	}
	page_end(html);
}

bool report_index(struct html *html, struct index_view *view,
		  const struct report_wish *wish, struct error *error)
{
	struct report_page page = { .judged = 0 };
	bool good = report_gather(&page.facts, view, wish, error) &&
		    report_plan(&page, error);

	if (good)
		write_page(html, &page);
	vec_free(&page.outliers);
	vec_free(&page.ranks);
	vec_free(&page.proofs);
	report_facts_free(&page.facts);
	return good;
}
