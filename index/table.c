/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thin layer over LMDB's calls. A put that finds the map full says so in the view
 * besides failing: index_write() then begins again with a larger map.
 */
#include "index/table.h"

#include "pipeline/base/bytes.h"

#define SEAL_BYTES sizeof(uint64_t)

static MDB_val to_val(struct slice bytes)
{
	return (MDB_val){ .mv_size = bytes.len, .mv_data = (void *)bytes.at };
}

static struct slice from_val(MDB_val val)
{
	return (struct slice){ val.mv_data, val.mv_size };
}

static bool get_failed(struct error *error, int code, const char *what)
{
	if (code != MDB_NOTFOUND)
		return lmdb_error(error, code, what);
	error->kind = ERROR_NONE;
	return false;
}

static bool put_failed(struct index_view *view, int code, struct error *error)
{
	view->map_full = code == MDB_MAP_FULL;
	return lmdb_error(error, code, "writing the index");
}

bool table_get(struct index_view *view, enum table table, struct slice key,
	       struct slice *value, struct error *error)
{
	MDB_val at = to_val(key), found;
	int code = mdb_get(view->txn, view->index->tables[table], &at, &found);

	if (code != 0)
		return get_failed(error, code, "reading the index");
	*value = from_val(found);
	return true;
}

bool table_put(struct index_view *view, enum table table, struct slice key,
	       struct slice value, struct error *error)
{
	MDB_val at = to_val(key), given = to_val(value);
	int code = mdb_put(view->txn, view->index->tables[table], &at, &given, 0);

	return code == 0 || put_failed(view, code, error);
}

bool table_delete(struct index_view *view, enum table table, struct slice key,
		  struct slice value, struct error *error)
{
	MDB_val at = to_val(key), which = to_val(value);
	int code = mdb_del(view->txn, view->index->tables[table], &at,
			   value.len ? &which : NULL);

	if (code == MDB_NOTFOUND)
		return index_damaged(error, "a row that should be there is missing");
	return code == 0 || put_failed(view, code, error);
}

bool table_last(struct index_view *view, enum table table, struct slice *key,
		struct slice *value, struct error *error)
{
	MDB_val at, found;
	MDB_cursor *cursor;
	int code = mdb_cursor_open(view->txn, view->index->tables[table], &cursor);

	if (code != 0)
		return lmdb_error(error, code, "reading the index");
	code = mdb_cursor_get(cursor, &at, &found, MDB_LAST);
	mdb_cursor_close(cursor);
	if (code != 0)
		return get_failed(error, code, "reading the index");
	*key = from_val(at);
	*value = from_val(found);
	return true;
}

/* In a new cursor: one that stands in the right leaf would not ask the branches. */
bool table_leads(struct index_view *view, enum table table, struct slice key,
		 struct slice value, bool *leads, struct error *error)
{
	MDB_val at = to_val(key), found = to_val(value);
	MDB_cursor *cursor;
	unsigned flags = 0;
	int code = mdb_cursor_open(view->txn, view->index->tables[table], &cursor);

	if (code != 0)
		return lmdb_error(error, code, "reading the index");
	mdb_dbi_flags(view->txn, view->index->tables[table], &flags);
	code = mdb_cursor_get(cursor, &at, &found,
			      flags & MDB_DUPSORT ? MDB_GET_BOTH : MDB_SET);
	mdb_cursor_close(cursor);
	*leads = code == 0;
	return code == 0 || code == MDB_NOTFOUND ||
	       lmdb_error(error, code, "reading the index");
}

bool table_empty(struct index_view *view, enum table table, struct error *error)
{
	int code = mdb_drop(view->txn, view->index->tables[table], 0);

	return code == 0 || put_failed(view, code, error);
}

bool table_clear(struct index_view *view, enum table table, struct slice key,
		 struct error *error)
{
	MDB_val at = to_val(key);
	int code = mdb_del(view->txn, view->index->tables[table], &at, NULL);

	return code == 0 || code == MDB_NOTFOUND || put_failed(view, code, error);
}

bool table_count(struct index_view *view, enum table table, struct slice key,
		 uint64_t *count, struct error *error)
{
	MDB_val at = to_val(key), value;
	MDB_cursor *cursor;
	size_t found = 0;
	int code = mdb_cursor_open(view->txn, view->index->tables[table], &cursor);

	if (code != 0)
		return lmdb_error(error, code, "reading the index");
	code = mdb_cursor_get(cursor, &at, &value, MDB_SET);
	if (code == 0)
		code = mdb_cursor_count(cursor, &found);
	mdb_cursor_close(cursor);
	*count = found;
	return code == 0 || code == MDB_NOTFOUND ||
	       lmdb_error(error, code, "reading the index");
}

size_t table_rows(struct index_view *view, enum table table)
{
	MDB_stat stat;

	return mdb_stat(view->txn, view->index->tables[table], &stat) == 0 ? stat.ms_entries
									   : 0;
}

static uint64_t seal_of(struct slice key, const void *bytes, size_t len)
{
	struct bytes_reader head = bytes_reader_from(key.at, key.len);

	return hash64_seeded(bytes, len, bytes_get_u64_be(&head));
}

bool sealed_open(struct slice key, struct slice sealed, struct slice *value, struct error *error)
{
	struct bytes_reader tail;

	if (sealed.len < SEAL_BYTES)
		return index_damaged(error, "a value is cut short");
	*value = slice_first(sealed, sealed.len - SEAL_BYTES);
	tail = bytes_reader_from(value->at + value->len, SEAL_BYTES);
	if (bytes_get_u64_be(&tail) != seal_of(key, value->at, value->len))
		return index_damaged(error, "a value does not match its check sum");
	return true;
}

bool sealed_get(struct index_view *view, enum table table, const struct key *key,
		struct slice *value, struct error *error)
{
	struct slice sealed;

	return table_get(view, table, key_slice(key), &sealed, error) &&
	       sealed_open(key_slice(key), sealed, value, error);
}

bool sealed_put(struct index_view *view, enum table table, const struct key *key,
		struct slice value, struct error *error)
{
	MDB_val at = to_val(key_slice(key)), room = { .mv_size = value.len + SEAL_BYTES };
	uint64_t seal = __builtin_bswap64(seal_of(key_slice(key), value.at, value.len));
	int code = mdb_put(view->txn, view->index->tables[table], &at, &room, MDB_RESERVE);

	if (code != 0)
		return put_failed(view, code, error);
	if (value.len)
		memcpy(room.mv_data, value.at, value.len);
	memcpy((char *)room.mv_data + value.len, &seal, SEAL_BYTES);
	return true;
}

bool scan_begin(struct table_scan *scan, struct index_view *view, enum table table,
		struct slice from, struct error *error)
{
	int code;

	*scan = (struct table_scan){ .step = from.len ? MDB_SET_RANGE : MDB_FIRST,
				     .key = from };
	code = mdb_cursor_open(view->txn, view->index->tables[table], &scan->cursor);
	return code == 0 || lmdb_error(error, code, "reading the index");
}

bool scan_next(struct table_scan *scan, struct error *error)
{
	MDB_val key = to_val(scan->key), value;
	int code = mdb_cursor_get(scan->cursor, &key, &value, scan->step);

	if (code != 0)
		return get_failed(error, code, "reading the index");
	scan->step = MDB_NEXT;
	scan->key = from_val(key);
	scan->value = from_val(value);
	return true;
}

void scan_end(struct table_scan *scan)
{
	if (scan->cursor)
		mdb_cursor_close(scan->cursor);
	scan->cursor = NULL;
}
