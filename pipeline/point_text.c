/* SPDX-License-Identifier: Apache-2.0 */
/* One point of interest in a line of words, the same on a screen and on a page. */
#include "pipeline/point_text.h"

#include "pipeline/print.h"

/* Others that a finding names, before "...". */
#define PARTIES_MAX 3

/* Where it goes, and how names go there. */
struct telling {
	FILE *out;
	const struct shown *shown;
	point_name_printer print_name;
};

static void put_name(const struct telling *telling, struct slice text)
{
	telling->print_name(telling->out, text.len ? text : SLICE("?"));
}

static void print_name(const struct telling *telling, name_id name)
{
	put_name(telling, names_text(&telling->shown->incident->records.names, name));
}

static void print_process(const struct telling *telling, name_id image, uint32_t pid,
			  uint64_t thread)
{
	const struct thread *known = incident_thread(telling->shown->incident, thread);

	print_name(telling, image);
	if (pid != PID_NONE && known && known->tid != PID_NONE)
		fprintf(telling->out, "[%x.%x]", pid, known->tid);
	else if (pid != PID_NONE)
		fprintf(telling->out, "[%x]", pid);
}

static void print_duration_after(const struct telling *telling, const char *before,
				 int64_t wait_ms)
{
	char text[DURATION_TEXT_SIZE];

	if (wait_ms != MS_NONE)
		fprintf(telling->out, "%s%s", before, print_duration_short(text, wait_ms));
}

static void print_waiters(const struct telling *telling, const char *before,
			  uint64_t waiters, const char *what)
{
	if (waiters == 0)
		return;
	print_count_to(telling->out, before, waiters, "thread");
	fprintf(telling->out, " %s%s", waiters == 1 ? "waits" : "wait", what);
}

static void print_chain_point(const struct telling *telling, const struct finding *finding)
{
	const struct chain_list *list = &telling->shown->incident->chains;
	const struct hop *first = chain_first_hop(list, finding->chain);

	put_name(telling, names_text(&list->names, first->image));
	fprintf(telling->out, " ... ");
	put_name(telling, names_text(&list->names, finding->last->image));
	if (finding->chain->cycle == CYCLE_THREAD)
		fprintf(telling->out, "  deadlock");
	if (finding->chain->cycle == CYCLE_PROCESS)
		fprintf(telling->out, "  semicircular");
	print_count_to(telling->out, "  ", finding->count, "chain");
	print_waiters(telling, ", ", finding->waiters, "");
	print_duration_after(telling, ", up to ", finding->wait_ms);
}

static void print_box_point(const struct telling *telling, const struct finding *finding)
{
	const struct thread *thread =
		incident_thread(telling->shown->incident, finding->thread);

	print_process(telling, finding->image, finding->pid, finding->thread);
	fprintf(telling->out, "  %s", endpoint_kind_text(finding->detail));
	if (thread)
		print_duration_after(telling, " for ", thread->wait_ms);
	print_waiters(telling, ", ", finding->waiters, " for it");
}

/* "BEFOREcsrss.exe[1f4], smss.exe[100]": so many parties of a role. */
static void print_parties(const struct telling *telling, const struct finding *finding,
			  enum party_role role, const char *before)
{
	uint32_t told = 0;

	for (uint32_t i = 0; i < finding->parties; i++) {
		const struct party *party =
			&telling->shown->findings.parties.at[finding->first_party + i];

		if (party->role != role)
			continue;
		if (told == PARTIES_MAX) {
			fprintf(telling->out, ", ...");
			return;
		}
		fprintf(telling->out, "%s", told++ ? ", " : before);
		print_process(telling, party->image, party->pid, 0);
	}
}

static void print_special_point(const struct telling *telling, const struct finding *finding)
{
	uint64_t alive = finding->count - finding->zombies;

	print_name(telling, finding->image);
	fprintf(telling->out, "  ");
	if (finding->zombies || alive == 0)
		fprintf(telling->out, "%llu dead%s", (unsigned long long)finding->zombies,
			alive ? ", " : "");
	if (alive)
		fprintf(telling->out, "%llu alive", (unsigned long long)alive);
	print_parties(telling, finding, PARTY_VICTIM, ", at work on ");
}

static void print_queue_point(const struct telling *telling, const struct finding *finding)
{
	print_process(telling, finding->image, finding->pid, 0);
	if (finding->port)
		fprintf(telling->out, "  port %0*llx",
			telling->shown->incident->records.host.address_digits == 8 ? 8 : 16,
			(unsigned long long)finding->port);
	print_count_to(telling->out, "  ", finding->count, "message");
	fprintf(telling->out, " not picked up");
	if (finding->threads != NUMBER_NONE) {
		print_count_to(telling->out, ", ", finding->threads, "thread");
		fprintf(telling->out, " registered");
	}
	print_waiters(telling, ", ", finding->waiters, "");
}

static void print_missing_point(const struct telling *telling, const struct finding *finding)
{
	static const char *const bases[] = { "", " of the same image in this dump",
					     " in dumps of this build", " in all dumps" };

	print_process(telling, finding->image, finding->pid, 0);
	print_count_to(telling->out, "  ", finding->threads, "thread");
	fprintf(telling->out, " where %u%s are normal, of %llu%s", finding->expected,
		finding->expected_half ? ".5" : "", (unsigned long long)finding->sample,
		bases[finding->basis]);
	print_waiters(telling, ", ", finding->waiters, " for it");
}

static void print_zombie_point(const struct telling *telling, const struct finding *finding)
{
	print_count_to(telling->out, "", finding->count, "process");
	if (finding->storm)
		fprintf(telling->out, ", a storm");
	print_parties(telling, finding, PARTY_HOLDER, ", perhaps held by ");
}

static void print_process_point(const struct telling *telling, const struct finding *finding)
{
	print_process(telling, finding->image, finding->pid, finding->thread);
	if (finding->pattern == PATTERN_restart_loop)
		fprintf(telling->out, "  alive once, dead %llu times",
			(unsigned long long)finding->zombies);
	if (finding->threads != NUMBER_NONE)
		print_count_to(telling->out, "  no handles, but ", finding->threads, "thread");
	print_waiters(telling, ", ", finding->waiters, " for it");
}

static void print_what(const struct telling *telling, const struct finding *finding)
{
	switch ((enum pattern)finding->pattern) {
	case PATTERN_wait_chain:
		print_chain_point(telling, finding);
		break;
	case PATTERN_message_box:
		print_box_point(telling, finding);
		break;
	case PATTERN_blocked_queue:
		print_queue_point(telling, finding);
		break;
	case PATTERN_missing_threads:
		print_missing_point(telling, finding);
		break;
	case PATTERN_special_process:
		print_special_point(telling, finding);
		break;
	case PATTERN_zombie_process:
		print_zombie_point(telling, finding);
		break;
	default:
		print_process_point(telling, finding);
	}
}

void point_print(FILE *out, point_name_printer names, const struct shown *shown,
		 const struct finding *finding)
{
	struct telling telling = { out, shown, names };

	print_what(&telling, finding);
}
