/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces that several sections of a page write; see report_parts.h. */
#include "pipeline/print.h"
#include "pipeline/report/report_parts.h"
#include "stages/urgency.h"

void html_moment(struct html *html, int64_t moment, bool zone_known)
{
	char text[MOMENT_TEXT_SIZE];

	if (moment == MOMENT_NONE) {
		html_string(html, "-");
		return;
	}
	print_moment(text, moment, zone_known);
	html_begin(html, "time");
	html_attr(html, "datetime", text);
	html_format(html, "%.10s %.8s%s", text, text + 11,
		    zone_known ? "" : " (zone not known)");
	html_end(html);
}

static const char *plural_of(uint64_t count, const char *noun)
{
	return count == 1 ? "" : noun[strlen(noun) - 1] == 's' ? "es" : "s";
}

void html_plural(struct html *html, uint64_t count, const char *noun)
{
	html_count(html, count);
	html_format(html, " %s%s", noun, plural_of(count, noun));
}

void html_note(struct html *html, const char *text)
{
	html_begin_class(html, "p", "note");
	html_string(html, text);
	html_end(html);
}

void html_shell(struct html *html, const char *words)
{
	html_begin_class(html, "code", "sh");
	html_string(html, words);
	html_end(html);
}

void html_cut_note(struct html *html, uint64_t shown, uint64_t of, const char *what,
		   const char *command)
{
	if (shown >= of)
		return;
	html_begin_class(html, "p", "note cut");
	html_string(html, "Top ");
	html_count(html, shown);
	html_string(html, " of ");
	html_count(html, of);
	html_format(html, " %s.", what);
	if (command) {
		html_string(html, " All of them: ");
		html_shell(html, command);
	}
	html_end(html);
}

void html_tile(struct html *html, uint64_t count, const char *noun, const char *class)
{
	html_begin(html, "li");
	if (class && count > 0)
		html_attr(html, "class", class);
	html_begin(html, "b");
	html_count(html, count);
	html_end(html);
	html_format(html, " %s%s", noun, plural_of(count, noun));
	html_end(html);
}

/* Deadlocks and message boxes in which chains end; other chains that come back; chains, storms and faults of now; the rest. */
const char *urgency_word(unsigned urgency)
{
	return urgency >= URGENCY_MISSING_IN_CHAIN ? "critical"
	       : urgency >= URGENCY_SEMICIRCLE     ? "high"
	       : urgency >= URGENCY_RESTART_LOOP   ? "medium"
						   : "low";
}

void html_urgency(struct html *html, unsigned urgency)
{
	html_begin(html, "span");
	html_attr_format(html, "class", "u %s", urgency_word(urgency));
	html_string(html, urgency_word(urgency));
	html_end(html);
}

/* ---- incidents ---- */

void html_incident(struct html *html, const struct report_page *page, uint32_t incident)
{
	const struct report_incident_row *row = &page->facts.incidents.at[incident];
	char id[ID_TEXT_SIZE];

	print_id(id, row->id);
	if (incident < INCIDENTS_SHOWN) {
		html_begin_class(html, "a", "id");
		html_attr_format(html, "href", "#i-%s", id);
	} else {
		html_begin_class(html, "span", "id");
	}
	html_string(html, id);
	html_end(html);
	html_string(html, " ");
	html_moment(html, row->session_time, row->zone_known);
	if (row->machine.len) {
		html_string(html, " ");
		html_begin(html, "b");
		html_name(html, row->machine);
		html_end(html);
	}
	html_string(html, " ");
}

/* The bundle by its last part; the whole path in the title. */
static void put_bundle(struct html *html, const struct report_incident_row *row)
{
	const char *slash = row->bundle.len ? memrchr(row->bundle.at, '/', row->bundle.len)
					    : NULL;
	struct slice name =
		slash ? slice_skip(row->bundle, (size_t)(slash + 1 - row->bundle.at))
		      : row->bundle;

	html_begin_class(html, "span", "path");
	html_attr_text(html, "title", slice_first(row->bundle, HTML_NAME_TITLE));
	html_name(html, name);
	html_end(html);
}

void html_newest(struct html *html, const struct report_page *page,
		 const struct newest *newest, uint32_t most, const char *noun,
		 const struct proof_of *of)
{
	uint32_t shown = newest->len < most ? newest->len : most;

	html_begin_class(html, "ol", "seen");
	for (uint32_t i = 0; i < shown; i++) {
		const struct report_incident_row *row =
			&page->facts.incidents.at[newest->at[i]];
		const struct proof *proof = page_proof(page, newest->at[i], of);

		html_begin(html, "li");
		html_incident(html, page, newest->at[i]);
		html_plural(html, newest->count[i], noun);
		html_string(html, " in ");
		put_bundle(html, row);
		if (proof)
			html_proof(html, proof, row->id);
		html_end(html);
	}
	html_end(html);
	if (newest->incidents > shown) {
		html_begin_class(html, "p", "note");
		html_format(html, "The newest %u of ", shown);
		html_plural(html, newest->incidents, "incident");
		html_string(html, ".");
		html_end(html);
	}
}
