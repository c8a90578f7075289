/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the chains of an incident end, and how many threads wait there: of a thread those whose chains end in it, of a process
 * those whose chains end in it or any of its threads. Rings end nowhere.
 */
#ifndef STAGES_CHAIN_ENDS_H
#define STAGES_CHAIN_ENDS_H

#include "stages/chain.h"

/* One thread that waits, directly or through others, for what stands at an address. */
struct chain_end {
	uint64_t address;
	uint64_t waiter;
};

typedef VEC(struct chain_end) chain_end_list;

struct chain_ends {
	chain_end_list threads, processes; /* sorted, each pair once */
	chain_end_list members; /* the processes that chains go through, as addresses; sorted, each once */
};

/* ends is zeroed. */
void chain_ends_find(struct chain_ends *ends, const struct chain_list *list);
void chain_ends_free(struct chain_ends *ends);

/* How many threads wait in chains that end in this thread, or in this process. */
uint64_t chain_ends_at_thread(const struct chain_ends *ends, uint64_t thread);
uint64_t chain_ends_in_process(const struct chain_ends *ends, uint64_t process);
/* Whether some chain goes through this process. */
bool chain_ends_has_member(const struct chain_ends *ends, uint64_t process);

#endif
