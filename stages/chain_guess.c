/* SPDX-License-Identifier: Apache-2.0 */
/* Guesses at a server thread; see chain_guess.h. */
#include "stages/chain_guess.h"

static int guess_compare(const void *a, const void *b)
{
	const struct chain_guess *x = a, *y = b;

	if (x->process != y->process)
		return x->process < y->process ? -1 : 1;
	if (x->wait_start != y->wait_start)
		return x->wait_start < y->wait_start ? -1 : 1;
	return x->thread < y->thread ? -1 : x->thread > y->thread;
}

static void make_guesses(struct chain_guesses *guesses, const struct incident *incident)
{
	guesses->made = true;
	vec_for_each(thread, &incident->records.threads)
		if (thread->process && thread->wait_start != TICKS_NONE &&
		    thread_waits(thread) && !thread_waits_for_work(incident, thread))
			vec_push(&guesses->at,
				 ((struct chain_guess){ thread->process, thread->wait_start,
							thread->address }));
	if (guesses->at.len)
		qsort(guesses->at.at, guesses->at.len, sizeof(struct chain_guess),
		      guess_compare);
}

/* The first of them that is not less. */
static size_t find_guess(const struct chain_guesses *guesses, const struct chain_guess *wanted)
{
	size_t low = 0, high = guesses->at.len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (guess_compare(&guesses->at.at[middle], wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint32_t chain_guess(struct chain_guesses *guesses, struct incident *incident,
		     const struct edge *edge)
{
	const struct thread *client = incident_thread(incident, edge->thread);
	struct chain_guess from = { .process = edge->owner_process };
	uint64_t found[CANDIDATES_MAX], start;
	uint32_t count = 0;

	if (edge->owner_thread || !edge->owner_process || !edge_is_request(edge->kind) ||
	    !client || client->wait_start == TICKS_NONE)
		return 0;
	if (!guesses->made)
		make_guesses(guesses, incident);
	start = client->wait_start;
	from.wait_start = start > SAME_EVENT_TICKS ? start - SAME_EVENT_TICKS : 0;
	for (size_t i = find_guess(guesses, &from); i < guesses->at.len; i++) {
		const struct chain_guess *guess = &guesses->at.at[i];

		if (guess->process != edge->owner_process ||
		    (guess->wait_start > start && guess->wait_start - start > SAME_EVENT_TICKS))
			break;
		if (guess->thread == edge->thread)
			continue;
		if (count == CANDIDATES_MAX)
			return 0;
		found[count++] = guess->thread;
	}
	for (uint32_t i = 0; i < count; i++)
		vec_push(&incident->chains.candidates, found[i]);
	return count;
}

void chain_guesses_free(struct chain_guesses *guesses)
{
	vec_free(&guesses->at);
	*guesses = (struct chain_guesses){ 0 };
}
