/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zombie processes (contract.md section 5, formats.md section 12.4): one finding for the dump, with the images and the parents that
 * most are of, and who may hold them. A storm from 1,000 on. Whoever holds a process open has a handle to it, so holders
 * are live processes with HUGE_HANDLES or more, in a storm also those with as many handles as there are zombies.
 */
#include "stages/finding.h"
#include "stages/urgency.h"

#define HUGE_HANDLES 10000
/* So many of each are told. */
#define TOLD_MAX 10

/* Most first, then by PID and address. */
static int party_compare(const void *a, const void *b)
{
	const struct party *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->process < y->process ? -1 : x->process > y->process;
}

typedef VEC(struct party) party_list;

static void add_most(const struct sight *sight, party_list *parties)
{
	if (parties->len)
		qsort(parties->at, parties->len, sizeof(struct party), party_compare);
	for (size_t i = 0; i < parties->len && i < TOLD_MAX; i++)
		sight_add_party(sight, parties->at[i]);
	vec_free(parties);
}

static void add_images(const struct sight *sight)
{
	const struct incident *incident = sight->incident;

	for (size_t i = 0; i < incident->zombies_by_image.len && i < TOLD_MAX; i++)
		sight_add_party(
			sight,
			(struct party){ .role = PARTY_IMAGE,
					.pid = PID_NONE,
					.image = incident->zombies_by_image.at[i].image,
					.count = incident->zombies_by_image.at[i].count });
}

/* A parent's PID may have been given to another since: it is named only where one live process has it. */
static void name_parents(const struct incident *incident, const struct map *by_pid,
			 party_list *parents)
{
	VEC(uint32_t) live = { 0 }; /* of each parent's PID */

	vec_for_each(parent, parents)
		vec_push(&live, 0);
	vec_for_each(living, &incident->living) {
		const struct process *process = *living;
		uint32_t at = process->pid == PID_NONE ? MAP_NONE
						       : map_get(by_pid, process->pid);
		bool only;

		if (at == MAP_NONE)
			continue;
		only = live.at[at]++ == 0;
		parents->at[at].process = only ? process->address : 0;
		parents->at[at].image = only ? process->image : 0;
	}
	vec_free(&live);
}

static void add_parents(const struct sight *sight)
{
	const struct records *records = &sight->incident->records;
	party_list parents = { 0 };
	struct map by_pid = { 0 };

	vec_for_each(process, &records->processes) {
		uint32_t *place;

		if (!(process->flags & PROCESS_ZOMBIE) || process->parent_pid == PID_NONE)
			continue;
		place = map_place(&by_pid, process->parent_pid);
		if (*place == MAP_NONE) {
			*place = (uint32_t)parents.len;
			vec_push(&parents, ((struct party){ .role = PARTY_PARENT,
							    .pid = process->parent_pid }));
		}
		parents.at[*place].count++;
	}
	name_parents(sight->incident, &by_pid, &parents);
	add_most(sight, &parents);
	map_free(&by_pid);
}

static void add_holders(const struct sight *sight)
{
	const struct incident *incident = sight->incident;
	uint64_t least = incident->zombies >= STORM_ZOMBIES && incident->zombies < HUGE_HANDLES
				 ? incident->zombies
				 : HUGE_HANDLES;
	party_list holders = { 0 };

	vec_for_each(living, &incident->living) {
		const struct process *process = *living;

		if (process->handle_count != HANDLES_NONE && process->handle_count >= least)
			vec_push(&holders, ((struct party){ .role = PARTY_HOLDER,
							    .process = process->address,
							    .pid = process->pid,
							    .image = process->image,
							    .count = process->handle_count }));
	}
	add_most(sight, &holders);
}

/* One of many: the first that has a block, else the first row of !vm that shows one. */
static const struct evidence *evidence_of_one(const struct incident *incident)
{
	const struct records *records = &incident->records;
	const struct evidence *evidence = NULL;

	vec_for_each(process, &records->processes)
		if (process->flags & PROCESS_ZOMBIE)
			return &process->evidence;
	vec_for_each(found, &incident->vm_dead) {
		const struct vm_row *row = &records->vm_rows.at[found->row];

		if (!evidence || row->evidence.offset < evidence->offset)
			evidence = &row->evidence;
	}
	return evidence;
}

void pattern_zombie_process(const struct sight *sight)
{
	const struct incident *incident = sight->incident;
	struct finding finding = { FINDING_OF(zombie_process) };

	if (incident->zombies == 0)
		return;
	finding.count = finding.zombies = incident->zombies;
	finding.storm = incident->zombies >= STORM_ZOMBIES;
	finding.evidence = evidence_of_one(incident);
	finding.urgency = finding.storm ? URGENCY_STORM : URGENCY_ZOMBIES;
	sight_add(sight, finding);
	add_images(sight);
	add_parents(sight);
	add_holders(sight);
}
