/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sizes by what LMDB says of its pages. Of a table of duplicates it counts the tree of keys; many values of one key lie in a tree of
 * their own, which is in the file's size alone.
 */
#include "index/sizes.h"

#include "index/table.h"

static bool add_table(struct index_view *view, enum table table,
		      struct index_sizes *sizes, struct error *error)
{
	MDB_stat stat;
	int code = mdb_stat(view->txn, view->index->tables[table], &stat);
	uint64_t pages;

	if (code != 0)
		return lmdb_error(error, code, table_name(table));
	pages = stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
	vec_push(&sizes->tables, ((struct table_size){ .name = table_name(table),
						       .rows = stat.ms_entries,
						       .bytes = pages * stat.ms_psize }));
	return true;
}

/* Pages that were freed and not used again: their numbers stand in LMDB's table 0, a count and then each. */
static bool count_free(struct index_view *view, uint64_t *pages, struct error *error)
{
	MDB_cursor *cursor;
	MDB_val key, value;
	int code = mdb_cursor_open(view->txn, 0, &cursor);

	*pages = 0;
	if (code != 0)
		return lmdb_error(error, code, "reading the index");
	while ((code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
		size_t count;

		if (value.mv_size < sizeof(count))
			continue;
		memcpy(&count, value.mv_data, sizeof(count));
		*pages += count;
	}
	mdb_cursor_close(cursor);
	return code == MDB_NOTFOUND || lmdb_error(error, code, "reading the index");
}

bool index_sizes(struct index_view *view, struct index_sizes *sizes, struct error *error)
{
	MDB_envinfo info;
	MDB_stat stat;
	uint64_t free_pages;

	mdb_env_info(view->index->env, &info);
	mdb_env_stat(view->index->env, &stat);
	sizes->file = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
	sizes->map = info.me_mapsize;
	for (int table = 0; table < TABLES; table++)
		if (!add_table(view, (enum table)table, sizes, error))
			return false;
	if (!count_free(view, &free_pages, error))
		return false;
	sizes->free = free_pages * stat.ms_psize;
	return true;
}
