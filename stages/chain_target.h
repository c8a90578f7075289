/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is waited for: every thread that an edge leads to, and every process where the log names no thread of it. Tells how many
 * threads wait for it directly, and, of a thread that was never printed, to which process the edges say it belongs. Of a server
 * whose process is not known either, each port counts for itself.
 */
#ifndef STAGES_CHAIN_TARGET_H
#define STAGES_CHAIN_TARGET_H

#include "stages/incident.h"

struct chain_target {
	uint64_t process;     /* 0 when not known, or when two edges disagree */
	uint64_t last_waiter; /* the thread that was counted last */
	uint32_t waiters;     /* distinct threads */
	name_id image;        /* in the incident's names */
	bool disputed;
	/* Of what a chain ends in, NUMBER_NONE until one does: in the chain list. */
	uint32_t hop, endpoint;
};

struct chain_targets {
	VEC(struct chain_target) at;
	struct map by_thread, by_process, nameless; /* nameless: by port or message */
};

/* Of all edges, sorted by waiting thread. targets is zeroed. */
void chain_targets_init(struct chain_targets *targets, const struct incident *incident);
void chain_targets_free(struct chain_targets *targets);
/* Of a thread; NULL when nobody waits for it. */
struct chain_target *chain_target_of_thread(const struct chain_targets *targets,
					    uint64_t thread);
/* Of what an edge leads to. */
struct chain_target *chain_target_of(const struct chain_targets *targets,
				     const struct edge *edge);

#endif
