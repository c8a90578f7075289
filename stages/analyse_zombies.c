/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zombie processes (contract.md section 5): PROCESS blocks without object table, handles and threads, and
 * rows of !vm with zero commit that no PROCESS block explains. A process seen in both places counts once.
 */
#include "stages/incident.h"

static bool is_minimal(struct slice image)
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

static bool is_zombie(const struct records *records, const struct process *process)
{
	return (process->flags & PROCESS_BLOCK) && (process->flags & PROCESS_TABLE_ZERO) &&
	       !(process->flags & PROCESS_TABLE_SET) && process->handle_count == 0 &&
	       process->threads == 0 &&
	       !is_minimal(names_text(&records->names, process->image));
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
	struct slice text = names_text(names, image);
	uint32_t *place = map_place(&tally->by_cut, image_key(text));
	struct zombie_image *entry;

	incident->zombies++;
	if (*place == MAP_NONE) {
		*place = (uint32_t)incident->zombies_by_image.len;
		vec_push(&incident->zombies_by_image,
			 ((struct zombie_image){ .image = image }));
	}
	entry = &incident->zombies_by_image.at[*place];
	entry->count++;
	if (slice_compare(text, names_text(names, entry->image)) > 0)
		entry->image = image; /* the longer name wins, and the choice does not depend on order */
}

/* A row's process: PID and image together, since PIDs are used again. */
static uint64_t row_key(const struct records *records, uint32_t pid, name_id image)
{
	return image_key(names_text(&records->names, image)) ^ hash64(&pid, sizeof(pid));
}

struct zero_row {
	uint64_t key;
	uint32_t table;
	name_id image;
};

static int zero_row_compare(const void *a, const void *b)
{
	const struct zero_row *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->table < y->table ? -1 : x->table > y->table;
}

/* How many process records there are of each PID and image. */
static struct map explained_rows(const struct records *records)
{
	struct map explained = { 0 };

	vec_for_each(process, &records->processes) {
		uint32_t *place;

		if (process->pid == PID_NONE)
			continue;
		place = map_place(&explained, row_key(records, process->pid, process->image));
		*place = *place == MAP_NONE ? 1 : *place + 1;
	}
	return explained;
}

/* Repeated tables say the same again: of each process, the greatest number of rows in one table counts. */
static void tally_rows(struct tally *tally)
{
	struct records *records = &tally->incident->records;
	struct map explained = explained_rows(records);
	VEC(struct zero_row) rows = { 0 };

	vec_for_each(row, &records->vm_rows)
		if (row->commit_kb == 0 &&
		    !is_minimal(names_text(&records->names, row->image)))
			vec_push(&rows, ((struct zero_row){ .key = row_key(records, row->pid,
									   row->image),
							    .table = row->table,
							    .image = row->image }));
	if (rows.len)
		qsort(rows.at, rows.len, sizeof(rows.at[0]), zero_row_compare);
	for (size_t i = 0, next; i < rows.len; i = next) {
		uint32_t known = map_get(&explained, rows.at[i].key), most = 0, run = 0;

		for (next = i; next < rows.len && rows.at[next].key == rows.at[i].key;
		     next++) {
			run = next > i && rows.at[next].table == rows.at[next - 1].table
				      ? run + 1
				      : 1;
			most = run > most ? run : most;
		}
		for (run = known == MAP_NONE ? 0 : known; run < most; run++)
			tally_add(tally, rows.at[i].image);
	}
	vec_free(&rows);
	map_free(&explained);
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
	vec_for_each(process, &records->processes) {
		process->flags &= (uint8_t)~PROCESS_ZOMBIE;
		if (!is_zombie(records, process))
			continue;
		process->flags |= PROCESS_ZOMBIE;
		tally_add(&tally, process->image);
	}
	tally_rows(&tally);
	map_free(&tally.by_cut);
	if (incident->zombies_by_image.len)
		qsort_r(incident->zombies_by_image.at, incident->zombies_by_image.len,
			sizeof(struct zombie_image), by_count, &records->names);
}
