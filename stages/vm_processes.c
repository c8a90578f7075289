/* SPDX-License-Identifier: Apache-2.0 */
/* Finding processes that only !vm speaks of; see vm_processes.h. */
#include "stages/vm_processes.h"

#include "pipeline/base/hash.h"
#include "pipeline/base/sort.h"
#include "stages/incident.h"

/* A row's process is its PID and image together, since PIDs are used again: a number for each, as narrow as there are images, so
 * that sorting by it is quick. */
struct numbering {
	uint32_t *images; /* by name_id: the same where the key is */
	unsigned bits;
};

static struct numbering number_images(const struct incident *incident)
{
	struct numbering numbering = {
		mem_resize(NULL, incident->images.len, sizeof(*numbering.images)), 0
	};
	struct map by_key = { 0 };

	for (size_t i = 0; i < incident->images.len; i++) {
		uint32_t *number;

		if (!incident->images.at[i].known)
			continue;
		number = map_place(&by_key, incident->images.at[i].key);
		if (*number == MAP_NONE)
			*number = (uint32_t)by_key.len - 1;
		numbering.images[i] = *number;
	}
	while (by_key.len >> numbering.bits)
		numbering.bits++;
	map_free(&by_key);
	return numbering;
}

static uint64_t number_of(const struct numbering *numbering, uint32_t pid, name_id image)
{
	return (uint64_t)pid << numbering->bits | numbering->images[image];
}

typedef VEC(uint64_t) number_vec;

/* The numbers of the process records, sorted. */
static void gather_processes(const struct incident *incident,
			     const struct numbering *numbering, number_vec *numbers)
{
	const struct records *records = &incident->records;

	vec_reserve(numbers, records->processes.len);
	vec_for_each(process, &records->processes)
		if (process->pid != PID_NONE)
			numbers->at[numbers->len++] =
				number_of(numbering, process->pid, process->image);
	sort_by_key(numbers->at, numbers->len, sizeof(numbers->at[0]), 0);
}

struct keyed_row {
	uint64_t key; /* its number */
	uint32_t row;
};

typedef VEC(struct keyed_row) keyed_rows;

/* By number, those of one number in their order. */
static void gather_rows(const struct incident *incident,
			const struct numbering *numbering, keyed_rows *rows)
{
	const struct records *records = &incident->records;

	for (uint32_t i = 0; i < records->vm_rows.len; i++) {
		const struct vm_row *row = &records->vm_rows.at[i];

		if (!incident_image(incident, row->image)->minimal)
			vec_push(rows,
				 ((struct keyed_row){
					 number_of(numbering, row->pid, row->image), i }));
	}
	sort_by_key(rows->at, rows->len, sizeof(rows->at[0]), offsetof(struct keyed_row, key));
}

/* Of rows of one key those that are dead, or those that are not: the first, and the most in one table. */
static struct vm_process most_in_table(const struct records *records,
				       const struct keyed_row *rows, size_t count, bool dead)
{
	struct vm_process most = { 0 };
	uint32_t run = 0, table = 0;

	for (size_t i = 0; i < count; i++) {
		const struct vm_row *row = &records->vm_rows.at[rows[i].row];

		if ((row->commit_kb == 0) != dead)
			continue;
		if (most.count == 0)
			most.row = rows[i].row;
		run = run && row->table == table ? run + 1 : 1;
		table = row->table;
		most.count = run > most.count ? run : most.count;
	}
	return most;
}

/* What was found, by what hangs on PID and image alone. */
struct found {
	uint64_t key;
	struct vm_process process;
};

typedef VEC(struct found) found_vec;

static void add_unexplained(const struct incident *incident, found_vec *found,
			    struct vm_process most, uint32_t known)
{
	const struct vm_row *row = &incident->records.vm_rows.at[most.row];
	uint64_t key = incident_image(incident, row->image)->key ^
		       hash64(&row->pid, sizeof(row->pid));

	if (most.count > known)
		vec_push(found, ((struct found){ key, { most.row, most.count - known } }));
}

static void list_found(vm_process_list *list, found_vec *found)
{
	sort_by_key(found->at, found->len, sizeof(found->at[0]), offsetof(struct found, key));
	list->len = 0;
	vec_for_each(each, found)
		vec_push(list, each->process);
	vec_free(found);
}

/* Each process record explains a row of its number. Most numbers have no more rows than records. */
static void find(struct incident *incident, const number_vec *numbers, const keyed_rows *rows)
{
	const struct records *records = &incident->records;
	found_vec dead = { 0 }, live = { 0 };
	size_t at = 0;

	for (size_t i = 0, next; i < rows->len; i = next) {
		const struct keyed_row *first = &rows->at[i];
		uint32_t known = 0;

		for (next = i; next < rows->len && rows->at[next].key == first->key;)
			next++;
		while (at < numbers->len && numbers->at[at] < first->key)
			at++;
		for (; at < numbers->len && numbers->at[at] == first->key; at++)
			known++;
		if (next - i <= known)
			continue;
		add_unexplained(incident, &dead,
				most_in_table(records, first, next - i, true), known);
		add_unexplained(incident, &live,
				most_in_table(records, first, next - i, false), known);
	}
	list_found(&incident->vm_dead, &dead);
	list_found(&incident->vm_live, &live);
}

void vm_processes_find(struct incident *incident)
{
	struct numbering numbering;
	number_vec numbers = { 0 };
	keyed_rows rows = { 0 };

	incident->vm_dead.len = incident->vm_live.len = 0;
	if (incident->records.vm_rows.len == 0)
		return;
	numbering = number_images(incident);
	gather_processes(incident, &numbering, &numbers);
	gather_rows(incident, &numbering, &rows);
	find(incident, &numbers, &rows);
	vec_free(&rows);
	vec_free(&numbers);
	free(numbering.images);
}
