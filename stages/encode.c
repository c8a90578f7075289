/* SPDX-License-Identifier: Apache-2.0 */
/* The records of an incident as bytes, column by column (columns.h), under zstd; decode.c is the way back. */
#include "pipeline/base/cleanup.h"
#include "stages/column_values.h"
#include "stages/columns.h"
#include "stages/incident.h"
#include "stages/zstd_context.h"

#define ZSTD_LEVEL 3

/* ---- where the bytes go ---- */

/* Columns are unlike each other, so each begins a block of zstd's, with a code of its own, once there are so many bytes: in a small
 * dump making the codes takes longer than all the rest of packing. */
#define BLOCK_MIN 16384
/* So many rows are packed at a time, column by column: they stay in the cache while they are. */
#define ROWS 128

/* A column of the table that is being packed. */
struct column {
	byte_vec bytes;
	uint64_t before;
	bool goes_on; /* no block begins behind it */
};

/* Half of the records. */
struct encoder {
	byte_vec bytes;
	VEC(size_t) ends; /* of the blocks but the last */
	VEC(struct column) columns;
	const struct host *host;
	struct records *spent; /* whose tables are freed once they are packed; or NULL */
};

static void end_column(struct encoder *to)
{
	size_t before = to->ends.len ? to->ends.at[to->ends.len - 1] : 0;

	if (to->bytes.len - before >= BLOCK_MIN)
		vec_push(&to->ends, to->bytes.len);
}

/* The next column, with room for all rows of the table: where they are many, pages that are never written to cost nothing, and
 * columns that grow side by side would leave holes all over the heap. */
static struct column *next_column(struct encoder *to, size_t *number, size_t all)
{
	struct column *column;

	if (*number == to->columns.len)
		vec_push(&to->columns, ((struct column){ .before = 0 }));
	column = &to->columns.at[(*number)++];
	vec_reserve(&column->bytes, all * VARINT_MAX);
	return column;
}

static void end_table(struct encoder *to)
{
	vec_for_each(column, &to->columns) {
		bytes_put(&to->bytes, column->bytes.at, column->bytes.len);
		vec_free(&column->bytes);
		if (!column->goes_on)
			end_column(to);
	}
	to->columns.len = 0;
}

/* ---- packing of one value ---- */

/* Leaves the value in *before, which is what the next row's difference is to. */
static unsigned char *put_delta(unsigned char *at, uint64_t *before, uint64_t value)
{
	at = bytes_write_signed(at, (int64_t)(value - *before));
	*before = value;
	return at;
}

static unsigned char *put_near(unsigned char *at, uint64_t base, uint64_t value)
{
	if (value == 0)
		return bytes_write_signed(at, 0);
	return bytes_write_signed(at, (int64_t)(value == base ? 0 - base : value - base));
}

/* A statement writes at `at` and leaves there where it ended. */
#define EACH_ROW(statements)                             \
	for (size_t i = 0; i < count; i++) {             \
		const __typeof__(*rows) *row = &rows[i]; \
                                                         \
		statements;                              \
	}

#define ENCODE_DELTA(field) EACH_ROW(at = put_delta(at, &before, (uint64_t)row->field))
#define ENCODE_PLAIN(field) EACH_ROW(at = bytes_write_varint(at, row->field))
#define ENCODE_PLUS1(field) \
	EACH_ROW(at = bytes_write_varint(at, (__typeof__(row->field))(row->field + 1)))
#define ENCODE_KEY ENCODE_DELTA
#define ENCODE_TOTAL ENCODE_PLAIN
#define ENCODE_NAME ENCODE_PLAIN
#define ENCODE_STATE ENCODE_PLAIN
#define ENCODE_CODE ENCODE_PLAIN
#define ENCODE_COUNTER ENCODE_PLAIN
#define ENCODE_FIELD ENCODE_PLAIN
#define ENCODE_BEHIND(field, length) \
	EACH_ROW(at = put_delta(at, &before, row->field); before += row->length)
#define ENCODE_LATER(field, base) \
	EACH_ROW(at = bytes_write_varint(at, (__typeof__(row->field))(row->field - row->base)))
#define ENCODE_LINES(first, last)                                                   \
	ENCODE_LATER(last, first)                                                   \
	column->goes_on = true;                                                     \
	LEAVE_COLUMN ENTER_COLUMN EACH_ROW(at = put_delta(at, &before, row->first); \
					   before = row->last)
