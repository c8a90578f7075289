/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much memory a dump takes until it is encoded: its records, the larger of the maps that find them and of the columns that one
 * table is packed into, and what is derived from them. The numbers are measured on logs that have one kind of record by the hundred thousand
 * (bench/large). See join.h.
 */
#include "stages/join_parts.h"

/* Bytes of all columns of a row. */
#define PROCESS_PACKED 24
#define THREAD_PACKED 60
#define ROW_PACKED 40
/* Edge, chain and hops of one who waits for a message, and of one who waits for a resource. */
#define WAIT_MORE 130
#define RESOURCE_WAIT_MORE 330
/* Text, hash and slot of a name, and its part in census and digest should it be an image. */
#define NAME_MORE 150

#define BYTES(list) (records->list.len * sizeof(*records->list.at))

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static size_t map_bytes(const struct join *join)
{
	return sizeof(struct place_slot) *
	       (join->processes.cap + join->threads.cap + join->stacks_threads.cap +
		join->messages.cap + join->ports.cap);
}

size_t join_weight(const struct join *join)
{
	const struct records *records = &join->incident.records;
	/* One table after the other. */
	size_t packed = larger(larger(records->processes.len * PROCESS_PACKED,
				      records->threads.len * THREAD_PACKED),
			       records->vm_rows.len * ROW_PACKED);

	return BYTES(processes) + BYTES(threads) + BYTES(stacks_threads) + BYTES(objects) +
	       BYTES(frames) + BYTES(messages) + BYTES(vm_rows) + BYTES(resource_users) +
	       BYTES(ports) + BYTES(page_files) + BYTES(port_threads) +
	       BYTES(command_lines) + larger(map_bytes(join), packed) +
	       (join->waits + records->messages.len) * WAIT_MORE +
	       records->resource_users.len * RESOURCE_WAIT_MORE +
	       records->names.texts.len * NAME_MORE + records->names.arena.bytes;
}
