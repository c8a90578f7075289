/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of a table in the order in which they stand in the log, by source and offset, and back in the order of the
 * table. Neighbours in the log are alike (lines and offsets go on where the row before ended, ids grow, processes repeat), neighbours by
 * address are not. The way back costs about as many bytes as the addresses of one order say less than those of the other.
 */
#ifndef STAGES_LOG_ORDER_H
#define STAGES_LOG_ORDER_H

#include "stages/record.h"

/* count rows of size bytes, each with its evidence `where` bytes behind its start. */
struct log_rows {
	const void *at;
	size_t count, size, where;
};

/* Which row of the table stands first in the log, which second, ...: equal places in the order of the table. For free(). */
uint32_t *log_order_of(struct log_rows rows);
/* Copies the rows that `order` names, count of them. */
void log_order_take(struct log_rows rows, const uint32_t *order, size_t count, void *taken);

/* The order as bytes: what each number is beyond the one before plus one, zigzag, in as many planes of one byte a row as the count
 * asks for: numbers that are next to random have a lowest byte that does not compress, which must not keep the others from it. */
void log_order_encode(const uint32_t *order, size_t count, byte_vec *out);

/* The way back, some rows at a time. */
struct log_order {
	const unsigned char *bytes;
	size_t count, done;
	unsigned planes;
	int64_t expected;
	bool *named;
	uint32_t row; /* the last one, and where it stood */
	uint64_t offset;
	uint32_t source;
};

/* Takes the order of count rows from the reader, and looks at none of it yet: log_order_undo() does. False, with the reader
 * bad, when there are not so many bytes. To be ended in any case. */
bool log_order_begin(struct log_order *order, size_t count, struct bytes_reader *reader);
/* The next rows in log order are copied to their places in the table; a table of NULL only has them checked. False if that is
 * no order, or not the one that log_order_of() finds. */
bool log_order_undo(struct log_order *order, struct log_rows rows, void *table);
void log_order_end(struct log_order *order);

#endif
