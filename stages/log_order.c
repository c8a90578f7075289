/* SPDX-License-Identifier: Apache-2.0 */
/* Sorted linearly, checked linearly: hostile bytes buy no more time than honest ones. See log_order.h. */
#include "stages/log_order.h"

#include "pipeline/base/cleanup.h"
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

void log_order_take(struct log_rows rows, const uint32_t *order, size_t count, void *taken)
{
	for (size_t i = 0; i < count; i++)
		memcpy((char *)taken + i * rows.size, row_at(rows, order[i]), rows.size);
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

/* Whether the row at i stands behind the one before it, as rows in log order do. */
static bool stands_behind(struct log_rows rows, const uint32_t *order, size_t i)
{
	const struct evidence *a = evidence_at(rows, i - 1), *b = evidence_at(rows, i);

	if (a->source != b->source)
		return a->source < b->source;
	if (a->offset != b->offset)
		return a->offset < b->offset;
	return order[i - 1] < order[i];
}

/* False unless each row is named once and all are in log order. */
static bool read_order(struct log_rows rows, const unsigned char *bytes, uint32_t *order)
{
	cleanup_free bool *named = mem_alloc_zero(rows.count, sizeof(*named));
	unsigned planes = planes_of(rows.count);
	int64_t expected = 0;

	for (size_t i = 0; i < rows.count; i++) {
		uint64_t zigzag = 0;
		int64_t row;

		for (unsigned plane = 0; plane < planes; plane++)
			zigzag |= (uint64_t)bytes[plane * rows.count + i] << plane * 8;
		row = expected + (int64_t)(zigzag >> 1 ^ (zigzag & 1 ? UINT64_MAX : 0));
		if (row < 0 || row >= (int64_t)rows.count || named[row])
			return false;
		named[row] = true;
		order[i] = (uint32_t)row;
		if (i && !stands_behind(rows, order, i))
			return false;
		expected = row + 1;
	}
	return true;
}

static bool take_order(struct log_rows rows, struct bytes_reader *reader, uint32_t *order)
{
	size_t len = planes_of(rows.count) * rows.count;

	if (reader->bad || bytes_left(reader) < len || !read_order(rows, reader->at, order)) {
		reader->bad = true;
		return false;
	}
	reader->at += len;
	return true;
}

void *log_order_undo(struct log_rows rows, struct bytes_reader *reader)
{
	cleanup_free uint32_t *order = mem_resize(NULL, rows.count, sizeof(*order));
	char *table;

	if (!take_order(rows, reader, order))
		return NULL;
	table = mem_resize(NULL, rows.count, rows.size);
	for (size_t i = 0; i < rows.count; i++)
		memcpy(table + order[i] * rows.size, row_at(rows, i), rows.size);
	return table;
}

void log_order_check(struct log_rows rows, struct bytes_reader *reader)
{
	cleanup_free uint32_t *order = mem_resize(NULL, rows.count, sizeof(*order));

	take_order(rows, reader, order);
}
