/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a page on one incident. */
#ifndef REPORT_DUMP_H
#define REPORT_DUMP_H

#include "pipeline/report/report_parts.h"

struct dump_page {
	const struct shown *shown;
	struct arena *arena; /* for texts of the page */
};

/* The sections in their order, one row and one file (report_dump_NAME.c) each. */
#define DUMP_SECTION(id, title) \
	void dump_section_##id(struct html *html, const struct dump_page *page);
#include "pipeline/report/report_dump_sections.def"
#undef DUMP_SECTION

static inline struct slice dump_name(const struct dump_page *page, name_id name)
{
	return names_text(&page->shown->incident->records.names, name);
}

/* "ProcessD.exe [61c.1b4]"; what is not known is left out. */
void html_process(struct html *html, struct slice image, uint32_t pid, uint32_t tid);

#endif
