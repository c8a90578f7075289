/* SPDX-License-Identifier: Apache-2.0 */
/* The page on one incident: where it is from and what it holds, then its sections. */
#include "pipeline/print.h"
#include "pipeline/report/report_dump.h"

static const struct {
	struct page_link link;
	void (*write)(struct html *html, const struct dump_page *page);
} sections[] = {
#define DUMP_SECTION(id, title) { { #id, title }, dump_section_##id },
#include "pipeline/report/report_dump_sections.def"
#undef DUMP_SECTION
};

#define SECTIONS (sizeof(sections) / sizeof(sections[0]))
#define SOURCES_SHOWN 20

void html_process(struct html *html, struct slice image, uint32_t pid, uint32_t tid)
{
	html_begin(html, "b");
	html_name(html, image.len ? image : SLICE("?"));
	html_end(html);
	if (pid != PID_NONE && tid != PID_NONE)
		html_format(html, " [%x.%x]", pid, tid);
	else if (pid != PID_NONE)
		html_format(html, " [%x]", pid);
}

static void begin_term(struct html *html, const char *term)
{
	html_begin(html, "div");
	html_element(html, "dt", term);
	html_begin(html, "dd");
}

static void end_term(struct html *html)
{
	html_end(html);
	html_end(html);
}

static void put_name(struct html *html, const char *term, struct slice name)
{
	if (!name.len)
		return;
	begin_term(html, term);
	html_name(html, name);
	end_term(html);
}

static void put_source(struct html *html, struct slice bundle, const struct source *source)
{
	begin_term(html, "read from");
	html_name(html, bundle);
	html_string(html, ", ");
	html_name(html, source->member);
	html_format(html, ", lines %u-%u%s", source->first_line, source->last_line,
		    source->partial ? ", read in part" : "");
	end_term(html);
}

static void put_sources(struct html *html, const struct incident_row *row)
{
	size_t shown = 0;

	for (size_t i = 0; i < row->bundles.len; i++)
		vec_for_each(source, &incident_row_summary(row, i)->sources)
			if (shown++ < SOURCES_SHOWN)
				put_source(html, row->bundles.at[i], source);
	if (shown > SOURCES_SHOWN) {
		begin_term(html, "and from");
		html_plural(html, shown - SOURCES_SHOWN, "member");
		html_string(html, " more");
		end_term(html);
	}
}

static void put_host(struct html *html, const struct dump_page *page)
{
	const struct host *host = &page->shown->incident->records.host;
	char uptime[DURATION_TEXT_SIZE];

	put_name(html, "machine", dump_name(page, host->machine));
	put_name(html, "system", dump_name(page, host->os));
	if (host->build != NUMBER_NONE) {
		begin_term(html, "build");
		html_format(html, "%u", host->build);
		end_term(html);
	}
	put_name(html, "architecture", dump_name(page, host->arch));
	if (host->session_time != MOMENT_NONE) {
		begin_term(html, "session time");
		html_moment(html, host->session_time, host->session_zone_known);
		end_term(html);
	}
	if (host->uptime_ms != MS_NONE) {
		begin_term(html, "up for");
		html_string(html, print_duration_short(uptime, host->uptime_ms));
		end_term(html);
	}
}

static void put_header(struct html *html, const struct dump_page *page, const char *folder)
{
	const struct summary *summary = &page->shown->row->summary;

	html_begin_class(html, "dl", "about");
	put_name(html, "index", slice_from(folder));
	put_host(html, page);
	put_sources(html, page->shown->row);
	html_end(html);
	html_begin_class(html, "ul", "tiles");
	html_tile(html, page->shown->findings.list.len, "finding", NULL);
	html_tile(html, summary->processes, "process", NULL);
	html_tile(html, summary->threads, "thread", NULL);
	html_tile(html, summary->edges, "edge", NULL);
	html_tile(html, summary->chains, "chain", NULL);
	html_tile(html, summary->zombies, "zombie",
		  summary->zombies >= STORM_ZOMBIES ? "bad" : NULL);
	if (summary->diagnostics)
		html_tile(html, summary->diagnostics, "doubt in the reading", "bad");
	html_end(html);
}

bool report_incident(struct html *html, const struct shown *shown, const char *folder,
		     struct error *error)
{
	struct arena arena = { 0 };
	struct dump_page page = { .shown = shown, .arena = &arena };
	struct page_link links[SECTIONS];
	char title[40];

	(void)error;
	snprintf(title, sizeof(title), "Incident %016llx",
		 (unsigned long long)shown->incident->id);
	for (size_t i = 0; i < SECTIONS; i++)
		links[i] = sections[i].link;
	page_begin(html, title);
	put_header(html, &page, folder);
	page_links(html, links, SECTIONS);
	for (size_t i = 0; i < SECTIONS; i++) {
		section_begin(html, sections[i].link.id, sections[i].link.title);
		sections[i].write(html, &page);
		section_end(html);
	}
	page_end(html);
	arena_free(&arena);
	return true;
}
