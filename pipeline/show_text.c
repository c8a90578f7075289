/* SPDX-License-Identifier: Apache-2.0 */
/* One incident on a screen: where it is from, the machine, what was found, the chains, the zombies, where to look. */
#include "pipeline/base/utf8.h"
#include "pipeline/print.h"
#include "pipeline/show.h"

/* Lines of a list before "and N more". */
#define LIST_MAX 20

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

/* What a finding counts. */
static const char *noun_of(const struct finding *finding)
{
	switch ((enum pattern)finding->pattern) {
	case PATTERN_wait_chain:
		return "chain";
	case PATTERN_blocked_queue:
		return "message";
	case PATTERN_restart_loop:
		return "zombie";
	default:
		return "process";
	}
}

static void print_finding(const struct shown *shown, const struct finding *finding)
{
	static const char *const grades[] = { "", " (definite)", " (potential)" };

	printf("%3zu  %s%s", (size_t)(finding - shown->findings.list.at) + 1,
	       pattern_text(finding->pattern), grades[finding->confidence]);
	print_fact(shown, "", finding->image);
	if (finding->pid != PID_NONE)
		printf("[%x]", finding->pid);
	if (finding->thread)
		printf("  thread %llx", (unsigned long long)finding->thread);
	if (finding->count)
		print_count("  ", finding->count, noun_of(finding));
	if (finding->storm)
		printf(", a storm");
	if (finding->evidence)
		printf("  lines %u-%u", finding->evidence->first_line,
		       finding->evidence->last_line);
	putchar('\n');
}

static void print_findings(const struct shown *shown)
{
	size_t left = shown->findings.list.len;

	if (left == 0)
		return;
	printf("\nPoints of interest\n");
	for (size_t i = 0; i < shown->findings.list.len && i < LIST_MAX; i++, left--)
		print_finding(shown, &shown->findings.list.at[i]);
	if (left)
		printf("  and %zu more\n", left);
}

static void print_chains(const struct shown *shown)
{
	const struct chain_list *list = &shown->incident->chains;
	size_t count = list->chains.len < LIST_MAX ? list->chains.len : LIST_MAX;
	char id[ID_TEXT_SIZE];

	if (count == 0)
		return;
	printf("\nWait chains\n");
	for (size_t i = 0; i < count; i++) {
		printf("  %s  ", print_id(id, list->chains.at[i].signature));
		print_text_chain(stdout, list, &list->chains.at[i]);
	}
	if (list->chains_found > count)
		printf("  %zu of %llu shown\n", count, (unsigned long long)list->chains_found);
}

static void print_zombies(const struct shown *shown)
{
	const struct incident *incident = shown->incident;
	size_t left = incident->zombies_by_image.len;

	if (incident->zombies == 0)
		return;
	printf("\nZombie processes  %llu\n", (unsigned long long)incident->zombies);
	for (size_t i = 0; i < incident->zombies_by_image.len && i < LIST_MAX; i++, left--) {
		printf("  %8llu  ",
		       (unsigned long long)incident->zombies_by_image.at[i].count);
		print_name(shown, incident->zombies_by_image.at[i].image);
		putchar('\n');
	}
	if (left)
		printf("  and %zu more images\n", left);
}

static void print_diagnostics(const struct shown *shown)
{
	const struct records *records = &shown->incident->records;
	size_t left = records->diagnostics.len;

	if (left == 0)
		return;
	printf("\nRead with doubts\n");
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

	printf("Incident %s\n", print_id(id, shown->incident->id));
	print_sources(shown);
	print_host(shown);
	print_count("Holds    ", summary->processes, "process");
	print_count(", ", summary->zombies, "zombie");
	print_count(", ", summary->threads, "thread");
	print_count(", ", summary->edges, "edge");
	print_count(", ", summary->chains, "chain");
	putchar('\n');
	print_findings(shown);
	print_chains(shown);
	print_zombies(shown);
	print_diagnostics(shown);
}
