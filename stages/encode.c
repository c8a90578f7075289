/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The records of an incident as bytes, column by column (columns.h), under zstd, and back. The decoder trusts
 * nothing: counts are bounded by the bytes there are, names, enums and list positions are checked.
 */
#include <zstd.h>

#include "pipeline/base/cleanup.h"
#include "stages/columns.h"
#include "stages/incident.h"

#define ZSTD_LEVEL 3
/* An incident of a million zombies takes about 40 MB before zstd; more than this is no incident of ours. */
#define DECODED_MAX (1ull << 30)

/* ---- packing of one value ---- */

/* Yields the value, which is what the next row's difference is to. */
static uint64_t put_delta(byte_vec *out, uint64_t before, uint64_t value)
{
	bytes_put_signed(out, (int64_t)(value - before));
	return value;
}

#define ENCODE_DELTA(field) before = put_delta(out, before, (uint64_t)row->field)
#define ENCODE_PLAIN(field) bytes_put_varint(out, row->field)
#define ENCODE_PLUS1(field) \
	bytes_put_varint(out, (__typeof__(row->field))(row->field + 1))
#define ENCODE_NAME ENCODE_PLAIN
#define ENCODE_STATE ENCODE_PLAIN
#define ENCODE_CODE ENCODE_PLAIN
#define ENCODE_COUNTER ENCODE_PLAIN
#define ENCODE_FIELD ENCODE_PLAIN

#define ENCODE_COLUMN(packing, field)                       \
	{                                                   \
		uint64_t before = 0;                        \
                                                            \
		(void)before;                               \
		for (size_t i = 0; i < count; i++, row++) { \
			ENCODE_##packing(field);            \
		}                                           \
		row = rows;                                 \
	}

#define DEFINE_ENCODE(type, list, COLUMNS)                                              \
	static void encode_##list(const struct type *rows, size_t count, byte_vec *out) \
	{                                                                               \
		const struct type *row = rows;                                          \
                                                                                        \
		bytes_put_varint(out, count);                                           \
		COLUMNS(ENCODE_COLUMN)                                                  \
	}

TABLES(DEFINE_ENCODE)

/* ---- unpacking, checked ---- */

#define FIELD_MAX(field) \
	(sizeof(row->field) == 8 ? UINT64_MAX : (1ull << (sizeof(row->field) * 8 % 64)) - 1)

/* A difference whose sum does not fit the field is nothing that encoding wrote. */
#define DECODE_DELTA(field)                           \
	before += (uint64_t)bytes_get_signed(reader); \
	row->field = (__typeof__(row->field))before;  \
	reader->bad |= (uint64_t)(row->field) != before
#define DECODE_PLAIN(field) \
	row->field = (__typeof__(row->field))bytes_get_max(reader, FIELD_MAX(field))
#define DECODE_PLUS1(field) \
	row->field = (__typeof__(row->field))(bytes_get_max(reader, FIELD_MAX(field)) - 1)
#define DECODE_NAME(field) row->field = (name_id)bytes_get_max(reader, names)
#define DECODE_STATE(field) \
	row->field = (__typeof__(row->field))bytes_get_max(reader, THREAD_GATEWAIT)
#define DECODE_CODE(field) \
	row->field = (__typeof__(row->field))bytes_get_max(reader, DIAGNOSTIC_CODES - 1)
#define DECODE_COUNTER(field) \
	row->field = (__typeof__(row->field))bytes_get_max(reader, MEMORY_COUNTERS - 1)
#define DECODE_FIELD(field) \
	row->field = (__typeof__(row->field))bytes_get_max(reader, ANALYSIS_FIELDS - 1)

#define DECODE_COLUMN(packing, field)                                       \
	{                                                                   \
		uint64_t before = 0;                                        \
                                                                            \
		(void)before;                                               \
		for (size_t i = 0; i < count && !reader->bad; i++, row++) { \
			DECODE_##packing(field);                            \
		}                                                           \
		row = rows;                                                 \
	}

#define COLUMN_COUNT(packing, field) +1

#define DEFINE_DECODE(type, list, COLUMNS)                                              \
	static void decode_##list(struct records *records, struct bytes_reader *reader) \
	{                                                                               \
		size_t count = bytes_get_count(reader, 0 COLUMNS(COLUMN_COUNT));        \
		size_t names = records->names.texts.len;                                \
		struct type *rows, *row;                                                \
                                                                                        \
		(void)names;                                                            \
		if (reader->bad || count == 0)                                          \
			return;                                                         \
		rows = row = mem_alloc_zero(count, sizeof(*rows));                      \
		records->list.at = (void *)rows;                                        \
		records->list.len = records->list.cap = count;                          \
		COLUMNS(DECODE_COLUMN)                                                  \
	}

TABLES(DEFINE_DECODE)

/* ---- the host and the stacks ---- */

static void encode_host(const struct host *host, byte_vec *out)
{
	const name_id texts[] = { host->machine, host->os,      host->os_line,
				  host->arch,    host->product, host->bugcheck };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		bytes_put_varint(out, texts[i]);
	bytes_put_varint(out, (uint32_t)(host->build + 1));
	bytes_put_varint(out, (uint32_t)(host->service_pack + 1));
	bytes_put_varint(out, (uint32_t)(host->processors + 1));
	bytes_put_signed(out, host->session_time);
	bytes_put_u8(out, host->session_zone_known);
	bytes_put_signed(out, host->uptime_ms);
	bytes_put_varint(out, host->tick_100ns);
	bytes_put_varint(out, host->tick_count + 1);
	bytes_put_u8(out, host->address_digits);
}

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

