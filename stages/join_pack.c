/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A join that waits for the end of its bundle, small: its lists as they lie in memory, one behind the other, under zstd. A bundle may
 * hold thousands of dumps, each of which may turn out to be one with a later one. See join.h.
 */
#include "stages/columns.h"
#include "stages/join_parts.h"
#include "stages/zstd_context.h"

#define PACK_LEVEL 1

/* All lists of the records: those that are stored, and what only joining needs. */
#define STORED(type, list, columns) LIST(list)
#define LISTS TABLES(STORED) LIST(stacks_threads) LIST(frames)

static void put_lists(const struct records *records, byte_vec *out)
{
#define LIST(list)                                \
	bytes_put_varint(out, records->list.len); \
	bytes_put(out, records->list.at, records->list.len * sizeof(*records->list.at));
	LISTS
#undef LIST
	names_encode(&records->names, out);
}

static void free_lists(struct records *records)
{
#define LIST(list) vec_free(&records->list);
	LISTS
#undef LIST
	names_free(&records->names);
	map_free(&records->unknown_at);
}

void join_pack(struct join *join)
{
	struct records *records = &join->incident.records;
	byte_vec plain = { 0 };
	bool differ;
	size_t len;

	if (join->packed.len)
		return;
	join->ticks = host_tick_count(records, &differ);
	put_lists(records, &plain);
	vec_reserve(&join->packed, ZSTD_compressBound(plain.len));
	len = ZSTD_compressCCtx(zstd_compressor(), join->packed.at, join->packed.cap,
				plain.at, plain.len, PACK_LEVEL);
	if (ZSTD_isError(len)) /* there is room enough: it had no memory */
		mem_leave();
	join->packed.at = mem_resize(join->packed.at, len, 1);
	join->packed.len = join->packed.cap = len;
	join->plain = plain.len;
	vec_free(&plain);
	free_lists(records);
	join_free_maps(join);
}

static void get_lists(struct records *records, struct bytes_reader *reader)
{
#define LIST(list)                                            \
	records->list.len = (size_t)bytes_get_varint(reader); \
	vec_reserve(&records->list, records->list.len);       \
	bytes_get(reader, records->list.at, records->list.len * sizeof(*records->list.at));
	LISTS
#undef LIST
	names_decode(&records->names, reader);
}

#define FIND_AGAIN(map, list)                          \
	for (size_t i = 0; i < records->list.len; i++) \
	place_put(&join->map, records->list.at[i].address, PLACE_KEYS(&records->list), i)

static void make_maps(struct join *join)
{
	struct records *records = &join->incident.records;

	FIND_AGAIN(processes, processes);
	FIND_AGAIN(threads, threads);
	FIND_AGAIN(stacks_threads, stacks_threads);
	FIND_AGAIN(messages, messages);
	FIND_AGAIN(ports, ports);
	for (uint32_t i = 0; i < records->unknown_lines.len; i++)
		*map_place(&records->unknown_at, records->unknown_lines.at[i].kind) = i;
}

void join_unpack(struct join *join)
{
	unsigned char *plain;
	struct bytes_reader reader;

	if (join->packed.len == 0)
		return;
	plain = mem_alloc(join->plain);
	if (ZSTD_decompressDCtx(zstd_decompressor(), plain, join->plain, join->packed.at,
				join->packed.len) != join->plain)
		mem_leave(); /* they are our own bytes */
	vec_free(&join->packed);
	reader = bytes_reader_from(plain, join->plain);
	get_lists(&join->incident.records, &reader);
	free(plain);
	make_maps(join);
}

uint64_t join_ticks(const struct join *join)
{
	bool differ;

	return join->packed.len ? join->ticks
				: host_tick_count(&join->incident.records, &differ);
}
