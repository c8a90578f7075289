/* SPDX-License-Identifier: Apache-2.0 */
/* "memory" of `show --format json`: what !vm says above its table, every counter that there is a key for, null where it was not printed. */
#include "pipeline/show_json.h"

static void print_kb(struct json *json, const char *key, uint64_t kb)
{
	json_key(json, key);
	if (kb == KB_NONE)
		json_null(json);
	else
		json_u64(json, kb);
}

static uint64_t value_of(const struct records *records, size_t counter)
{
	vec_for_each(seen, &records->memory)
		if (seen->counter == counter)
			return seen->value;
	return KB_NONE;
}

static void print_counters(struct writer *writer, enum memory_unit unit)
{
	static const struct {
		const char *key;
		enum memory_unit unit;
	} counters[MEMORY_COUNTERS] = {
#define MEMORY_COUNTER(id, unit, label, key) [MEMORY_##id] = { key, MEMORY_UNIT_##unit },
#include "stages/memory_counters.def"
#undef MEMORY_COUNTER
	};

	for (size_t i = 0; i < MEMORY_COUNTERS; i++)
		if (counters[i].unit == unit)
			print_kb(&writer->json, counters[i].key, value_of(writer->records, i));
}

static void print_page_file(struct writer *writer, const struct page_file *file)
{
	struct json *json = &writer->json;

	json_object_begin(json);
	print_name(writer, "name", file->name);
	print_kb(json, "current_kb", file->current_kb);
	print_kb(json, "free_kb", file->free_kb);
	print_kb(json, "minimum_kb", file->minimum_kb);
	print_kb(json, "maximum_kb", file->maximum_kb);
	print_evidence(writer, &file->evidence);
	json_object_end(json);
}

void print_memory(struct writer *writer)
{
	const struct records *records = writer->records;
	struct json *json = &writer->json;
	struct evidence all = { 0 };

	json_key(json, "memory");
	if (records->memory.len == 0 && records->page_files.len == 0) {
		json_null(json);
		return;
	}
	json_object_begin(json);
	print_counters(writer, MEMORY_UNIT_KB);
	json_key(json, "page_files");
	json_array_begin(json);
	vec_for_each(file, &records->page_files)
		print_page_file(writer, file);
	json_array_end(json);
	json_key(json, "failures");
	json_object_begin(json);
	print_counters(writer, MEMORY_UNIT_COUNT);
	json_object_end(json);
	vec_for_each(seen, &records->memory)
		widen_evidence(&all, &seen->evidence);
	vec_for_each(file, &records->page_files)
		widen_evidence(&all, &file->evidence);
	print_evidence(writer, &all);
	json_object_end(json);
}