/* In the order of the threads that they belong to, so that positions need not be stored. */
static void encode_lists(const struct records *records, byte_vec *out)
{
	VEC(struct wait_object) objects = { 0 };

	vec_for_each(thread, &records->threads)
		for (uint32_t i = 0; i < thread->objects; i++)
			vec_push(&objects, records->objects.at[thread->first_object + i]);
	encode_objects(objects.at, objects.len, out);
	vec_free(&objects);
	vec_for_each(thread, &records->threads)
		for (uint32_t i = 0; i < thread->frames; i++)
			bytes_put_varint(out, records->frames.at[thread->first_frame + i]);
}

static void decode_lists(struct records *records, struct bytes_reader *reader)
{
	uint64_t objects = 0, frames = 0;

	decode_objects(records, reader);
	vec_for_each(thread, &records->threads) {
		thread->first_object = (uint32_t)objects;
		thread->first_frame = (uint32_t)frames;
		objects += thread->objects;
		frames += thread->frames;
	}
	if (reader->bad || objects != records->objects.len || frames > bytes_left(reader)) {
		reader->bad = true;
		return;
	}
	for (uint64_t i = 0; i < frames; i++)
		vec_push(&records->frames,
			 (name_id)bytes_get_max(reader, records->names.texts.len));
}

static void encode_records(const struct incident *incident, byte_vec *out)
{
	const struct records *records = &incident->records;

	bytes_put_u64_be(out, incident->id);
	names_encode(&records->names, out);
	encode_host(&records->host, out);
	encode_processes(records->processes.at, records->processes.len, out);
	encode_threads(records->threads.at, records->threads.len, out);
	encode_lists(records, out);
	encode_messages(records->messages.at, records->messages.len, out);
	encode_vm_rows(records->vm_rows.at, records->vm_rows.len, out);
	encode_resource_users(records->resource_users.at, records->resource_users.len, out);
	encode_ports(records->ports.at, records->ports.len, out);
	encode_memory(records->memory.at, records->memory.len, out);
	encode_page_files(records->page_files.at, records->page_files.len, out);
	encode_analysis(records->analysis.at, records->analysis.len, out);
	encode_port_threads(records->port_threads.at, records->port_threads.len, out);
	encode_command_lines(records->command_lines.at, records->command_lines.len, out);
	encode_diagnostics(records->diagnostics.at, incident->diagnostics_read, out);
	encode_unknown_lines(records->unknown_lines.at, records->unknown_lines.len, out);
}

#define CHECK_SORTED(list, field)                                               \
	for (size_t i = 1; i < records->list.len; i++)                          \
		if (records->list.at[i - 1].field >= records->list.at[i].field) \
			reader->bad = true;

static void decode_records(struct incident *incident, struct bytes_reader *reader)
{
	struct records *records = &incident->records;

	incident->id = bytes_get_u64_be(reader);
	names_decode(&records->names, reader);
	decode_host(records, reader);
	decode_processes(records, reader);
	decode_threads(records, reader);
	decode_lists(records, reader);
	decode_messages(records, reader);
	decode_vm_rows(records, reader);
	decode_resource_users(records, reader);
	decode_ports(records, reader);
	decode_memory(records, reader);
	decode_page_files(records, reader);
	decode_analysis(records, reader);
	decode_port_threads(records, reader);
	decode_command_lines(records, reader);
	decode_diagnostics(records, reader);
	decode_unknown_lines(records, reader);
	incident->diagnostics_read = records->diagnostics.len;
	if (bytes_left(reader) != 0)
		reader->bad = true;
	CHECK_SORTED(processes, address)
	CHECK_SORTED(threads, address)
	CHECK_SORTED(messages, address)
	CHECK_SORTED(ports, address)
	CHECK_SORTED(memory, counter)
	CHECK_SORTED(analysis, field)
	vec_for_each(thread, &records->threads)
		reader->bad |= thread->wait_ms < 0 && thread->wait_ms != MS_NONE;
	vec_for_each(counter, &records->memory)
		reader->bad |= counter->value >> 63 != 0;
}

void incident_encode(const struct incident *incident, byte_vec *out)
{
	byte_vec plain = { 0 };
	size_t bound, size;

	encode_records(incident, &plain);
	bound = ZSTD_compressBound(plain.len);
	vec_reserve(out, out->len + bound);
	size = ZSTD_compress(out->at + out->len, bound, plain.at, plain.len, ZSTD_LEVEL);
	if (!ZSTD_isError(size)) /* cannot fail: the room is compressBound's */
		out->len += size;
	vec_free(&plain);
}

bool incident_decode(struct incident *incident, const void *bytes, size_t len,
		     struct error *error)
{
	unsigned long long size = ZSTD_getFrameContentSize(bytes, len);
	cleanup_free unsigned char *plain = NULL;
	struct bytes_reader reader;

	if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN ||
	    size > DECODED_MAX)
		return error_set(error, ERROR_FORMAT, "the records are no zstd frame of ours");
	plain = mem_alloc(size ? size : 1);
	if (ZSTD_decompress(plain, size, bytes, len) != size)
		return error_set(error, ERROR_FORMAT, "the records do not decompress");
	reader = bytes_reader_from(plain, size);
	decode_records(incident, &reader);
	if (reader.bad)
		return error_set(error, ERROR_FORMAT, "the records are damaged");
	return true;
}