#define ENCODE_NEAR(field, base) EACH_ROW(at = put_near(at, row->base, row->field))
#define ENCODE_START(field, ticks)                                                        \
	EACH_ROW(at = bytes_write_signed(                                                 \
			 at, (int64_t)(row->field - expected_start(row->ticks, before))); \
		 if (row->ticks != TICKS_NONE) before = row->field + row->ticks)
#define ENCODE_WAIT(field, ticks)                                                   \
	EACH_ROW(at = bytes_write_signed(                                           \
			 at, (int64_t)((uint64_t)row->field -                       \
				       expected_ms(to->host, row->ticks, before))); \
		 if (row->ticks != TICKS_NONE) before = (uint64_t)row->field)

#define ENCODE_FROM_LOG(where)                                                      \
	if (!order)                                                                 \
		order = log_order_of(LOG_ROWS(table, all, where));                  \
	log_order_take(LOG_ROWS(table, all, where), order + first, count, scratch); \
	rows = scratch;
/* The order is one piece: all of it goes with the first rows. */
#define ENCODE_TO_TABLE(where)                                \
	if (first == 0)                                       \
		log_order_encode(order, all, &column->bytes); \
	at = column->bytes.at + column->bytes.len;            \
	rows = table + first;

#define ENTER_COLUMN                               \
	column = next_column(to, &number, all);    \
	at = column->bytes.at + column->bytes.len; \
	before = column->before;
#define LEAVE_COLUMN                                         \
	column->bytes.len = (size_t)(at - column->bytes.at); \
	column->before = before;
#define ENCODE_COLUMN(packing, ...)    \
	ENTER_COLUMN                   \
	ENCODE_##packing(__VA_ARGS__); \
	LEAVE_COLUMN

/* A table without evidence stands in the order that is given, or in its own. */
#define DEFINE_ENCODE(type, list, COLUMNS)                                                  \
	static void encode_##list(const struct type *table, const uint32_t *given,          \
				  size_t all, struct encoder *to)                           \
	{                                                                                   \
		struct type scratch[ROWS];                                                  \
		cleanup_free uint32_t *order = NULL;                                        \
                                                                                            \
		(void)order;                                                                \
		bytes_put_varint(&to->bytes, all);                                          \
		for (size_t first = 0; first < all; first += ROWS) {                        \
			size_t count = all - first < ROWS ? all - first : ROWS, number = 0; \
			const struct type *rows = table + first;                            \
			struct column *column;                                              \
			unsigned char *at;                                                  \
			uint64_t before;                                                    \
                                                                                            \
			if (given) {                                                        \
				for (size_t i = 0; i < count; i++)                          \
					scratch[i] = table[given[first + i]];               \
				rows = scratch;                                             \
			}                                                                   \
			COLUMNS(ENCODE_COLUMN)                                              \
		}                                                                           \
		end_table(to);                                                              \
	}

TABLES(DEFINE_ENCODE)

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

/* In the order of the threads that they belong to, so that positions need not be stored. */
static void encode_lists(const struct records *records, struct encoder *to)
{
	VEC(uint32_t) order = { 0 };

	vec_for_each(thread, &records->threads)
		for (uint32_t i = 0; i < thread->objects; i++)
			vec_push(&order, thread->first_object + i);
	encode_objects(records->objects.at, order.at, order.len, to);
	vec_free(&order);
	vec_for_each(thread, &records->threads)
		for (uint32_t i = 0; i < thread->frames; i++)
			bytes_put_varint(&to->bytes,
					 records->frames.at[thread->first_frame + i]);
	end_column(to);
}

/* Packs a table of the records. */
#define ENCODE_TABLE(list, count)                                   \
	do {                                                        \
		encode_##list(records->list.at, NULL, (count), to); \
		if (to->spent)                                      \
			vec_free(&to->spent->list);                 \
	} while (0)
#define ENCODE_ALL(list) ENCODE_TABLE(list, records->list.len)

/* About as much work each. */
struct incident_encoding {
	const struct incident *incident;
	struct encoder processes, rest;
};

static void encode_processes_half(const struct incident *incident, struct encoder *to)
{
	const struct records *records = &incident->records;

	bytes_put_u64_be(&to->bytes, incident->id);
	names_encode(&records->names, &to->bytes);
	if (to->spent)
		names_free(&to->spent->names);
	end_column(to);
	encode_host(&records->host, &to->bytes);
	ENCODE_ALL(processes);
}

