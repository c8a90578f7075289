/* SPDX-License-Identifier: Apache-2.0 */
/* Runs and arrivals; see run.h. */
#include "index/run.h"

#include "index/transact.h"

static uint64_t from_big_endian(struct slice value)
{
	return key_number(value.at);
}

static struct slice number_slice(const uint64_t *big_endian)
{
	return (struct slice){ (const char *)big_endian, sizeof(*big_endian) };
}

bool index_last_run(struct index_view *view, struct run_row *run, struct error *error)
{
	struct slice key, value;

	*run = (struct run_row){ .started = MOMENT_NONE };
	error->kind = ERROR_NONE;
	if (!table_last(view, TABLE_RUN, &key, &value, error))
		return error->kind == ERROR_NONE;
	if (key.len != sizeof(uint64_t) || value.len != sizeof(uint64_t))
		return index_damaged(error, "the row of a run cannot be read");
	run->number = key_number(key.at);
	run->started = (int64_t)from_big_endian(value);
	return true;
}

struct beginning {
	int64_t now;
	uint64_t number;
};

static bool put_run(void *context, struct index_view *view, struct error *error)
{
	struct beginning *beginning = context;
	uint64_t big_endian = __builtin_bswap64((uint64_t)beginning->now);
	struct run_row last;
	struct key key;

	if (!index_last_run(view, &last, error))
		return false;
	beginning->number = last.number + 1;
	key = key_incident(beginning->number);
	return table_put(view, TABLE_RUN, key_slice(&key), number_slice(&big_endian), error);
}

bool index_begin_run(struct index *index, int64_t now, struct error *error)
{
	struct beginning beginning = { .now = now };

	if (!index_transact(index, put_run, &beginning, error))
		return false;
	index->run = beginning.number;
	return true;
}

void index_note_confinement(struct index *index, uint8_t landlock, bool seccomp)
{
	index->confinement = (struct run_confinement){ .run = index->run,
						       .landlock = landlock,
						       .seccomp = seccomp };
	index->confinement_noted = true;
}

#define CONFINEMENT_BYTES 10

bool confinement_put(struct index_view *view, struct error *error)
{
	const struct run_confinement *noted = &view->index->confinement;
	byte_vec value = { 0 };
	bool good;

	if (!view->index->confinement_noted)
		return true;
	bytes_put_u64_be(&value, noted->run);
	bytes_put_u8(&value, noted->landlock);
	bytes_put_u8(&value, noted->seccomp);
	good = table_put(view, TABLE_META, SLICE("confinement"),
			 (struct slice){ (const char *)value.at, value.len }, error);
	vec_free(&value);
	return good;
}

bool index_last_confinement(struct index_view *view, struct run_confinement *confinement,
			    struct error *error)
{
	struct slice value;

	error->kind = ERROR_NONE;
	if (!table_get(view, TABLE_META, SLICE("confinement"), &value, error))
		return false;
	if (value.len != CONFINEMENT_BYTES)
		return index_damaged(error, "the confinement of a run cannot be read");
	confinement->run = key_number(value.at);
	confinement->landlock = (uint8_t)value.at[8];
	confinement->seccomp = value.at[9] == 1;
	return true;
}

bool arrival_put(struct index_view *view, uint64_t id, uint64_t run, struct error *error)
{
	uint64_t big_endian = __builtin_bswap64(run);
	struct key key = key_incident(id);

	return table_put(view, TABLE_ARRIVAL, key_slice(&key), number_slice(&big_endian),
			 error);
}

bool arrival_get(struct index_view *view, uint64_t id, uint64_t *run, struct error *error)
{
	struct key key = key_incident(id);
	struct slice value;

	if (!table_get(view, TABLE_ARRIVAL, key_slice(&key), &value, error))
		return false;
	if (value.len != sizeof(uint64_t))
		return index_damaged(error, "an arrival cannot be read");
	*run = from_big_endian(value);
	return true;
}

bool ids_of_runs(struct index_view *view, uint64_t first, uint64_t last, id_vec *ids,
		 struct error *error)
{
	struct table_scan scan;
	bool good = scan_begin(&scan, view, TABLE_ARRIVAL, SLICE_NONE, error);

	while (good && scan_next(&scan, error)) {
		uint64_t run;

		if (scan.key.len != sizeof(uint64_t) || scan.value.len != sizeof(uint64_t)) {
			good = index_damaged(error, "an arrival cannot be read");
			break;
		}
		run = from_big_endian(scan.value);
		if (run >= first && run <= last)
			vec_push(ids, key_number(scan.key.at));
	}
	scan_end(&scan);
	ids_settle(ids);
	return good && error->kind == ERROR_NONE;
}

bool ids_since_run(struct index_view *view, uint64_t run, id_vec *ids, struct error *error)
{
	return ids_of_runs(view, run, UINT64_MAX, ids, error);
}

bool run_begun_since(struct index_view *view, int64_t moment, uint64_t *run, struct error *error)
{
	struct table_scan scan;
	bool good = scan_begin(&scan, view, TABLE_RUN, SLICE_NONE, error);

	*run = 0;
	while (good && *run == 0 && scan_next(&scan, error)) {
		if (scan.key.len != sizeof(uint64_t) || scan.value.len != sizeof(uint64_t))
			good = index_damaged(error, "the row of a run cannot be read");
		else if ((int64_t)from_big_endian(scan.value) >= moment)
			*run = key_number(scan.key.at);
	}
	scan_end(&scan);
	return good && error->kind == ERROR_NONE;
}
