/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The records of an incident from bytes, as encode.c makes them; their tables in decode_tables.c. Nothing is trusted: counts are
 * bounded by the bytes there are, names, enums and list positions are checked.
 */
#include "pipeline/base/cleanup.h"
#include "stages/decode_parts.h"
#include "stages/zstd_context.h"

/* An incident of a million zombies takes about 22 MB before zstd; more than this is no incident of ours. */
#define DECODED_MAX (1ull << 30)

/* ---- the host and the stacks ---- */

static void decode_host(struct records *records, struct bytes_reader *reader)
{
	struct host *host = &records->host;
	name_id *const texts[] = { &host->machine, &host->os,      &host->os_line,
				   &host->arch,    &host->product, &host->bugcheck };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i] = (name_id)bytes_get_max(reader, records->names.texts.len);
	host->build = (uint32_t)bytes_get_max(reader, UINT32_MAX) - 1;
	host->service_pack = (uint32_t)bytes_get_max(reader, UINT32_MAX) - 1;
	host->processors = (uint32_t)bytes_get_max(reader, UINT32_MAX) - 1;
	host->session_time = bytes_get_signed(reader);
	host->session_zone_known = bytes_get_max(reader, 1);
	host->uptime_ms = bytes_get_signed(reader);
	host->tick_100ns = (uint32_t)bytes_get_max(reader, UINT32_MAX);
	host->tick_count = bytes_get_varint(reader) - 1;
	host->address_digits = (uint8_t)bytes_get_max(reader, 16);
}

/* Where each thread's own begin. */
static void place_lists(struct records *records)
{
	uint32_t objects = 0, frames = 0;

	vec_for_each(thread, &records->threads) {
		thread->first_object = objects;
		thread->first_frame = frames;
		objects += thread->objects;
		frames += thread->frames;
	}
}

static void decode_frames(struct decoder *from)
{
	struct records *records = from->records;

	if (from->totals.frames > bytes_left(from->reader)) {
		bytes_give_up(from->reader);
		return;
	}
	if (from->keep)
		vec_reserve(&records->frames, from->totals.frames);
	for (uint64_t i = 0; i < from->totals.frames; i++) {
		name_id name = (name_id)bytes_get_max(from->reader, records->names.texts.len);

		if (from->keep)
			records->frames.at[i] = name;
	}
	if (from->keep)
		records->frames.len = from->totals.frames;
}

#define CHECK_SORTED(list, field)                                               \
	for (size_t i = 1; i < records->list.len; i++)                          \
		if (records->list.at[i - 1].field >= records->list.at[i].field) \
			from->reader->bad = true;

/* Memory and analysis are sorted by a column that is written in the order of the log. They have a row a counter or field, so
 * they are kept for the check in any case. */
#define DECODE_KEPT(list, field)          \
	do {                              \
		bool keep = from->keep;   \
                                          \
		from->keep = true;        \
		decode_##list(from);      \
		CHECK_SORTED(list, field) \
		from->keep = keep;        \
	} while (0)

static void check_counters(const struct decoder *from)
{
	vec_for_each(counter, &from->records->memory)
		from->reader->bad |= counter->value >> 63 != 0;
}

static void decode_records(struct incident *incident, struct decoder *from)
{
	struct records *records = from->records;

	incident->id = bytes_get_u64_be(from->reader);
	names_decode(&records->names, from->reader);
	decode_host(records, from->reader);
	decode_processes(from);
	decode_threads(from);
	if (decode_objects(from) != from->totals.objects)
		bytes_give_up(from->reader);
	decode_frames(from);
	place_lists(records);
	decode_messages(from);
	decode_vm_rows(from);
	decode_resource_users(from);
	decode_ports(from);
	DECODE_KEPT(memory, counter);
	check_counters(from);
	decode_page_files(from);
	DECODE_KEPT(analysis, field);
	decode_port_threads(from);
	decode_command_lines(from);
	incident->diagnostics_read = decode_diagnostics(from);
	decode_unknown_lines(from);
	if (bytes_left(from->reader) != 0)
		from->reader->bad = true;
}

static bool decode(struct incident *incident, const void *bytes, size_t len, bool keep,
		   struct error *error)
{
	unsigned long long size = ZSTD_getFrameContentSize(bytes, len);
	cleanup_free unsigned char *plain = NULL;
	struct bytes_reader reader;
	struct decoder decoder = { &reader, &incident->records, .keep = keep };

	if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN ||
	    size > DECODED_MAX)
		return error_set(error, ERROR_FORMAT, "the records are no zstd frame of ours");
	plain = mem_alloc(size ? size : 1);
	if (ZSTD_decompressDCtx(zstd_decompressor(), plain, size, bytes, len) != size)
		return error_set(error, ERROR_FORMAT, "the records do not decompress");
	reader = bytes_reader_from(plain, size);
	decode_records(incident, &decoder);
	vec_free(&decoder.columns);
	if (reader.bad)
		return error_set(error, ERROR_FORMAT, "the records are damaged");
	return true;
}

bool incident_decode(struct incident *incident, const void *bytes, size_t len,
		     struct error *error)
{
	return decode(incident, bytes, len, true, error);
}

bool incident_check(uint64_t id, const void *bytes, size_t len, struct error *error)
{
	struct incident incident;
	bool good;

	incident_init(&incident);
	good = decode(&incident, bytes, len, false, error);
	if (good && incident.id != id)
		good = error_set(error, ERROR_FORMAT, "the records are of another incident");
	incident_free(&incident);
	return good;
}
