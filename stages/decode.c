/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The records of an incident from bytes (columns.h), as encode.c makes them. Nothing is trusted: counts are bounded by the
 * bytes there are, names, enums and list positions are checked.
 */
#include "pipeline/base/cleanup.h"
#include "stages/column_values.h"
#include "stages/columns.h"
#include "stages/incident.h"
#include "stages/zstd_context.h"

/* An incident of a million zombies takes about 22 MB before zstd; more than this is no incident of ours. */
#define DECODED_MAX (1ull << 30)

/* ---- unpacking, checked ---- */

/* A sum that does not fit the field is nothing that encoding wrote. */
#define SET(field, value)                             \
	row->field = (__typeof__(row->field))(value); \
	reader->bad |= (uint64_t)row->field != (value)

#define FIELD_MAX(field) \
	(sizeof(row->field) == 8 ? UINT64_MAX : (1ull << (sizeof(row->field) * 8 % 64)) - 1)
#define GET_MAX(field, max) \
	row->field = (__typeof__(row->field))bytes_get_max(reader, max)

static uint64_t get_near(struct bytes_reader *reader, uint64_t base)
{
	uint64_t beyond = (uint64_t)bytes_get_signed(reader);

	if (beyond == 0)
		return 0;
	return beyond == 0 - base ? base : base + beyond;
}

#define EACH_READ(statements)                                \
	for (size_t i = 0; i < count && !reader->bad; i++) { \
		__typeof__(*rows) *row = &rows[i];           \
                                                             \
		statements;                                  \
	}

#define DECODE_DELTA(field) \
	EACH_READ(before += (uint64_t)bytes_get_signed(reader); SET(field, before))
#define DECODE_PLAIN(field) EACH_READ(GET_MAX(field, FIELD_MAX(field)))
#define DECODE_PLUS1(field) EACH_READ(GET_MAX(field, FIELD_MAX(field)); row->field--)
#define DECODE_NAME(field) EACH_READ(GET_MAX(field, names))
#define DECODE_STATE(field) EACH_READ(GET_MAX(field, THREAD_GATEWAIT))
#define DECODE_CODE(field) EACH_READ(GET_MAX(field, DIAGNOSTIC_CODES - 1))
#define DECODE_COUNTER(field) EACH_READ(GET_MAX(field, MEMORY_COUNTERS - 1))
#define DECODE_FIELD(field) EACH_READ(GET_MAX(field, ANALYSIS_FIELDS - 1))
#define DECODE_BEHIND(field, length)                                                \
	EACH_READ(before += (uint64_t)bytes_get_signed(reader); SET(field, before); \
		  before += row->length)
#define DECODE_LATER(field, base) \
	EACH_READ(GET_MAX(field, FIELD_MAX(field)); row->field += row->base)
/* The last line is how far it is behind the first until that is read. */
#define DECODE_LINES(first, last)                                                   \
	DECODE_PLAIN(last)                                                          \
	EACH_READ(before += (uint64_t)bytes_get_signed(reader); SET(first, before); \
		  before = row->last += row->first)
#define DECODE_NEAR(field, base) \
	EACH_READ(uint64_t value = get_near(reader, row->base); SET(field, value))
#define DECODE_START(field, ticks)                                  \
	EACH_READ(row->field = expected_start(row->ticks, before) + \
			       (uint64_t)bytes_get_signed(reader);  \
		  if (row->ticks != TICKS_NONE) before = row->field + row->ticks)
#define DECODE_WAIT(field, ticks)                                                          \
	EACH_READ(row->field = (int64_t)(expected_ms(&records->host, row->ticks, before) + \
					 (uint64_t)bytes_get_signed(reader));              \
		  if (row->ticks != TICKS_NONE) before = (uint64_t)row->field)
#define DECODE_FROM_LOG(where)
/* Rows that are only looked at stay in the order of the log: what they are is checked, and then the order of addresses. */
#define DECODE_TO_TABLE(where)                                               \
	if (!keep) {                                                         \
		log_order_check(LOG_ROWS(rows, count, where), reader);       \
	} else {                                                             \
		rows = log_order_undo(LOG_ROWS(rows, count, where), reader); \
		if (!rows)                                                   \
			return;                                              \
		free(table->at);                                             \
		table->at = rows;                                            \
	}

#define DECODE_COLUMN(packing, ...)           \
	{                                     \
		uint64_t before = 0;          \
                                              \
		(void)before;                 \
		DECODE_##packing(__VA_ARGS__) \
	}

#define COLUMN_COUNT(packing, ...) +1

