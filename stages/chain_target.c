/* SPDX-License-Identifier: Apache-2.0 */
/* Counting who is waited for; see chain_target.h. */
#include "stages/chain_target.h"

/* The port, or else the message, of which no more is known than perhaps an image. */
static uint64_t nameless_key(const struct edge *edge)
{
	return edge->port ? edge->port : edge->object;
}

static struct chain_target *place_target(struct chain_targets *targets, const struct edge *edge)
{
	uint32_t *place = edge->owner_thread
				  ? map_place(&targets->by_thread, edge->owner_thread)
			  : edge->owner_process
				  ? map_place(&targets->by_process, edge->owner_process)
				  : map_place(&targets->nameless, nameless_key(edge));

	if (*place == MAP_NONE) {
		*place = (uint32_t)targets->at.len;
		vec_push(&targets->at, ((struct chain_target){ .hop = NUMBER_NONE,
							       .endpoint = NUMBER_NONE }));
	}
	return &targets->at.at[*place];
}

/* A thread is of one process: where two edges name different ones, neither is believed. */
static void add_claim(struct chain_target *target, const struct names *names,
		      const struct edge *edge)
{
	bool other_process = target->process && edge->owner_process &&
			     target->process != edge->owner_process;
	bool other_image = target->image && edge->owner_image &&
			   !image_same(names_text(names, target->image),
				       names_text(names, edge->owner_image));

	target->disputed |= other_process || other_image;
	if (target->disputed) {
		target->process = 0;
		target->image = 0;
		return;
	}
	if (edge->owner_process)
		target->process = edge->owner_process;
	target->image = image_richer(names, target->image, edge->owner_image);
}

void chain_targets_init(struct chain_targets *targets, const struct incident *incident)
{
	vec_for_each(edge, &incident->edges) {
		struct chain_target *target = place_target(targets, edge);

		if (target->waiters == 0 || target->last_waiter != edge->thread)
			target->waiters++;
		target->last_waiter = edge->thread;
		add_claim(target, &incident->records.names, edge);
	}
}

void chain_targets_free(struct chain_targets *targets)
{
	vec_free(&targets->at);
	map_free(&targets->by_thread);
	map_free(&targets->by_process);
	map_free(&targets->nameless);
}

static struct chain_target *get_target(const struct chain_targets *targets,
				       const struct map *by, uint64_t key)
{
	uint32_t at = map_get(by, key);

	return at == MAP_NONE ? NULL : &targets->at.at[at];
}

struct chain_target *chain_target_of_thread(const struct chain_targets *targets, uint64_t thread)
{
	return get_target(targets, &targets->by_thread, thread);
}

struct chain_target *chain_target_of(const struct chain_targets *targets,
				     const struct edge *edge)
{
	if (edge->owner_thread)
		return get_target(targets, &targets->by_thread, edge->owner_thread);
	if (edge->owner_process)
		return get_target(targets, &targets->by_process, edge->owner_process);
	return get_target(targets, &targets->nameless, nameless_key(edge));
}
