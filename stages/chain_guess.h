/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guesses at a server thread that the log does not show: threads of the server's process whose own wait began at the tick at which
 * the client asked (formats.md section 12.1, item 3). Told beside a chain, never made an edge.
 */
#ifndef STAGES_CHAIN_GUESS_H
#define STAGES_CHAIN_GUESS_H

#include "stages/incident.h"

struct chain_guess {
	uint64_t process, wait_start, thread;
};

struct chain_guesses {
	VEC(struct chain_guess) at; /* every thread that waits for more than work, sorted; made at the first question */
	bool made;
};

/* Adds the candidates for the server thread of an edge that names none to the list of chains; returns how many. None are
 * added where there are more than CANDIDATES_MAX: so many say nothing. */
uint32_t chain_guess(struct chain_guesses *guesses, struct incident *incident,
		     const struct edge *edge);
void chain_guesses_free(struct chain_guesses *guesses);

#endif
