/* SPDX-License-Identifier: Apache-2.0 */
/* The wait chains drawn, one a signature, and what is to be said of each: how many are alike, where it ends, what the times tell. */
#include "pipeline/arrow.h"
#include "pipeline/base/utf8.h"
#include "pipeline/show_parts.h"

#define DRAWN_MAX 10
#define REMARKS_MAX 3
#define OBJECTS_MAX 3
#define INDENT 5

static void print_alike(const struct finding *finding)
{
	char wait[DURATION_TEXT_SIZE];

	if (finding->count < 2)
		return;
	print_count("     one of ", finding->count, "chain");
	printf(" alike");
	if (finding->waiters)
		print_count(", of ", finding->waiters, "thread");
	if (finding->wait_ms != MS_NONE)
		printf(", the longest wait %s", print_duration_short(wait, finding->wait_ms));
	if (finding->fan_in > 1)
		printf("; %llu wait for one of its hops", (unsigned long long)finding->fan_in);
	putchar('\n');
}

static const char *gloss(enum endpoint_kind kind)
{
	switch (kind) {
	case ENDPOINT_SERVER_THREAD_ABSENT:
		return ": the message names no thread that serves it";
	case ENDPOINT_SERVER_THREAD_UNKNOWN:
		return ": the message was not printed";
	case ENDPOINT_THREAD_NOT_IN_LOG:
		return ": the thread was not printed";
	default:
		return "";
	}
}

static void print_objects(const struct chain_list *list, const struct endpoint *endpoint)
{
	for (uint32_t i = 0; i < endpoint->objects && i < OBJECTS_MAX; i++) {
		const struct endpoint_object *object =
			&list->objects.at[endpoint->first_object + i];

		printf("%s", i ? ", " : "     on ");
		utf8_print_terminal(stdout, names_text(&list->names, object->type));
		if (object->address)
			printf(" %0*llx", list->address_digits == 8 ? 8 : 16,
			       (unsigned long long)object->address);
	}
	if (endpoint->objects > OBJECTS_MAX)
		printf(" and %u more", endpoint->objects - OBJECTS_MAX);
	if (endpoint->objects)
		putchar('\n');
}

static void print_end(const struct chain_list *list, const struct chain *chain)
{
	const struct endpoint *endpoint = chain_endpoint(list, chain);
	struct slice reason = names_text(&list->names, endpoint->wait_reason);

	if (chain->cycle == CYCLE_THREAD) {
		printf("     %sa deadlock%s: the ring begins with hop %u\n",
		       style_begin(STYLE_BAD), style_end(STYLE_BAD), chain->cycle_start + 1);
		return;
	}
	printf("     ends in %s", endpoint_kind_text(endpoint->kind));
	if (reason.len) {
		putchar(' ');
		utf8_print_terminal(stdout, reason);
	}
	printf("%s", gloss(endpoint->kind));
	if (endpoint->timeout == TIMEOUT_SET)
		printf(", with a timeout");
	if (endpoint->timeout == TIMEOUT_NONE)
		printf(", without a timeout");
	putchar('\n');
	print_objects(list, endpoint);
	if (endpoint->frame) {
		printf("     at ");
		utf8_print_terminal(stdout, names_text(&list->names, endpoint->frame));
		putchar('\n');
	}
	if (chain->cycle == CYCLE_PROCESS)
		printf("     semicircular: it comes back into a process through another thread\n");
}

/* What differs from the usual order: the client asks, then its server begins to wait. */
static void print_timing(const struct chain_list *list, const struct chain *chain)
{
	unsigned remarks = 0;

	chain_for_each_hop(hop, list, chain)
	{
		const struct hop *next = hop_next(list, hop);

		if (!next || (hop->timing != TIMING_SAME && hop->timing != TIMING_BEFORE))
			continue;
		if (remarks++ == REMARKS_MAX)
			break;
		printf("     ");
		print_hop_name(stdout, list, next);
		printf(hop->timing == TIMING_SAME
			       ? " began to wait as it was asked: one event\n"
			       : " was waiting before it was asked: look there first\n");
	}
}

/* What the shape gives to suspect and the lines above do not tell. */
static void print_suspects(const struct finding *finding)
{
	if (finding->suspects & SUSPECT_HARD_ERROR)
		printf("     csrss.exe is the end: a box of the system itself, or a console\n");
}

static void print_guesses(const struct chain_list *list, const struct chain *chain)
{
	if (chain->idle_server)
		printf("     the last one waits for work: the reply is lost, or the dump inconsistent\n");
	if (chain->candidates == 0)
		return;
	printf("     may be served by");
	for (uint32_t i = 0; i < chain->candidates; i++)
		printf("%s %0*llx", i ? "," : "", list->address_digits == 8 ? 8 : 16,
		       (unsigned long long)list->candidates.at[chain->first_candidate + i]);
	printf(", which began to wait at that tick: a guess\n");
}

static void print_group(const struct shown *shown, size_t number)
{
	const struct chain_list *list = &shown->incident->chains;
	const struct finding *finding = &shown->findings.list.at[number - 1];

	printf("%3zu  ", number);
	print_chain_drawing(stdout, list, finding->chain, INDENT, INDENT + 2);
	putchar('\n');
	print_alike(finding);
	print_end(list, finding->chain);
	print_timing(list, finding->chain);
	print_suspects(finding);
	print_guesses(list, finding->chain);
}

void show_chains(const struct shown *shown)
{
	const struct chain_list *list = &shown->incident->chains;
	size_t groups = 0;

	vec_for_each(finding, &shown->findings.list) {
		if (!finding->chain)
			continue;
		if (groups == 0)
			print_heading("Wait chains, by point of interest\n");
		if (groups++ < DRAWN_MAX)
			print_group(shown, (size_t)(finding - shown->findings.list.at) + 1);
	}
	if (groups > DRAWN_MAX)
		printf("     %d of %zu signatures shown\n", DRAWN_MAX, groups);
	if (list->chains_found > list->chains.len)
		printf("     %zu of %s%llu chains were followed\n", list->chains.len,
		       list->uncounted ? "more than " : "",
		       (unsigned long long)list->chains_found);
}
