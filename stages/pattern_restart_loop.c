/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An image that is live once and zombie many times (formats.md section 12.4): what crashes or gives up and is started again. Many
 * is RESTARTS_MIN. The processes that handle faults (special_images.def) are none: they only come as often as others fail.
 */
#include "stages/finding.h"
#include "stages/urgency.h"

#define RESTARTS_MIN 5

/* The live processes of the images that have zombies. */
struct living {
	struct map by_image; /* image_key -> count, index */
	VEC(uint64_t) count;
	VEC(const struct process *) process; /* of one that has a record */
	VEC(const struct vm_row *) row;      /* of one that !vm alone shows */
};

static void living_init(struct living *living, const struct incident *incident)
{
	vec_for_each(zombie, &incident->zombies_by_image) {
		*map_place(&living->by_image, incident_image(incident, zombie->image)->key) =
			(uint32_t)living->count.len;
		vec_push(&living->count, 0);
		vec_push(&living->process, NULL);
		vec_push(&living->row, NULL);
	}
}

/* Where an image stands in the lists, or MAP_NONE. */
static uint32_t living_find(const struct living *living, const struct incident *incident,
			    name_id image)
{
	return map_get(&living->by_image, incident_image(incident, image)->key);
}

static void living_count(struct living *living, const struct incident *incident)
{
	vec_for_each(each, &incident->living) {
		const struct process *process = *each;
		uint32_t at = living_find(living, incident, process->image);

		if (at == MAP_NONE)
			continue;
		living->count.at[at]++;
		living->process.at[at] = process;
	}
	vec_for_each(found, &incident->vm_live) {
		const struct vm_row *row = &incident->records.vm_rows.at[found->row];
		uint32_t at = living_find(living, incident, row->image);

		if (at == MAP_NONE)
			continue;
		living->count.at[at] += found->count;
		living->row.at[at] = row;
	}
}

static void living_free(struct living *living)
{
	map_free(&living->by_image);
	vec_free(&living->count);
	vec_free(&living->process);
	vec_free(&living->row);
}

static struct finding loop_of(const struct zombie_image *zombie,
			      const struct process *process, const struct vm_row *row)
{
	struct finding finding = { FINDING_OF(restart_loop) };

	finding.count = finding.zombies = zombie->count;
	finding.image = process ? process->image : row->image;
	finding.process = process ? process->address : 0;
	finding.pid = process ? process->pid : row->pid;
	finding.evidence = process ? &process->evidence : &row->evidence;
	finding.urgency = URGENCY_RESTART_LOOP;
	return finding;
}

void pattern_restart_loop(const struct sight *sight)
{
	const struct incident *incident = sight->incident;
	struct living living = { 0 };

	living_init(&living, incident);
	living_count(&living, incident);
	for (size_t i = 0; i < incident->zombies_by_image.len; i++) {
		const struct zombie_image *zombie = &incident->zombies_by_image.at[i];

		if (zombie->count < RESTARTS_MIN || living.count.at[i] != 1 ||
		    incident_image(incident, zombie->image)->special)
			continue;
		sight_add(sight, loop_of(zombie, living.process.at[i], living.row.at[i]));
	}
	living_free(&living);
}