static void encode_rest(const struct incident *incident, struct encoder *to)
{
	const struct records *records = &incident->records;

	encode_threads(records->threads.at, NULL, records->threads.len, to);
	encode_lists(records, to);
	if (to->spent) {
		vec_free(&to->spent->threads);
		vec_free(&to->spent->objects);
		vec_free(&to->spent->frames);
	}
	ENCODE_ALL(messages);
	ENCODE_ALL(vm_rows);
	ENCODE_ALL(resource_users);
	ENCODE_ALL(ports);
	ENCODE_ALL(memory);
	ENCODE_ALL(page_files);
	ENCODE_ALL(analysis);
	ENCODE_ALL(port_threads);
	ENCODE_ALL(command_lines);
	ENCODE_TABLE(diagnostics, incident->diagnostics_read);
	ENCODE_ALL(unknown_lines);
}

/* ---- under zstd ---- */

static void compress_piece(ZSTD_CCtx *context, const struct encoder *from, size_t begin,
			   size_t end, ZSTD_EndDirective directive, ZSTD_outBuffer *frame)
{
	ZSTD_inBuffer piece = { from->bytes.at + begin, end - begin, 0 };
	size_t left = ZSTD_compressStream2(context, frame, &piece, directive);

	/* An error, and all others are ruled out; where the frame goes on, something may be left inside. */
	if (ZSTD_isError(left) || (left && directive != ZSTD_e_continue))
		mem_leave();
}

static void compress_half(ZSTD_CCtx *context, const struct encoder *from,
			  ZSTD_EndDirective last, ZSTD_outBuffer *frame)
{
	size_t at = 0;

	vec_for_each(end, &from->ends) {
		if (*end == from->bytes.len && last == ZSTD_e_end)
			break;
		compress_piece(context, from, at, *end, ZSTD_e_flush, frame);
		at = *end;
	}
	compress_piece(context, from, at, from->bytes.len, last, frame);
}

/* The frame has its room: zstd's bound, and the header of a block for each that is ended early. */
static void compress(const struct incident_encoding *from, byte_vec *out)
{
	size_t len = from->processes.bytes.len + from->rest.bytes.len;
	size_t ends = from->processes.ends.len + from->rest.ends.len;
	size_t bound = ZSTD_compressBound(len) + ends * 4;
	ZSTD_CCtx *context = zstd_compressor();
	ZSTD_outBuffer frame;

	ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, ZSTD_LEVEL);
	ZSTD_CCtx_setPledgedSrcSize(context, len);
	vec_reserve(out, out->len + bound);
	frame = (ZSTD_outBuffer){ out->at + out->len, bound, 0 };
	compress_half(context, &from->processes, ZSTD_e_continue, &frame);
	compress_half(context, &from->rest, ZSTD_e_end, &frame);
	out->len += frame.pos;
}

/* ---- in steps, and at one go ---- */

struct incident_encoding *incident_encoding_new(const struct incident *incident)
{
	struct incident_encoding *encoding = mem_alloc_zero(1, sizeof(*encoding));

	encoding->incident = incident;
	encoding->processes.host = encoding->rest.host = &incident->records.host;
	return encoding;
}

void incident_encode_processes(struct incident_encoding *encoding)
{
	encode_processes_half(encoding->incident, &encoding->processes);
}

void incident_encode_rest(struct incident_encoding *encoding)
{
	encode_rest(encoding->incident, &encoding->rest);
}

static void encoder_free(struct encoder *encoder)
{
	vec_free(&encoder->bytes);
	vec_free(&encoder->ends);
	vec_free(&encoder->columns);
}

void incident_encoding_end(struct incident_encoding *encoding, byte_vec *out)
{
	compress(encoding, out);
	encoder_free(&encoding->processes);
	encoder_free(&encoding->rest);
	free(encoding);
}

static void encode(const struct incident *incident, struct records *spent, byte_vec *out)
{
	struct incident_encoding *encoding = incident_encoding_new(incident);

	encoding->processes.spent = encoding->rest.spent = spent;
	incident_encode_processes(encoding);
	incident_encode_rest(encoding);
	incident_encoding_end(encoding, out);
}

void incident_encode(const struct incident *incident, byte_vec *out)
{
	encode(incident, NULL, out);
}

void incident_encode_spent(struct incident *incident, byte_vec *out)
{
	vec_free(&incident->edges);
	vec_free(&incident->living);
	vec_free(&incident->images);
	vec_free(&incident->vm_dead);
	vec_free(&incident->vm_live);
	chain_list_free(&incident->chains);
	encode(incident, &incident->records, out);
}
