/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zombie processes (contract.md section 5): PROCESS blocks without object table, handles and threads, and
 * rows of !vm with zero commit that no PROCESS block explains. A process seen in both places counts once.
 */
#include "stages/incident.h"

bool image_is_minimal(struct slice image)
{
	static const struct slice images[] = {
#define MINIMAL_IMAGE(text) { text, sizeof(text) - 1 },
#include "stages/minimal_images.def"
#undef MINIMAL_IMAGE
	};

	for (size_t i = 0; i < sizeof(images) / sizeof(images[0]); i++)
		if (image_same(image, images[i]))
			return true;
	return false;
}

/* One without an image is being created: a dead one keeps its name (formats.md section 12.4). */
static bool is_zombie(const struct incident *incident, const struct process *process)
{
	return (process->flags & PROCESS_BLOCK) && (process->flags & PROCESS_TABLE_ZERO) &&
	       !(process->flags & PROCESS_TABLE_SET) && process->handle_count == 0 &&
	       process->threads == 0 && process->image != 0 &&
	       !incident_image(incident, process->image)->minimal;
}

/* Counts by image, where a cut name and its full one are the same image. */
struct tally {
	struct map by_cut; /* hash of the cut, lower-case name -> index */
	struct incident *incident;
};

static void tally_add(struct tally *tally, name_id image)
{
	struct incident *incident = tally->incident;
	const struct names *names = &incident->records.names;
	uint32_t *place = map_place(&tally->by_cut, incident_image(incident, image)->key);
	struct zombie_image *entry;

	incident->zombies++;
	if (*place == MAP_NONE) {
		*place = (uint32_t)incident->zombies_by_image.len;
		vec_push(&incident->zombies_by_image,
			 ((struct zombie_image){ .image = image }));
	}
	entry = &incident->zombies_by_image.at[*place];
	entry->count++;
	if (image != entry->image &&
	    slice_compare(names_text(names, image), names_text(names, entry->image)) > 0)
		entry->image = image; /* the longer name wins, and the choice does not depend on order */
}

static void tally_rows(struct tally *tally)
{
	const struct incident *incident = tally->incident;

	vec_for_each(process, &incident->vm_dead)
		for (uint32_t i = 0; i < process->count; i++)
			tally_add(tally, incident->records.vm_rows.at[process->row].image);
}

static int by_count(const void *a, const void *b, void *names)
{
	const struct zombie_image *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return slice_compare(names_text(names, x->image), names_text(names, y->image));
}

void analyse_zombies(struct incident *incident)
{
	struct records *records = &incident->records;
	struct tally tally = { .incident = incident };

	incident->zombies = 0;
	incident->zombies_by_image.len = 0;
	incident->living.len = 0;
	vec_for_each(process, &records->processes) {
		process->flags &= (uint8_t)~PROCESS_ZOMBIE;
		if (!is_zombie(incident, process)) {
			vec_push(&incident->living, process);
			continue;
		}
		process->flags |= PROCESS_ZOMBIE;
		tally_add(&tally, process->image);
	}
	tally_rows(&tally);
	map_free(&tally.by_cut);
	if (incident->zombies_by_image.len)
		qsort_r(incident->zombies_by_image.at, incident->zombies_by_image.len,
			sizeof(struct zombie_image), by_count, &records->names);
}
