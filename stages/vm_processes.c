/* SPDX-License-Identifier: Apache-2.0 */
/* Finding processes that only !vm speaks of; see vm_processes.h. */
#include "stages/vm_processes.h"

#include "pipeline/base/hash.h"
#include "pipeline/base/sort.h"
#include "stages/incident.h"

/* A row's process: PID and image together, since PIDs are used again. */
static uint64_t row_key(const struct incident *incident, uint32_t pid, name_id image)
{
	return incident_image(incident, image)->key ^ hash64(&pid, sizeof(pid));
}

/* How many process records there are of each PID and image. */
static struct map explained_rows(const struct incident *incident)
{
	struct map explained = { 0 };

	vec_for_each(process, &incident->records.processes) {
		uint32_t *place;

		if (process->pid == PID_NONE)
			continue;
		place = map_place(&explained, row_key(incident, process->pid, process->image));
		*place = *place == MAP_NONE ? 1 : *place + 1;
	}
	return explained;
}

struct keyed_row {
	uint64_t key;
	uint32_t row;
};

typedef VEC(struct keyed_row) keyed_rows;

/* By key, those of one key in their order. */
static void gather_rows(const struct incident *incident, keyed_rows *rows)
{
	const struct records *records = &incident->records;

	for (uint32_t i = 0; i < records->vm_rows.len; i++) {
		const struct vm_row *row = &records->vm_rows.at[i];

		if (!incident_image(incident, row->image)->minimal)
			vec_push(rows, ((struct keyed_row){
					       row_key(incident, row->pid, row->image), i }));
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

static void add_unexplained(vm_process_list *found, struct vm_process most, uint32_t known)
{
	if (most.count > known)
		vec_push(found, ((struct vm_process){ most.row, most.count - known }));
}

void vm_processes_find(struct incident *incident)
{
	const struct records *records = &incident->records;
	struct map explained;
	keyed_rows rows = { 0 };

	incident->vm_dead.len = incident->vm_live.len = 0;
	if (records->vm_rows.len == 0)
		return;
	explained = explained_rows(incident);
	gather_rows(incident, &rows);
	for (size_t i = 0, next; i < rows.len; i = next) {
		const struct keyed_row *first = &rows.at[i];
		uint32_t known = map_get(&explained, first->key);

		for (next = i; next < rows.len && rows.at[next].key == first->key;)
			next++;
		known = known == MAP_NONE ? 0 : known;
		add_unexplained(&incident->vm_dead,
				most_in_table(records, first, next - i, true), known);
		add_unexplained(&incident->vm_live,
				most_in_table(records, first, next - i, false), known);
	}
	vec_free(&rows);
	map_free(&explained);
}
