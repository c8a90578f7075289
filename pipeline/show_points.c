/* SPDX-License-Identifier: Apache-2.0 */
/* Points of interest: a line a finding, most urgent first, under the number that --evidence takes. */
#include "pipeline/base/utf8.h"
#include "pipeline/print.h"
#include "pipeline/show_parts.h"

#define POINTS_MAX 20
/* Others that a finding names, before "...". */
#define PARTIES_MAX 3

static void print_name(const struct shown *shown, name_id name)
{
	struct slice text = names_text(&shown->incident->records.names, name);

	utf8_print_terminal(stdout, text.len ? text : SLICE("?"));
}

static void print_process(const struct shown *shown, name_id image, uint32_t pid,
			  uint64_t thread)
{
	const struct thread *known = incident_thread(shown->incident, thread);

	print_name(shown, image);
	if (pid != PID_NONE && known && known->tid != PID_NONE)
		printf("[%x.%x]", pid, known->tid);
	else if (pid != PID_NONE)
		printf("[%x]", pid);
}

static void print_duration_after(const char *before, int64_t wait_ms)
{
	char text[DURATION_TEXT_SIZE];

	if (wait_ms != MS_NONE)
		printf("%s%s", before, print_duration_short(text, wait_ms));
}

static void print_waiters(const char *before, uint64_t waiters, const char *what)
{
	if (waiters == 0)
		return;
	print_count(before, waiters, "thread");
	printf(" %s%s", waiters == 1 ? "waits" : "wait", what);
}

static void print_chain_point(const struct shown *shown, const struct finding *finding)
{
	const struct chain_list *list = &shown->incident->chains;
	const struct hop *first = chain_first_hop(list, finding->chain), *last = first, *next;
	struct slice from = names_text(&list->names, first->image), to;

	while ((next = hop_next(list, last)))
		last = next;
	to = names_text(&list->names, last->image);
	utf8_print_terminal(stdout, from.len ? from : SLICE("?"));
	printf(" ... ");
	utf8_print_terminal(stdout, to.len ? to : SLICE("?"));
	if (finding->chain->cycle == CYCLE_THREAD)
		printf("  deadlock");
	if (finding->chain->cycle == CYCLE_PROCESS)
		printf("  semicircular");
	print_count("  ", finding->count, "chain");
	print_waiters(", ", finding->waiters, "");
	print_duration_after(", up to ", finding->wait_ms);
}

static void print_box_point(const struct shown *shown, const struct finding *finding)
{
	const struct thread *thread = incident_thread(shown->incident, finding->thread);

	print_process(shown, finding->image, finding->pid, finding->thread);
	printf("  %s", endpoint_kind_text(finding->detail));
	if (thread)
		print_duration_after(" for ", thread->wait_ms);
	print_waiters(", ", finding->waiters, " for it");
}

/* "BEFOREcsrss.exe[1f4], smss.exe[100]": so many parties of a role. */
static void print_parties(const struct shown *shown, const struct finding *finding,
			  enum party_role role, const char *before)
{
	uint32_t told = 0;

	for (uint32_t i = 0; i < finding->parties; i++) {
		const struct party *party =
			&shown->findings.parties.at[finding->first_party + i];

		if (party->role != role)
			continue;
		if (told == PARTIES_MAX) {
			printf(", ...");
			return;
		}
		printf("%s", told++ ? ", " : before);
		print_process(shown, party->image, party->pid, 0);
	}
}

static void print_special_point(const struct shown *shown, const struct finding *finding)
{
	uint64_t alive = finding->count - finding->zombies;

	print_name(shown, finding->image);
	printf("  ");
	if (finding->zombies || alive == 0)
		printf("%llu dead%s", (unsigned long long)finding->zombies, alive ? ", " : "");
	if (alive)
		printf("%llu alive", (unsigned long long)alive);
	print_parties(shown, finding, PARTY_VICTIM, ", at work on ");
}

static void print_queue_point(const struct shown *shown, const struct finding *finding)
{
	print_process(shown, finding->image, finding->pid, 0);
	if (finding->port)
		printf("  port %0*llx",
		       shown->incident->records.host.address_digits == 8 ? 8 : 16,
		       (unsigned long long)finding->port);
	print_count("  ", finding->count, "message");
	printf(" not picked up");
	if (finding->threads != NUMBER_NONE) {
		print_count(", ", finding->threads, "thread");
		printf(" registered");
	}
	print_waiters(", ", finding->waiters, "");
}

static void print_missing_point(const struct shown *shown, const struct finding *finding)
{
	static const char *const bases[] = { "", " of the same image in this dump",
					     " in dumps of this build", " in all dumps" };

	print_process(shown, finding->image, finding->pid, 0);
	print_count("  ", finding->threads, "thread");
	printf(" where %u%s are normal, of %llu%s", finding->expected,
	       finding->expected_half ? ".5" : "", (unsigned long long)finding->sample,
	       bases[finding->basis]);
	print_waiters(", ", finding->waiters, " for it");
}

static void print_zombie_point(const struct shown *shown, const struct finding *finding)
{
	print_count("", finding->count, "process");
	if (finding->storm)
		printf(", a storm");
	print_parties(shown, finding, PARTY_HOLDER, ", perhaps held by ");
}

static void print_process_point(const struct shown *shown, const struct finding *finding)
{
	print_process(shown, finding->image, finding->pid, finding->thread);
	if (finding->pattern == PATTERN_restart_loop)
		printf("  alive once, dead %llu times", (unsigned long long)finding->zombies);
	if (finding->threads != NUMBER_NONE)
		print_count("  no handles, but ", finding->threads, "thread");
	print_waiters(", ", finding->waiters, " for it");
}

static void print_what(const struct shown *shown, const struct finding *finding)
{
	switch ((enum pattern)finding->pattern) {
	case PATTERN_wait_chain:
		print_chain_point(shown, finding);
		break;
	case PATTERN_message_box:
		print_box_point(shown, finding);
		break;
	case PATTERN_blocked_queue:
		print_queue_point(shown, finding);
		break;
	case PATTERN_missing_threads:
		print_missing_point(shown, finding);
		break;
	case PATTERN_special_process:
		print_special_point(shown, finding);
		break;
	case PATTERN_zombie_process:
		print_zombie_point(shown, finding);
		break;
	default:
		print_process_point(shown, finding);
	}
}

static void print_point(const struct shown *shown, size_t number)
{
	const struct finding *finding = &shown->findings.list.at[number - 1];

	printf("%3zu  %s", number, pattern_text(finding->pattern));
	if (finding->confidence != CONFIDENCE_NONE)
		printf(" (%s)", confidence_text(finding->confidence));
	printf("  ");
	print_what(shown, finding);
	putchar('\n');
}

void show_points(const struct shown *shown)
{
	size_t count = shown->findings.list.len;

	if (count == 0)
		return;
	printf("\nPoints of interest\n");
	for (size_t number = 1; number <= count && number <= POINTS_MAX; number++)
		print_point(shown, number);
	if (count > POINTS_MAX)
		printf("     %d of %zu shown\n", POINTS_MAX, count);
}
