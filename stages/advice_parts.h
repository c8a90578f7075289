/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the plan (advice_*.c) share: the processes that there are to save, and the places that they would explain. */
#ifndef STAGES_ADVICE_PARTS_H
#define STAGES_ADVICE_PARTS_H

#include "stages/advice.h"
#include "stages/cover.h"

/* Something to be explained. */
struct place {
	uint64_t weight;
	uint32_t finding;
	uint32_t holders; /* processes that stand there */
	uint8_t part;     /* enum advice_part */
};

struct planner {
	struct advice *advice;
	const struct incident *incident;
	const struct findings *findings;
	VEC(struct advice_process) processes; /* in the order of first sight, then by rank */
	struct map by_process, by_pid, by_image;
	VEC(struct place) places;
	struct map place_at;
	VEC(struct cover_pair) pairs; /* process and place */
	struct map named_by;          /* process and place -> the finding that says so */
	VEC(uint8_t) explained;       /* of the places */
};

static inline uint64_t planner_key(uint64_t a, uint64_t b, uint64_t c)
{
	const uint64_t key[3] = { a, b, c };

	return hash64(key, sizeof(key));
}

static inline struct slice planner_name(const struct planner *planner, name_id image)
{
	return names_text(&planner->incident->records.names, image);
}

/* The number of a process, added when it is new; known by its address, else by its PID, else by its image. */
uint32_t planner_add_process(struct planner *planner, uint64_t process, uint32_t pid,
			     name_id image);
/* By what is known of them, never by address unless nothing else differs: image, PID, place in the log. */
int planner_compare_processes(const struct advice_process *a,
			      const struct advice_process *b, const struct planner *planner);
void planner_add_sizes(struct planner *planner);
/* Numbers the processes anew: the longest wait first, then as they compare. */
void planner_rank_processes(struct planner *planner);

/* From every chain and every finding. */
void planner_add_places(struct planner *planner);

#endif
