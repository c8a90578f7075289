/* SPDX-License-Identifier: Apache-2.0 */
/* The sections of a mail on incidents, and on bundles that were not read or are gone; see nightly_text.c. */
#include <stdio.h>

#include "index/list.h"
#include "pipeline/nightly_parts.h"
#include "pipeline/print.h"

struct listing_text {
	const struct nightly *nightly;
	uint64_t left;
};

static bool put_incident(void *context, const struct incident_row *row)
{
	struct listing_text *listing = context;
	const struct summary *summary = &row->summary;
	char id[ID_TEXT_SIZE], moment[MOMENT_TEXT_SIZE];

	if (!ids_hold(&listing->nightly->news.ids, summary->id))
		return true;
	if (listing->left == 0)
		return false;
	listing->left--;
	printf("  ");
	nightly_put_text(row->bundles.at[0]);
	printf("\n      %s, ",
	       print_moment(moment, summary->session_time, summary->session_zone_known));
	nightly_put_text(summary->machine.len ? summary->machine : SLICE("-"));
	print_count(", ", summary->chains, "chain");
	print_count(", ", summary->zombies, "zombie");
	printf("\n      pipeline show %s\n", print_id(id, summary->id));
	return true;
}

bool nightly_put_incidents(const struct nightly *nightly, struct index_view *view,
			   struct error *error)
{
	struct listing_text listing = { nightly, nightly->limit };
	struct selector all = SELECTOR_ALL;
	uint64_t count;

	return !nightly_put_heading(nightly, "NEW INCIDENTS, newest first",
				    nightly->news.ids.len) ||
	       list_incidents(view, &all, put_incident, &listing, &count, error);
}

void nightly_put_quarantined(const struct nightly *nightly)
{
	const quarantined_vec *found = &nightly->news.quarantined;

	if (!nightly_put_heading(nightly, "QUARANTINED", found->len))
		return;
	for (size_t i = 0; i < found->len && i < nightly->limit; i++) {
		const struct quarantined *each = &found->at[i];

		printf("  ");
		nightly_put_text(each->member.reason);
		printf("  ");
		nightly_put_text(each->member.path);
		printf("\n      in ");
		nightly_put_text(each->bundle);
		if (each->member.text.len) {
			printf("\n      ");
			nightly_put_text(each->member.text);
		}
		/* A reason is made of letters and hyphens: pipeline/message.c sees to it. */
		printf("\n      pipeline quarantine list --reason %.*s\n",
		       SLICE_ARG(each->member.reason));
	}
}

void nightly_put_gone(const struct nightly *nightly)
{
	uint64_t left = nightly->limit;

	if (!nightly_put_heading(nightly, "GONE BUNDLES, whose incidents stay in the index",
				 nightly->newly_gone))
		return;
	vec_for_each(gone, &nightly->gone) {
		if (gone->told)
			continue;
		if (left-- == 0)
			break;
		printf("  ");
		nightly_put_text(gone->path);
		print_count("  ", gone->incidents, "incident");
		putchar('\n');
	}
}

void nightly_put_unreadable(const struct nightly *nightly)
{
	uint64_t left = nightly->limit;

	if (!nightly_put_heading(nightly, "UNREADABLE FOLDERS, of which nothing is known",
				 nightly->ingest.found.unreadable.len))
		return;
	vec_for_each(folder, &nightly->ingest.found.unreadable) {
		if (left-- == 0)
			break;
		printf("  ");
		nightly_put_text(slice_from(*folder));
		putchar('\n');
	}
}