#define DEFINE_DECODE(type, list, COLUMNS)                                              \
	static void decode_##list(struct records *records, struct bytes_reader *reader, \
				  bool keep)                                            \
	{                                                                               \
		size_t count = bytes_get_count(reader, 0 COLUMNS(COLUMN_COUNT));        \
		size_t names = records->names.texts.len;                                \
		__typeof__(records->list) *table = &records->list;                      \
		struct type *rows;                                                      \
                                                                                        \
		(void)names, (void)keep;                                                \
		if (reader->bad || count == 0)                                          \
			return;                                                         \
		table->at = rows = mem_alloc_zero(count, sizeof(*rows));                \
		table->len = table->cap = count;                                        \
		COLUMNS(DECODE_COLUMN)                                                  \
	}

TABLES(DEFINE_DECODE)

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

#define DONE(list)                                \
	do {                                      \
		if (!keep)                        \
			vec_free(&records->list); \
	} while (0)

static void decode_lists(struct records *records, struct bytes_reader *reader, bool keep)
{
	uint64_t objects = 0, frames = 0;

	vec_for_each(thread, &records->threads) {
		thread->first_object = (uint32_t)objects;
		thread->first_frame = (uint32_t)frames;
		objects += thread->objects;
		frames += thread->frames;
	}
	DONE(threads);
	decode_objects(records, reader, keep);
	if (reader->bad || objects != records->objects.len || frames > bytes_left(reader)) {
		reader->bad = true;
		return;
	}
	DONE(objects);
	for (uint64_t i = 0; i < frames; i++)
		vec_push(&records->frames,
			 (name_id)bytes_get_max(reader, records->names.texts.len));
	DONE(frames);
}

#define CHECK_SORTED(list, field)                                               \
	for (size_t i = 1; i < records->list.len; i++)                          \
		if (records->list.at[i - 1].field >= records->list.at[i].field) \
			reader->bad = true;

#define DECODE_TABLE(list)                    \
	decode_##list(records, reader, keep); \
	DONE(list);
#define DECODE_SORTED(list, field)            \
	decode_##list(records, reader, keep); \
	CHECK_SORTED(list, field)             \
	DONE(list);

static void decode_threads_checked(struct records *records, struct bytes_reader *reader,
				   bool keep)
{
	decode_threads(records, reader, keep);
	CHECK_SORTED(threads, address)
	vec_for_each(thread, &records->threads)
		reader->bad |= thread->wait_ms < 0 && thread->wait_ms != MS_NONE;
	decode_lists(records, reader, keep);
}

/* Memory and analysis are sorted by a column that is written in the order of the log. They have a row a counter or field, so
 * they are put into their own order for the check. */
#define IN_ORDER true

static void decode_memory_checked(struct records *records, struct bytes_reader *reader,
				  bool keep)
{
	decode_memory(records, reader, IN_ORDER);
	CHECK_SORTED(memory, counter)
	vec_for_each(counter, &records->memory)
		reader->bad |= counter->value >> 63 != 0;
	DONE(memory);
}

static void decode_analysis_checked(struct records *records, struct bytes_reader *reader,
				    bool keep)
{
	decode_analysis(records, reader, IN_ORDER);
	CHECK_SORTED(analysis, field)
	DONE(analysis);
}

/* What is not kept is freed table by table. */
static void decode_records(struct incident *incident, struct bytes_reader *reader, bool keep)
{
	struct records *records = &incident->records;

	incident->id = bytes_get_u64_be(reader);
	names_decode(&records->names, reader);
	decode_host(records, reader);
	DECODE_SORTED(processes, address)
	decode_threads_checked(records, reader, keep);
	DECODE_SORTED(messages, address)
	DECODE_TABLE(vm_rows)
	DECODE_TABLE(resource_users)
	DECODE_SORTED(ports, address)
	decode_memory_checked(records, reader, keep);
	DECODE_TABLE(page_files)
	decode_analysis_checked(records, reader, keep);
	DECODE_TABLE(port_threads)
	DECODE_TABLE(command_lines)
	decode_diagnostics(records, reader, keep);
	incident->diagnostics_read = records->diagnostics.len;
	DECODE_TABLE(unknown_lines)
	if (bytes_left(reader) != 0)
		reader->bad = true;
}

static bool decode(struct incident *incident, const void *bytes, size_t len, bool keep,
		   struct error *error)
{
	unsigned long long size = ZSTD_getFrameContentSize(bytes, len);
	cleanup_free unsigned char *plain = NULL;
	struct bytes_reader reader;

	if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN ||
	    size > DECODED_MAX)
		return error_set(error, ERROR_FORMAT, "the records are no zstd frame of ours");
	plain = mem_alloc(size ? size : 1);
	if (ZSTD_decompressDCtx(zstd_decompressor(), plain, size, bytes, len) != size)
		return error_set(error, ERROR_FORMAT, "the records do not decompress");
	reader = bytes_reader_from(plain, size);
	decode_records(incident, &reader, keep);
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
