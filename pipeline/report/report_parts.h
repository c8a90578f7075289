/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a page on the index: what it is made of, its sections, and the pieces that several of them write. */
#ifndef REPORT_PARTS_H
#define REPORT_PARTS_H

#include "pipeline/report/report_proof.h"

/* Incidents in the table at the end: what is beyond has no anchor to lead to. */
#define INCIDENTS_SHOWN 250

/* A row of the points of interest: a point, or a group of chains. */
struct report_rank {
	uint32_t at;    /* in the facts' points, or groups */
	uint32_t score; /* urgency, and one more each time the incidents double */
	uint64_t incidents;
	bool chain;
};

struct report_page {
	struct report_facts facts;
	outlier_vec outliers; /* most urgent first */
	size_t judged; /* incidents that were looked at for them, the newest of facts.thin */
	VEC(struct report_rank) ranks; /* highest score first; at most RANKS_MAX */
	uint64_t ranks_found;
	proof_vec proofs;
};

#define RANKS_MAX 30      /* points of interest on the page */
#define RANKS_CHAINS 15   /* of them chains, which have a section of their own */
#define CHAINS_DRAWN 24   /* groups */
#define CHAINS_LISTED 150 /* and behind them, without a drawing */
#define STORMS_SHOWN 25

/* What the page is about to show is chosen, and read; the page holds the gathered facts. False on damage. */
bool report_plan(struct report_page *page, struct error *error);
/* NULL when there is none: what was not wished, or is not found in it. */
const struct proof *page_proof(const struct report_page *page, uint32_t incident,
			       const struct proof_of *of);
/* What the evidence of a point, and of a group of chains, is. */
struct proof_of proof_of_point(const struct report_point *point);
struct proof_of proof_of_chain(uint64_t signature);

/* The sections in their order, one row and one file (report_NAME.c) each. */
#define SECTION(id, title) \
	void section_##id(struct html *html, const struct report_page *page);
#include "pipeline/report/report_sections.def"
#undef SECTION

/* ---- the frame, of pages of both kinds ---- */

struct page_link {
	const char *id, *title;
};

/* The head of the document and what stands above its sections, links to which are listed; then the caller writes facts. */
void page_begin(struct html *html, const char *title);
void page_links(struct html *html, const struct page_link *links, size_t count);
void page_end(struct html *html);
void section_begin(struct html *html, const char *id, const char *title);
void section_end(struct html *html);

/* ---- pieces ---- */

/* "2010-03-10 17:22:09", or "-". */
void html_moment(struct html *html, int64_t moment, bool zone_known);
void html_plural(struct html *html, uint64_t count, const char *noun);
/* A paragraph in muted letters: how to read what follows. */
void html_note(struct html *html, const char *text);
/* "25 of 371 groups shown. pipeline query --recurring lists all." where some are left out. */
void html_cut_note(struct html *html, uint64_t shown, uint64_t of, const char *what,
		   const char *command);
/* A figure and what it counts; class may be NULL. */
void html_tile(struct html *html, uint64_t count, const char *noun, const char *class);
/* "critical" to "low". */
const char *urgency_word(unsigned urgency);
void html_urgency(struct html *html, unsigned urgency);
/* "pipeline WORDS", to be copied. */
void html_shell(struct html *html, const char *words);

/* Where an incident is from, one line; it leads to its row where that is on the page. */
void html_incident(struct html *html, const struct report_page *page, uint32_t incident);
/* The newest incidents of something, `most` at most, with what is shown of it there; noun is what is counted ("chain"). */
void html_newest(struct html *html, const struct report_page *page,
		 const struct newest *newest, uint32_t most, const char *noun,
		 const struct proof_of *of);

#endif
