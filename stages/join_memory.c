/* SPDX-License-Identifier: Apache-2.0 */
/* Joining the numbers of !vm and the fields of !analyze: a value each, the first that was printed; see join_parts.h. */
#include "stages/join_parts.h"

static void fill_kb(uint64_t *kept, uint64_t seen)
{
	if (*kept == KB_NONE)
		*kept = seen;
}

/* The rest of the page file that the chunk before ended in, which was the last to be taken in. */
static void continue_page_file(struct page_file *open, const struct page_file *rest)
{
	fill_kb(&open->current_kb, rest->current_kb);
	fill_kb(&open->free_kb, rest->free_kb);
	fill_kb(&open->minimum_kb, rest->minimum_kb);
	fill_kb(&open->maximum_kb, rest->maximum_kb);
	continue_evidence(&open->evidence, &rest->evidence);
}

/* Those of the first table that has any: what is listed again is the same. Tables are counted when their rows are joined, which
 * is done after this. */
static void join_page_files(struct join *join, const struct records *from, struct join_base base)
{
	struct records *into = &join->incident.records;

	vec_for_each(file, &from->page_files) {
		struct page_file seen = *file;

		seen.evidence = take_evidence(seen.evidence, base);
		seen.table += into->vm_tables;
		if (into->page_files.len && into->page_files.at[0].table != seen.table)
			continue;
		if (seen.flags & PAGE_FILE_CONTINUED) {
			if (into->page_files.len)
				continue_page_file(
					&into->page_files.at[into->page_files.len - 1], &seen);
			continue;
		}
		seen.name = take_name(join, &from->names, seen.name);
		vec_push(&into->page_files, seen);
	}
}

void join_memory(struct join *join, const struct records *from, struct join_base base)
{
	vec_for_each(counter, &from->memory) {
		struct memory_counter seen = *counter;

		seen.evidence = take_evidence(seen.evidence, base);
		records_add_memory(&join->incident.records, seen);
	}
	join_page_files(join, from, base);
}

void join_analysis(struct join *join, const struct records *from, struct join_base base)
{
	vec_for_each(field, &from->analysis) {
		struct analysis_field seen = *field;

		seen.text = take_name(join, &from->names, seen.text);
		seen.evidence = take_evidence(seen.evidence, base);
		records_add_analysis(&join->incident.records, seen);
	}
}

static int counter_compare(const void *a, const void *b)
{
	const struct memory_counter *x = a, *y = b;

	return (int)x->counter - (int)y->counter;
}

static int field_compare(const void *a, const void *b)
{
	const struct analysis_field *x = a, *y = b;

	return (int)x->field - (int)y->field;
}

void join_sort_values(struct records *records)
{
	if (records->memory.len)
		qsort(records->memory.at, records->memory.len,
		      sizeof(*records->memory.at), counter_compare);
	if (records->analysis.len)
		qsort(records->analysis.at, records->analysis.len,
		      sizeof(*records->analysis.at), field_compare);
}
