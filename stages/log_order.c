/* SPDX-License-Identifier: Apache-2.0 */
/* Sorted linearly, checked linearly: hostile bytes buy no more time than honest ones. See log_order.h. */
#include "stages/log_order.h"

#include "pipeline/base/sort.h"

static const void *row_at(struct log_rows rows, size_t i)
{
	return (const char *)rows.at + i * rows.size;
}

static const struct evidence *evidence_at(struct log_rows rows, size_t i)
{
	return (const void *)((const char *)row_at(rows, i) + rows.where);
}

static uint64_t offset_at(const void *rows, uint32_t i)
{
	return evidence_at(*(const struct log_rows *)rows, i)->offset;
}

static uint64_t source_at(const void *rows, uint32_t i)
{
	return evidence_at(*(const struct log_rows *)rows, i)->source;
}

uint32_t *log_order_of(struct log_rows rows)
{
	uint32_t *order = mem_resize(NULL, rows.count, sizeof(*order));
	uint32_t differ = 0;

	for (uint32_t i = 0; i < rows.count; i++) {
		order[i] = i;
		differ |= evidence_at(rows, i)->source ^ evidence_at(rows, 0)->source;
	}
	sort_order(order, rows.count, offset_at, &rows);
	if (differ)
		sort_order(order, rows.count, source_at, &rows);
	return order;
}

/* So many rows ahead one is fetched: they stand anywhere in the table. */
#define AHEAD 8

void log_order_take(struct log_rows rows, const uint32_t *order, size_t count, void *taken)
{
	for (size_t i = 0; i < count; i++) {
		if (i + AHEAD < count) {
			const char *ahead = row_at(rows, order[i + AHEAD]);

			__builtin_prefetch(ahead);
			__builtin_prefetch(ahead + rows.size - 1);
		}
		memcpy((char *)taken + i * rows.size, row_at(rows, order[i]), rows.size);
	}
}

/* ---- as bytes ---- */

/* A number is beyond or before what is expected by no more than count: zigzag twice that. */
static unsigned planes_of(size_t count)
{
	unsigned planes = 1;

	while ((uint64_t)count * 2 >> planes * 8)
		planes++;
	return planes;
}

void log_order_encode(const uint32_t *order, size_t count, byte_vec *out)
{
	unsigned planes = planes_of(count);
	unsigned char *at;

	vec_reserve(out, out->len + planes * count);
	at = out->at + out->len;
	for (size_t i = 0; i < count; i++) {
		int64_t beyond = (int64_t)order[i] - (i ? (int64_t)order[i - 1] + 1 : 0);
		uint64_t zigzag = (uint64_t)beyond << 1 ^ (beyond < 0 ? UINT64_MAX : 0);

		for (unsigned plane = 0; plane < planes; plane++)
			at[plane * count + i] = (unsigned char)(zigzag >> plane * 8);
	}
	out->len += planes * count;
}

/* ---- and back ---- */

bool log_order_begin(struct log_order *order, size_t count, struct bytes_reader *reader)
{
	unsigned planes = planes_of(count);

	*order = (struct log_order){ .bytes = reader->at, .count = count, .planes = planes };
	if (reader->bad || bytes_left(reader) / planes < count) {
		bytes_give_up(reader);
		return false;
	}
	reader->at += planes * count;
	order->named = mem_alloc_zero(count, sizeof(*order->named));
	return true;
}

void log_order_end(struct log_order *order)
{
	free(order->named);
	order->named = NULL;
}

static int64_t next_row(const struct log_order *order)
{
	uint64_t zigzag = 0;

	for (unsigned plane = 0; plane < order->planes; plane++)
		zigzag |= (uint64_t)order->bytes[plane * order->count + order->done]
			  << plane * 8;
	return order->expected + (int64_t)(zigzag >> 1 ^ (zigzag & 1 ? UINT64_MAX : 0));
}

/* Whether a row that stands there comes behind the one before it, as rows in log order do. */
static bool stands_behind(const struct log_order *order, const struct evidence *evidence,
			  uint32_t row)
{
	if (order->source != evidence->source)
		return order->source < evidence->source;
	if (order->offset != evidence->offset)
		return order->offset < evidence->offset;
	return order->row < row;
}

/* False unless each row is named once and all are in log order. */
bool log_order_undo(struct log_order *order, struct log_rows rows, void *table)
{
	for (size_t i = 0; i < rows.count; i++, order->done++) {
		const struct evidence *evidence = evidence_at(rows, i);
		int64_t row = next_row(order);

		if (row < 0 || row >= (int64_t)order->count || order->named[row] ||
		    (order->done && !stands_behind(order, evidence, (uint32_t)row)))
			return false;
		order->named[row] = true;
		order->row = (uint32_t)row;
		order->source = evidence->source;
		order->offset = evidence->offset;
		order->expected = row + 1;
		if (table)
			memcpy((char *)table + (size_t)row * rows.size, row_at(rows, i),
			       rows.size);
	}
	return true;
}
