/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An image that is live once and zombie many times (formats.md section 12.4): what crashes or gives up and is started again. Many
 * is RESTARTS_MIN. The processes that handle faults (special_images.def) are none: they only come as often as others fail.
 */
#include "stages/finding.h"
#include "stages/special.h"
#include "stages/urgency.h"
#include "stages/vm_processes.h"

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
		struct slice image = names_text(&incident->records.names, zombie->image);

		*map_place(&living->by_image, image_key(image)) = (uint32_t)living->count.len;
		vec_push(&living->count, 0);
		vec_push(&living->process, NULL);
		vec_push(&living->row, NULL);
	}
}

static void living_count(struct living *living, const struct records *records)
{
	vm_process_list rows = { 0 };

	vec_for_each(process, &records->processes) {
		struct slice image = names_text(&records->names, process->image);
		uint32_t at = process->flags & PROCESS_ZOMBIE
				      ? MAP_NONE
				      : map_get(&living->by_image, image_key(image));

		if (at == MAP_NONE)
			continue;
		living->count.at[at]++;
		living->process.at[at] = process;
	}
	vm_processes_find(records, false, &rows);
	vec_for_each(found, &rows) {
		struct slice image = names_text(&records->names, found->row->image);
		uint32_t at = map_get(&living->by_image, image_key(image));

		if (at == MAP_NONE)
			continue;
		living->count.at[at] += found->count;
		living->row.at[at] = found->row;
	}
	vec_free(&rows);
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
	living_count(&living, &incident->records);
	for (size_t i = 0; i < incident->zombies_by_image.len; i++) {
		const struct zombie_image *zombie = &incident->zombies_by_image.at[i];

		if (zombie->count < RESTARTS_MIN || living.count.at[i] != 1 ||
		    image_is_special(names_text(&incident->records.names, zombie->image)))
			continue;
		sight_add(sight, loop_of(zombie, living.process.at[i], living.row.at[i]));
	}
	living_free(&living);
}
