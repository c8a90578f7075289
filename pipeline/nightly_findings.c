/* SPDX-License-Identifier: Apache-2.0 */
/* The sections of a mail on chains, zombie storms and missing threads; see nightly_text.c. */
#include <stdio.h>

#include "pipeline/advise.h"
#include "pipeline/nightly_parts.h"
#include "pipeline/print.h"

/* Hops and bytes of an expression that is offered for --chain. */
#define HOPS_MOST 12
#define EXPRESSION_MOST 300

/* ---- chains ---- */

static bool is_plain_name(struct slice image)
{
	return advise_name_is_safe(image) && !memchr(image.at, ' ', image.len);
}

/* "'^A.exe > B.exe$'", only of names that nothing in a shell or an expression acts on; else nothing. */
static void put_query(const struct signature_row *row)
{
	size_t count, len = 0;
	struct bytes_reader hops = signature_hops(row->hops, &count);
	char text[EXPRESSION_MOST + 1];

	if (count == 0 || count > HOPS_MOST)
		return;
	for (size_t i = 0; i < count; i++) {
		struct slice image = signature_next_hop(&hops).image;

		if (!is_plain_name(image) || len + image.len + 3 > EXPRESSION_MOST)
			return;
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%.*s",
					i ? " > " : "", SLICE_ARG(image));
	}
	printf("      pipeline query --chain '%s%s%s'\n", row->cycle == CYCLE_NONE ? "^" : "",
	       text, row->cycle == CYCLE_NONE ? "$" : "");
}

static void put_side(const struct diff_side *side)
{
	char wait[DURATION_TEXT_SIZE];

	print_count("", side->incidents, "incident");
	print_count(", ", side->chains, "chain");
	print_count(", ", side->machines, "machine");
	if (side->longest_wait_ms != MS_NONE)
		printf(", longest wait %s", print_duration_short(wait, side->longest_wait_ms));
}

/* "waits 2:00 where 1:40 was the longest" */
static void put_worse(const struct diff_group *group)
{
	char before[DURATION_TEXT_SIZE], after[DURATION_TEXT_SIZE];

	printf("      worse:");
	if (group->worse & WORSE_WAIT)
		printf(" waits %s, %s before%s",
		       print_duration_short(after, group->after.longest_wait_ms),
		       print_duration_short(before, group->before.longest_wait_ms),
		       group->worse > WORSE_WAIT ? ";" : "");
	if (group->worse & WORSE_CHAINS) {
		print_count(" ", group->after.chains, "chain");
		printf(", %llu before%s", (unsigned long long)group->before.chains,
		       group->worse & WORSE_MACHINES ? ";" : "");
	}
	if (group->worse & WORSE_MACHINES) {
		print_count(" ", group->after.machines, "machine");
		printf(", %llu before", (unsigned long long)group->before.machines);
	}
	putchar('\n');
}

static void put_group(const struct diff_group *group)
{
	char id[ID_TEXT_SIZE];

	print_id(id, group->group.signature);
	printf("  %s  ", id);
	put_side(group->status == DIFF_GONE ? &group->before : &group->after);
	printf("\n      ");
	nightly_put_text(group->group.row.label);
	putchar('\n');
	if (group->status == DIFF_WORSE)
		put_worse(group);
	printf("      pipeline explain %s\n", id);
	put_query(&group->group.row);
}

void nightly_put_groups(const struct nightly *nightly, const struct diff *diff,
			enum diff_status status, const char *heading)
{
	size_t count;
	const struct diff_group *group = diff_of_status(diff, status, &count);

	if (!nightly_put_heading(nightly, heading, count))
		return;
	for (size_t i = 0; i < count && i < nightly->limit; i++)
		put_group(&group[i]);
}

/* ---- storms and missing threads ---- */

void nightly_put_storms(const struct nightly *nightly)
{
	const struct night_news *news = &nightly->news;
	char id[ID_TEXT_SIZE];

	if (!nightly_put_heading(nightly, "ZOMBIE STORMS, new or larger than ever",
				 news->storms.len))
		return;
	for (size_t i = 0; i < news->storms.len && i < nightly->limit; i++) {
		const struct news_storm *storm = &news->storms.at[i];

		print_count("  ", storm->zombies, "zombie");
		printf(" on ");
		nightly_put_text(storm->machine.len ? storm->machine
						    : SLICE("a machine without a name"));
		if (storm->before)
			printf(", %llu at most before", (unsigned long long)storm->before);
		if (storm->of_image) {
			printf("; %llu of ", (unsigned long long)storm->of_image);
			nightly_put_text(storm->image);
		}
		printf("\n      pipeline show %s\n", print_id(id, storm->id));
	}
}

void nightly_put_missing(const struct nightly *nightly)
{
	const struct night_news *news = &nightly->news;
	char id[ID_TEXT_SIZE];

	if (!nightly_put_heading(nightly, "MISSING THREADS, of images that never missed any",
				 news->missing.len))
		return;
	for (size_t i = 0; i < news->missing.len && i < nightly->limit; i++) {
		const struct news_missing *missing = &news->missing.at[i];

		printf("  ");
		nightly_put_text(missing->image);
		print_count("  ", missing->threads, "thread");
		printf(" where %u are normal", missing->expected);
		if (missing->pid != PID_NONE)
			printf(", PID %u", missing->pid);
		if (missing->processes > 1)
			printf("; %llu processes in all",
			       (unsigned long long)missing->processes);
		printf("\n      pipeline show %s\n", print_id(id, missing->id));
	}
}
