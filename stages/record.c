/* SPDX-License-Identifier: Apache-2.0 */
/* Making, emptying and releasing records; the texts of their enums. */
#include "stages/record.h"

#include "pipeline/base/hash.h"

void records_init(struct records *records)
{
	*records = (struct records){ 0 };
	records_clear(records);
}

void records_clear(struct records *records)
{
	names_clear(&records->names);
	records->processes.len = records->threads.len = records->objects.len = 0;
	records->stacks_threads.len = records->memory.len = 0;
	records->threads_before_stacks = 0;
	records->page_files.len = records->analysis.len = 0;
	records->frames.len = records->messages.len = records->vm_rows.len = 0;
	records->resource_users.len = records->ports.len = 0;
	records->port_threads.len = records->command_lines.len = 0;
	records->diagnostics.len = records->unknown_lines.len = 0;
	map_clear(&records->unknown_at);
	records->vm_tables = 0;
	records->host = (struct host){ .build = NUMBER_NONE,
				       .service_pack = NUMBER_NONE,
				       .processors = NUMBER_NONE,
				       .session_time = MOMENT_NONE,
				       .uptime_ms = MS_NONE,
				       .tick_count = TICKS_NONE };
}

void records_free(struct records *records)
{
	names_free(&records->names);
	vec_free(&records->processes);
	vec_free(&records->threads);
	vec_free(&records->stacks_threads);
	vec_free(&records->objects);
	vec_free(&records->frames);
	vec_free(&records->messages);
	vec_free(&records->vm_rows);
	vec_free(&records->resource_users);
	vec_free(&records->ports);
	vec_free(&records->memory);
	vec_free(&records->page_files);
	vec_free(&records->analysis);
	vec_free(&records->port_threads);
	vec_free(&records->command_lines);
	vec_free(&records->diagnostics);
	vec_free(&records->unknown_lines);
	map_free(&records->unknown_at);
}

void records_add_memory(struct records *records, struct memory_counter seen)
{
	vec_for_each(kept, &records->memory)
		if (kept->counter == seen.counter)
			return;
	vec_push(&records->memory, seen);
}

void records_add_analysis(struct records *records, struct analysis_field seen)
{
	vec_for_each(kept, &records->analysis)
		if (kept->field == seen.field)
			return;
	vec_push(&records->analysis, seen);
}

void records_count_unknown(struct records *records, struct unknown_line seen)
{
	uint32_t *place = map_place(&records->unknown_at, seen.kind);

	if (*place != MAP_NONE) {
		records->unknown_lines.at[*place].count += seen.count;
		return;
	}
	*place = (uint32_t)records->unknown_lines.len;
	vec_push(&records->unknown_lines, seen);
}

bool records_empty(const struct records *records)
{
	return records->processes.len == 0 && records->threads.len == 0 &&
	       records->messages.len == 0 && records->vm_rows.len == 0 &&
	       records->resource_users.len == 0 && records->ports.len == 0 &&
	       records->stacks_threads.len == 0 && records->memory.len == 0 &&
	       records->page_files.len == 0 && records->analysis.len == 0 &&
	       records->host.os_line == 0 && records->host.session_time == MOMENT_NONE;
}

const char *thread_state_text(enum thread_state state)
{
	static const char *const texts[] = {
#define THREAD_STATE(id, text) [THREAD_##id] = text,
#include "stages/thread_states.def"
#undef THREAD_STATE
	};

	return texts[state];
}

enum thread_state thread_state_of(struct slice word)
{
	static const struct slice names[] = {
#define THREAD_STATE(id, text) [THREAD_##id] = { text, sizeof(text) - 1 },
#include "stages/thread_states.def"
#undef THREAD_STATE
	};

	if (slice_equal(word, SLICE("WAIT"))) /* nearly all do */
		return THREAD_WAIT;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (slice_equal_icase(word, names[i]))
			return (enum thread_state)i;
	if (slice_equal_icase(word, SLICE("DEFERRED_READY")) ||
	    slice_equal_icase(word, SLICE("DeferredReady")))
		return THREAD_READY;
	return THREAD_UNKNOWN;
}

const char *diagnostic_text(enum diagnostic_code code)
{
	static const char *const texts[] = {
#define DIAGNOSTIC(id, text) [DIAGNOSTIC_##id] = text,
#include "stages/diagnostics.def"
#undef DIAGNOSTIC
	};

	return texts[code];
}

struct evidence thread_wait_evidence(const struct thread *thread)
{
	return (struct evidence){ .offset = thread->wait_offset,
				  .length = thread->wait_length,
				  .first_line = thread->wait_line,
				  .last_line = thread->wait_last_line,
				  .source = thread->evidence.source };
}

struct slice image_cut(struct slice image)
{
	size_t len = image.len < IMAGE_CUT ? image.len : IMAGE_CUT;

	if (len < image.len)
		while (len > 0 && ((unsigned char)image.at[len] & 0xC0) == 0x80)
			len--;
	/* A blank that the cut leaves at the end is not seen in a listing. */
	while (len > 0 && image.at[len - 1] == ' ')
		len--;
	return slice_first(image, len);
}

bool image_same(struct slice a, struct slice b)
{
	if (a.len > IMAGE_CUT && b.len > IMAGE_CUT)
		return slice_equal_icase(a, b);
	return slice_equal_icase(image_cut(a), image_cut(b));
}

uint64_t image_key(struct slice image)
{
	char low[IMAGE_CUT];

	image = image_cut(image);
	for (size_t i = 0; i < image.len; i++)
		low[i] = image.at[i] >= 'A' && image.at[i] <= 'Z' ? image.at[i] | 0x20
								  : image.at[i];
	return hash64(low, image.len);
}

name_id image_richer(const struct names *names, name_id kept, name_id seen)
{
	struct slice old = names_text(names, kept), now = names_text(names, seen);

	if (kept == 0 || (now.len > old.len && image_same(old, now)))
		return seen;
	return kept;
}

void names_encode(const struct names *names, byte_vec *out)
{
	bytes_put_varint(out, names->texts.len);
	vec_for_each(text, &names->texts)
		bytes_put_text(out, *text);
}

bool names_decode(struct names *names, struct bytes_reader *reader)
{
	size_t count = bytes_get_count(reader, 1);

	for (size_t i = 0; i < count && !reader->bad; i++)
		if (names_add(names, bytes_get_text(reader)) != i + 1)
			reader->bad = true; /* empty or twice: nothing that names_encode() writes */
	return !reader->bad;
}
