/* SPDX-License-Identifier: Apache-2.0 */
/* One incident on a screen: where it is from, the machine, what was found, the chains, the zombies, where to look. */
#include "pipeline/base/utf8.h"
#include "pipeline/print.h"
#include "pipeline/show_parts.h"

/* Lines of a list before "and N more". */
#define LIST_MAX 20
#define IMAGES_MAX 10
#define PARENTS_MAX 3

static void print_name(const struct shown *shown, name_id name)
{
	struct slice text = names_text(&shown->incident->records.names, name);

	utf8_print_terminal(stdout, text.len ? text : SLICE("?"));
}

static void print_fact(const struct shown *shown, const char *label, name_id name)
{
	if (name == 0)
		return;
	printf("  %s", label);
	print_name(shown, name);
}

static void print_sources(const struct shown *shown)
{
	const struct incident_row *row = shown->row;

	for (size_t i = 0; i < row->bundles.len; i++)
		vec_for_each(source, &incident_row_summary(row, i)->sources) {
			printf("  ");
			utf8_print_terminal(stdout, row->bundles.at[i]);
			printf("  ");
			utf8_print_terminal(stdout, source->member);
			printf("  lines %u-%u%s\n", source->first_line, source->last_line,
			       source->partial ? ", read in part" : "");
		}
}

static void print_host(const struct shown *shown)
{
	const struct host *host = &shown->incident->records.host;
	char moment[MOMENT_TEXT_SIZE], uptime[DURATION_TEXT_SIZE];

	printf("System ");
	if (!host->machine && !host->os)
		printf("  not named in the log");
	print_fact(shown, "", host->machine);
	print_fact(shown, "", host->os);
	if (host->build != NUMBER_NONE)
		printf("  build %u", host->build);
	print_fact(shown, "", host->arch);
	putchar('\n');
	if (host->session_time != MOMENT_NONE || host->uptime_ms != MS_NONE)
		printf("Dumped   %s, up for %s\n",
		       print_moment(moment, host->session_time, host->session_zone_known),
		       print_duration(uptime, host->uptime_ms));
}

static void print_parent(const struct shown *shown, const struct party *party)
{
	printf("  %8llu  of ", (unsigned long long)party->count);
	print_name(shown, party->image);
	printf("[%x]\n", party->pid);
}

static void print_parents(const struct shown *shown)
{
	size_t parents = 0;

	vec_for_each(finding, &shown->findings.list)
		for (uint32_t i = 0;
		     finding->pattern == PATTERN_zombie_process && i < finding->parties; i++) {
			const struct party *party =
				&shown->findings.parties.at[finding->first_party + i];

			if (party->role != PARTY_PARENT)
				continue;
			if (parents == 0)
				printf("  by parent\n");
			if (parents++ < PARENTS_MAX)
				print_parent(shown, party);
		}
	if (parents > PARENTS_MAX)
		printf("            and of others\n");
}

static void print_zombies(const struct shown *shown)
{
	const struct incident *incident = shown->incident;
	size_t left = incident->zombies_by_image.len;

	if (incident->zombies == 0)
		return;
	print_heading("Zombie processes");
	printf("  %llu\n", (unsigned long long)incident->zombies);
	for (size_t i = 0; i < incident->zombies_by_image.len && i < IMAGES_MAX; i++, left--) {
		printf("  %8llu  ",
		       (unsigned long long)incident->zombies_by_image.at[i].count);
		print_name(shown, incident->zombies_by_image.at[i].image);
		putchar('\n');
	}
	if (left)
		printf("            and %zu more images\n", left);
	print_parents(shown);
}

static void print_diagnostics(const struct shown *shown)
{
	const struct records *records = &shown->incident->records;
	size_t left = records->diagnostics.len;

	if (left == 0)
		return;
	print_heading("Read with doubts\n");
	for (size_t i = 0; i < records->diagnostics.len && i < LIST_MAX; i++, left--) {
		const struct diagnostic *diagnostic = &records->diagnostics.at[i];

		printf("  %s", diagnostic_text(diagnostic->code));
		if (diagnostic->line)
			printf("  line %u", diagnostic->line);
		if (diagnostic->text) {
			printf("  ");
			print_name(shown, diagnostic->text);
		}
		putchar('\n');
	}
	if (left)
		printf("  and %zu more\n", left);
}

void show_text(const struct shown *shown)
{
	const struct summary *summary = &shown->row->summary;
	char id[ID_TEXT_SIZE];

	printf("Incident %s%s%s\n", style_begin(STYLE_ID),
	       print_id(id, shown->incident->id), style_end(STYLE_ID));
	print_sources(shown);
	print_host(shown);
	print_count("Holds    ", summary->processes, "process");
	print_count(", ", summary->zombies, "zombie");
	print_count(", ", summary->threads, "thread");
	print_count(", ", summary->edges, "edge");
	print_count(", ", summary->chains, "chain");
	putchar('\n');
	show_points(shown);
	show_chains(shown);
	print_zombies(shown);
	show_where(shown);
	print_diagnostics(shown);
}
