/* SPDX-License-Identifier: Apache-2.0 */
/* The report: a page of HTML that needs nothing but itself, on the whole index or on one incident. */
#ifndef PIPELINE_REPORT_H
#define PIPELINE_REPORT_H

#include "index/select.h"
#include "pipeline/base/html.h"
#include "pipeline/show.h"

/* Which incidents a page is about. */
struct report_wish {
	const char *folder; /* of the index, as it is named to people */
	struct selector selector;
};

/* Writes the page. False on damage of the index, with what is written of no use. */
bool report_index(struct html *html, struct index_view *view,
		  const struct report_wish *wish, struct error *error);
bool report_incident(struct html *html, const struct shown *shown, const char *folder,
		     struct error *error);

#endif
