/* SPDX-License-Identifier: Apache-2.0 */
/* Finding processes that only !vm speaks of; see vm_processes.h. */
#include "stages/vm_processes.h"

#include "pipeline/base/hash.h"
#include "stages/incident.h"

/* A row's process: PID and image together, since PIDs are used again. */
static uint64_t row_key(const struct records *records, uint32_t pid, name_id image)
{
	return image_key(names_text(&records->names, image)) ^ hash64(&pid, sizeof(pid));
}

struct keyed_row {
	uint64_t key;
	uint32_t row, table;
};

static int keyed_row_compare(const void *a, const void *b)
{
	const struct keyed_row *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
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

typedef VEC(struct keyed_row) keyed_rows;

static void gather_rows(const struct records *records, bool dead, keyed_rows *rows)
{
	for (uint32_t i = 0; i < records->vm_rows.len; i++) {
		const struct vm_row *row = &records->vm_rows.at[i];

		if ((row->commit_kb == 0) == dead &&
		    !image_is_minimal(names_text(&records->names, row->image)))
			vec_push(rows,
				 ((struct keyed_row){ row_key(records, row->pid, row->image),
						      i, row->table }));
	}
	if (rows->len)
		qsort(rows->at, rows->len, sizeof(rows->at[0]), keyed_row_compare);
}

void vm_processes_find(const struct records *records, bool dead, vm_process_list *found)
{
	struct map explained = explained_rows(records);
	keyed_rows rows = { 0 };

	gather_rows(records, dead, &rows);
	for (size_t i = 0, next; i < rows.len; i = next) {
		uint32_t known = map_get(&explained, rows.at[i].key), most = 0, run = 0;

		for (next = i; next < rows.len && rows.at[next].key == rows.at[i].key;
		     next++) {
			run = next > i && rows.at[next].table == rows.at[next - 1].table
				      ? run + 1
				      : 1;
			most = run > most ? run : most;
		}
		known = known == MAP_NONE ? 0 : known;
		if (most > known)
			vec_push(found,
				 ((struct vm_process){ &records->vm_rows.at[rows.at[i].row],
						       most - known }));
	}
	vec_free(&rows);
	map_free(&explained);
}
