/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mail of a night for people: a first line that can be its subject, then what is new, worse, gone and quarantined, a section each of at
 * most so many rows, and below each row the command that tells more. Texts from logs are cut and escaped, and stand behind blanks.
 */
#include <stdio.h>

#include "pipeline/base/utf8.h"
#include "pipeline/nightly_parts.h"
#include "pipeline/print.h"

/* Bytes of a text from a log, a path or a label. */
#define TEXT_MOST 400
/* ---- pieces ---- */

void nightly_put_text(struct slice text)
{
	size_t len = text.len;

	if (len > TEXT_MOST) /* not inside a character */
		for (len = TEXT_MOST;
		     len > TEXT_MOST - 4 && ((unsigned char)text.at[len] & 0xC0) == 0x80;)
			len--;
	utf8_print_terminal(stdout, slice_first(text, len));
	if (len < text.len)
		printf("...");
}

bool nightly_put_heading(const struct nightly *nightly, const char *what, uint64_t count)
{
	if (count == 0)
		return false;
	printf("\n%s: ", what);
	if (count > nightly->limit)
		printf("%llu of ", (unsigned long long)nightly->limit);
	printf("%llu%s\n", (unsigned long long)count, count > nightly->limit ? " shown" : "");
	return true;
}

/* "3 new chains" and a word behind it, with a comma before all but the first. */
static void put_counted(bool *begun, uint64_t count, const char *noun, const char *behind)
{
	if (count == 0)
		return;
	print_count(*begun ? ", " : "", count, noun);
	fputs(behind, stdout);
	*begun = true;
}

/* ---- the first line ---- */

static void put_news(const struct nightly *nightly)
{
	const struct night_news *news = &nightly->news;
	bool begun = false;

	put_counted(&begun, news->ids.len, "new incident", "");
	put_counted(&begun, news->diff.of_status[DIFF_NEW], "new chain", "");
	put_counted(&begun, news->diff.of_status[DIFF_WORSE], "worse chain", "");
	put_counted(&begun, news->gone.of_status[DIFF_GONE], "gone chain", "");
	put_counted(&begun, news->storms.len, "zombie storm", "");
	put_counted(&begun, news->missing.len, "image", " missing threads");
	put_counted(&begun, news->quarantined.len, "member", " quarantined");
	put_counted(&begun, nightly->newly_gone, "gone bundle", "");
	put_counted(&begun, nightly->ingest.found.unreadable.len, "unreadable folder", "");
	putchar('\n');
}

static void put_first_line(const struct nightly *nightly)
{
	printf("pipeline: ");
	switch (nightly->status) {
	case NIGHT_QUIET:
		printf("quiet: nothing new%s\n",
		       nightly_is_first(nightly) ? ", first mail" : "");
		break;
	case NIGHT_NEWS:
		if (nightly_is_first(nightly))
			printf("first mail: ");
		put_news(nightly);
		break;
	case NIGHT_INTERRUPTED:
		printf("INTERRUPTED: %s\n", nightly->failure);
		break;
	default:
		printf("FAILED: ");
		nightly_put_text(slice_from(nightly->failure));
		putchar('\n');
	}
}

/* ---- what was done ---- */

static void put_reading(const struct nightly *nightly)
{
	const struct keeper_totals *totals = &nightly->ingest.totals;
	const uint64_t *members = totals->outcomes;

	if (totals->bundles == 0)
		return;
	printf("read     %llu of ", (unsigned long long)totals->read);
	print_count("", totals->bundles, "bundle");
	printf(", %llu already in\n", (unsigned long long)totals->skipped);
	print_count("members  ", totals->members, "member");
	printf(": %llu parsed, %llu ignored, %llu quarantined\n",
	       (unsigned long long)members[OUTCOME_PARSED],
	       (unsigned long long)members[OUTCOME_IGNORED],
	       (unsigned long long)members[OUTCOME_QUARANTINED]);
}

static void put_span(const struct nightly *nightly)
{
	char moment[MOMENT_TEXT_SIZE];

	printf("tells    ");
	if (nightly->status == NIGHT_FAILED || nightly->status == NIGHT_INTERRUPTED)
		printf("nothing: all that is new is in the mail of the next run that comes to its end\n");
	else if (nightly_is_first(nightly))
		printf("all that is in the index\n");
	else if (nightly->after != nightly->mark.run)
		printf("what came since %s, a part of it again\n",
		       print_moment(moment, nightly->since, true));
	else
		printf("what came since the mail of %s\n",
		       print_moment(moment, nightly->mark.ended, true));
}

static void put_run(const struct nightly *nightly)
{
	char moment[MOMENT_TEXT_SIZE], took[DURATION_TEXT_SIZE];

	printf("\nbegan    %s, took %s\n", print_moment(moment, nightly->began, true),
	       print_duration_short(took, (int64_t)nightly_took_ms(nightly)));
	put_reading(nightly);
	put_span(nightly);
	if (!nightly->report || nightly->status == NIGHT_FAILED ||
	    nightly->status == NIGHT_INTERRUPTED)
		return;
	printf("report   ");
	nightly_put_text(slice_from(nightly->report));
	putchar('\n');
}

/* ---- the mail ---- */

/* In single quotes, as a shell takes it. */
static void put_index(const struct nightly *nightly)
{
	const char *at = nightly->folder;

	if (!nightly->folder)
		return;
	printf("\nThese commands want: export PIPELINE_INDEX='");
	for (;;) {
		size_t plain = strcspn(at, "'");

		utf8_print_terminal(stdout, (struct slice){ at, plain });
		at += plain;
		if (!*at++)
			break;
		fputs("'\\''", stdout);
	}
	printf("'\n");
}

bool nightly_print_text(const struct nightly *nightly, struct index_view *view,
			struct error *error)
{
	const struct night_news *news = &nightly->news;

	put_first_line(nightly);
	put_run(nightly);
	if (!view || nightly->status == NIGHT_QUIET)
		return true;
	nightly_put_groups(nightly, &news->diff, DIFF_NEW, "NEW CHAINS");
	nightly_put_groups(nightly, &news->diff, DIFF_WORSE, "WORSE CHAINS");
	nightly_put_storms(nightly);
	nightly_put_missing(nightly);
	nightly_put_groups(
		nightly, &news->gone, DIFF_GONE,
		"GONE CHAINS, which the last incidents told of had and these have not");
	nightly_put_quarantined(nightly);
	nightly_put_gone(nightly);
	nightly_put_unreadable(nightly);
	if (!nightly_put_incidents(nightly, view, error))
		return false;
	put_index(nightly);
	return true;
}
