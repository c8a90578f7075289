/* SPDX-License-Identifier: Apache-2.0 */
/* Processes that !vm alone shows, against a reference that compares each row with everything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stages/incident.h"

static uint64_t seed = 0x9e3779b97f4a7c15u;

static uint32_t any(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)((seed * 0x2545f4914f6cdd1du) >> 33) % below;
}

/* Few of each, so that all meet: one image in two spellings, one that is minimal, none at all. */
static const char *const images[] = { "a.exe",  "A.EXE",      "b.exe",
				      "System", "longer.exe", "" };
static const uint32_t pids[] = { 0, 4, 8, 0x80000004, UINT32_MAX - 1, PID_NONE };

static name_id any_image(struct incident *incident)
{
	const char *image = images[any(sizeof(images) / sizeof(images[0]))];

	return names_add(&incident->records.names, slice_from(image));
}

static void make(struct incident *incident)
{
	uint32_t processes = any(12), rows = any(20), table = 0;

	incident_init(incident);
	for (uint32_t i = 0; i < processes; i++) {
		struct process process = PROCESS_NONE(i + 1);

		process.pid = pids[any(6)];
		process.image = any_image(incident);
		vec_push(&incident->records.processes, process);
	}
	for (uint32_t i = 0; i < rows; i++) {
		table += any(6) == 0;
		vec_push(&incident->records.vm_rows,
			 ((struct vm_row){ .pid = pids[any(5)],
					   .commit_kb = any(3),
					   .table = table,
					   .image = any_image(incident) }));
	}
	image_facts_find(&incident->records, &incident->images);
}

static bool same_image(const struct incident *incident, name_id a, name_id b)
{
	return incident_image(incident, a)->key == incident_image(incident, b)->key;
}

static bool same(const struct incident *incident, const struct vm_row *a,
		 const struct vm_row *b, bool dead)
{
	return a->pid == b->pid && same_image(incident, a->image, b->image) &&
	       (b->commit_kb == 0) == dead;
}

/* What the list must have for this row: 0 unless it is the first of its kind. */
static uint32_t expected(const struct incident *incident, uint32_t at, bool dead)
{
	const struct records *records = &incident->records;
	const struct vm_row *row = &records->vm_rows.at[at];
	uint32_t most = 0, known = 0;

	if (incident_image(incident, row->image)->minimal || !same(incident, row, row, dead))
		return 0;
	for (uint32_t i = 0; i < at; i++)
		if (same(incident, row, &records->vm_rows.at[i], dead))
			return 0;
	vec_for_each(of, &records->vm_rows) {
		uint32_t count = 0;

		vec_for_each(other, &records->vm_rows)
			count += other->table == of->table &&
				 same(incident, row, other, dead);
		most = count > most ? count : most;
	}
	vec_for_each(process, &records->processes)
		known += process->pid == row->pid &&
			 same_image(incident, process->image, row->image);
	return most > known ? most - known : 0;
}

static void check(const struct incident *incident, const vm_process_list *list, bool dead)
{
	size_t found = 0;

	for (uint32_t i = 0; i < incident->records.vm_rows.len; i++) {
		uint32_t count = expected(incident, i, dead);

		found += count != 0;
		vec_for_each(each, list)
			if (each->row == i) {
				assert_int_equal(each->count, count);
				count = 0;
			}
		assert_int_equal(count, 0);
	}
	assert_int_equal(list->len, found);
}

static void test_against_the_reference(void **state)
{
	size_t dead = 0, live = 0;

	(void)state;
	for (int round = 0; round < 5000; round++) {
		struct incident incident;

		make(&incident);
		vm_processes_find(&incident);
		check(&incident, &incident.vm_dead, true);
		check(&incident, &incident.vm_live, false);
		dead += incident.vm_dead.len;
		live += incident.vm_live.len;
		incident_free(&incident);
	}
	assert_true(dead > 1000 && live > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_the_reference),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
