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
/* Reads it behind rows that are in log order: a copy of them in the order of the table, for free(). NULL, with the
 * reader bad, if that is no order, or not the one that log_order_of() finds. */
void *log_order_undo(struct log_rows rows, struct bytes_reader *reader);
/* The same for who only wants to know: passes over it, and leaves the reader bad where the other does. */
void log_order_check(struct log_rows rows, struct bytes_reader *reader);

#endif
