/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wait chains of two hops or more: one finding a signature, so that a thousand clients of one server are one finding, with how
 * many chains and threads it has, how many wait for one and the same hop, and what there is to suspect.
 */
#include "stages/chain_runs.h"
#include "stages/finding.h"
#include "stages/urgency.h"

struct count {
	const struct chain_list *list;
	VEC(uint32_t) hop_seen;    /* by hop: the last finding that went through it */
	VEC(uint32_t) thread_seen; /* by thread number: likewise */
	VEC(uint32_t) thread;      /* by hop: the number of its thread */
};

static void count_init(struct count *count, const struct chain_list *list)
{
	struct map numbers = { 0 };

	*count = (struct count){ .list = list };
	vec_for_each(hop, &list->hops) {
		uint32_t *place = map_place(&numbers, hop->thread);

		if (*place == MAP_NONE) {
			*place = (uint32_t)count->thread_seen.len;
			vec_push(&count->thread_seen, NUMBER_NONE);
		}
		vec_push(&count->thread, *place);
		vec_push(&count->hop_seen, NUMBER_NONE);
	}
	map_free(&numbers);
}

static void count_free(struct count *count)
{
	vec_free(&count->hop_seen);
	vec_free(&count->thread_seen);
	vec_free(&count->thread);
}

/* Adds a chain to the finding of its signature; hops that an earlier one went through are counted already. */
static void add_chain(struct count *count, struct finding *finding, uint32_t number,
		      const struct chain *chain)
{
	const struct chain_list *list = count->list;
	uint32_t hops = 0;

	finding->count++;
	if (chain->idle_server)
		finding->suspects |= SUSPECT_LOST_REPLY | SUSPECT_INCONSISTENT_DUMP;
	chain_for_each_hop(hop, list, chain)
	{
		size_t at = (size_t)(hop - list->hops.at);

		if (count->hop_seen.at[at] == number)
			return;
		count->hop_seen.at[at] = number;
		if (hop->wait_ms > finding->wait_ms)
			finding->wait_ms = hop->wait_ms;
		if (hop->waiters > finding->fan_in)
			finding->fan_in = hop->waiters;
		/* around a ring somebody always waited first */
		if (hops++ < chain->cycle_start && hop->timing == TIMING_BEFORE)
			finding->suspects |= SUSPECT_BLOCKED_BEFORE;
		if (hop->via == EDGE_NONE) {
			if (image_same(names_text(&list->names, hop->image),
				       SLICE("csrss.exe")))
				finding->suspects |= SUSPECT_HARD_ERROR;
			continue;
		}
		finding->waiters += count->thread_seen.at[count->thread.at[at]] != number;
		count->thread_seen.at[count->thread.at[at]] = number;
	}
}

static struct finding first_of_signature(const struct incident *incident,
					 const struct chain *chain)
{
	const struct chain_list *list = &incident->chains;
	const struct hop *first = chain_first_hop(list, chain);
	const struct thread *thread = incident_thread(incident, first->thread);
	struct finding finding = { FINDING_OF(wait_chain) };

	finding.process = first->process;
	finding.thread = first->thread;
	finding.pid = first->pid;
	finding.image = names_find(&incident->records.names,
				   names_text(&list->names, first->image));
	finding.chain = chain;
	chain_for_each_hop(hop, list, chain) finding.last = hop;
	/* a thread that !locks alone knows has no record of its own */
	finding.evidence =
		thread ? &thread->evidence
		       : &incident->edges.at[incident_first_edge(incident, first->thread)].evidence;
	return finding;
}

static uint8_t urgency_of(const struct finding *finding)
{
	unsigned urgency = finding->chain->cycle == CYCLE_THREAD    ? URGENCY_DEADLOCK
			   : finding->chain->cycle == CYCLE_PROCESS ? URGENCY_SEMICIRCLE
								    : URGENCY_CHAIN;
	uint64_t waiters = finding->waiters;

	for (unsigned more = 0; waiters > 1 && more < URGENCY_OF_WAITERS_MAX; more++) {
		waiters /= 2;
		urgency++;
	}
	return (uint8_t)urgency;
}

/* The first of two hops or more: as equal hops in a row are signed once, a ring of one thread and a ring of two may be of one
 * signature. NULL when there is none. */
static const struct chain *first_that_waits(const struct chain_runs *runs)
{
	for (size_t i = 0; i < chain_run_count(runs); i++)
		if (chain_run_at(runs, i)->hops >= 2)
			return chain_run_at(runs, i);
	return NULL;
}

void pattern_wait_chain(const struct sight *sight)
{
	const struct chain_list *list = &sight->incident->chains;
	struct chain_runs runs = { .list = list };
	struct count count;

	count_init(&count, list);
	chain_runs_begin(&runs, list, NULL, 0, GROUPING_KIND);
	while (chain_runs_next(&runs)) {
		const struct chain *chain = first_that_waits(&runs);
		struct finding finding;

		if (!chain)
			continue;
		finding = first_of_signature(sight->incident, chain);
		for (size_t i = 0; i < chain_run_count(&runs); i++)
			add_chain(&count, &finding, (uint32_t)runs.first,
				  chain_run_at(&runs, i));
		finding.urgency = urgency_of(&finding);
		sight_add(sight, finding);
	}
	chain_runs_free(&runs);
	count_free(&count);
}
