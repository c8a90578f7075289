/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables from bytes (columns.h), as encode.c makes them: so many rows at a time, column by column, that they stay in the cache;
 * where each column begins is found first. See decode_parts.h.
 */
#include "stages/column_values.h"
#include "stages/decode_parts.h"

#define ROWS 128

/* ---- where columns begin ---- */

static void find_column(struct decoder *from, size_t count)
{
	const unsigned char *at = from->reader->at;

	bytes_skip_varints(from->reader, count);
	vec_push(&from->columns,
		 ((struct column_reader){ .reader = { at, from->reader->at, false } }));
}

#define FIND_DELTA find_column(from, all);
#define FIND_KEY FIND_DELTA
#define FIND_PLAIN FIND_DELTA
#define FIND_TOTAL FIND_DELTA
#define FIND_PLUS1 FIND_DELTA
#define FIND_NAME FIND_DELTA
#define FIND_STATE FIND_DELTA
#define FIND_CODE FIND_DELTA
#define FIND_COUNTER FIND_DELTA
#define FIND_FIELD FIND_DELTA
#define FIND_BEHIND FIND_DELTA
#define FIND_LATER FIND_DELTA
#define FIND_NEAR FIND_DELTA
#define FIND_START FIND_DELTA
#define FIND_WAIT FIND_DELTA
#define FIND_LINES FIND_DELTA FIND_DELTA
/* These have no values of their own. */
#define FIND_FROM_LOG find_column(from, 0);
#define FIND_TO_TABLE                               \
	log_order_begin(&order, all, from->reader); \
	FIND_FROM_LOG
#define FIND_COLUMN(packing, ...) FIND_##packing

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

#define EACH_READ(statements)                      \
	for (size_t i = 0; i < count; i++) {       \
		__typeof__(*rows) *row = &rows[i]; \
                                                   \
		statements;                        \
	}

#define DECODE_DELTA(field) \
	EACH_READ(before += (uint64_t)bytes_get_signed(reader); SET(field, before))
#define DECODE_PLAIN(field) EACH_READ(GET_MAX(field, FIELD_MAX(field)))
#define DECODE_TOTAL(field) \
	EACH_READ(GET_MAX(field, FIELD_MAX(field)); from->totals.field += row->field)
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
#define DECODE_LINES(first, last)                                                         \
	DECODE_PLAIN(last)                                                                \
	LEAVE_COLUMN ENTER_COLUMN EACH_READ(before += (uint64_t)bytes_get_signed(reader); \
					    SET(first, before);                           \
					    before = row->last += row->first)
#define DECODE_NEAR(field, base) \
	EACH_READ(uint64_t value = get_near(reader, row->base); SET(field, value))
#define DECODE_START(field, ticks)                                  \
	EACH_READ(row->field = expected_start(row->ticks, before) + \
			       (uint64_t)bytes_get_signed(reader);  \
		  if (row->ticks != TICKS_NONE) before = row->field + row->ticks)
/* No wait is shorter than none. */
#define DECODE_WAIT(field, ticks)                                                                \
	EACH_READ(row->field = (int64_t)(expected_ms(&from->records->host, row->ticks, before) + \
					 (uint64_t)bytes_get_signed(reader));                    \
		  reader->bad |= row->field < 0 && row->field != MS_NONE;                        \
		  if (row->ticks != TICKS_NONE) before = (uint64_t)row->field)

/* Rows in the order of the log are put to their places in the table when all that stands in that order is read of them. */
#define DECODE_FROM_LOG(where) rows = scratch;
#define DECODE_TO_TABLE(where)                                            \
	if (!log_order_undo(&order, LOG_ROWS(rows, count, where), table)) \
		from->reader->bad = true;

/* In the order of the table: when the last of the rows are in their places. */
#define DECODE_KEY(field)                                                   \
	for (size_t i = 0; i < all && first + count == all; i++) {          \
		__typeof__(*rows) *row = table ? &table[i] : scratch;       \
		uint64_t key = before + (uint64_t)bytes_get_signed(reader); \
                                                                            \
		reader->bad |= i > 0 && key <= before;                      \
		SET(field, key);                                            \
		before = key;                                               \
	}

#define ENTER_COLUMN                          \
	column = &from->columns.at[number++]; \
	reader = &column->reader;             \
	before = column->before;
#define LEAVE_COLUMN             \
	column->before = before; \
	from->reader->bad |= reader->bad;
#define DECODE_COLUMN(packing, ...) \
	ENTER_COLUMN                \
	DECODE_##packing(__VA_ARGS__) LEAVE_COLUMN

/* ---- a table ---- */

/* Zeros, as some fields are in no column; those of the rows on their way to the table, too. */
#define new_table(list, all)                                           \
	({                                                             \
		(list)->at = mem_alloc_zero(all, sizeof(*(list)->at)); \
		(list)->len = (list)->cap = (all);                     \
		(list)->at;                                            \
	})

#define COLUMN_COUNT(packing, ...) +1

#define DEFINE_DECODE(type, list, COLUMNS)                                                  \
	size_t decode_##list(struct decoder *from)                                          \
	{                                                                                   \
		size_t all = bytes_get_count(from->reader, 0 COLUMNS(COLUMN_COUNT));        \
		size_t names = from->records->names.texts.len;                              \
		struct type scratch[ROWS], *table = NULL;                                   \
		struct log_order order = { 0 };                                             \
                                                                                            \
		(void)names;                                                                \
		if (all == 0 || from->reader->bad)                                          \
			return all;                                                         \
		if (from->keep)                                                             \
			memset(scratch, 0, (all < ROWS ? all : ROWS) * sizeof(*scratch));   \
		COLUMNS(FIND_COLUMN)                                                        \
		if (from->keep && !from->reader->bad)                                       \
			table = new_table(&from->records->list, all);                       \
		for (size_t first = 0; first < all && !from->reader->bad; first += ROWS) {  \
			size_t count = all - first < ROWS ? all - first : ROWS, number = 0; \
			struct type *rows = table ? table + first : scratch;                \
			struct column_reader *column;                                       \
			struct bytes_reader *reader;                                        \
			uint64_t before;                                                    \
                                                                                            \
			COLUMNS(DECODE_COLUMN)                                              \
		}                                                                           \
		from->columns.len = 0;                                                      \
		log_order_end(&order);                                                      \
		return all;                                                                 \
	}

TABLES(DEFINE_DECODE)
