/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schema: which tables there are and which version of their bytes. It is one text in
 * the table "meta", "pipeline/index/5", written in the transaction that makes the tables.
 * An index of any other version is refused with both names: guessing at bytes is how
 * indexes get ruined.
 */
#include "index/env.h"

#include "index/regroup.h"
#include "index/table.h"

#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)
#define SCHEMA SCHEMA_NAME TEXT(SCHEMA_VERSION)

static const struct {
	const char *name;
	unsigned flags;
} tables[TABLES] = {
#define TABLE(id, name, flags) { name, flags },
#include "index/tables.def"
#undef TABLE
};

const char *table_name(enum table table)
{
	return tables[table].name;
}

static bool open_table(struct index_view *view, enum table table, unsigned flags,
		       struct error *error)
{
	int code = mdb_dbi_open(view->txn, tables[table].name,
				tables[table].flags | flags, &view->index->tables[table]);

	if (code == 0)
		return true;
	if (code == MDB_NOTFOUND)
		return index_damaged(error, "it has no table \"%s\"", tables[table].name);
	return lmdb_error(error, code, tables[table].name);
}

static bool open_tables(struct index_view *view, unsigned flags, struct error *error)
{
	for (int table = 0; table < TABLES; table++)
		if (!open_table(view, table, flags, error))
			return false;
	return true;
}

/* Whether nothing at all was ever committed here. */
static bool is_empty(struct index_view *view)
{
	MDB_stat stat = { .ms_entries = 0 };
	MDB_dbi unnamed;

	return mdb_dbi_open(view->txn, NULL, 0, &unnamed) == 0 &&
	       mdb_stat(view->txn, unnamed, &stat) == 0 && stat.ms_entries == 0;
}

static bool check_version(struct index_view *view, struct error *error)
{
	const char *folder = view->index->folder;
	struct slice schema = SLICE_NONE;
	int code = mdb_dbi_open(view->txn, tables[TABLE_META].name, 0,
				&view->index->tables[TABLE_META]);

	if (code != 0 && code != MDB_NOTFOUND && code != MDB_INCOMPATIBLE)
		return lmdb_error(error, code, folder);
	error->kind = ERROR_NONE;
	if (code == 0 && !table_get(view, TABLE_META, SLICE("schema"), &schema, error) &&
	    error->kind)
		return false;
	if (!slice_starts(schema, SLICE(SCHEMA_NAME)))
		return error_set(error, ERROR_FORMAT,
				 "%s holds a data.mdb that is no index of pipeline", folder);
	if (!slice_equal(schema, SLICE(SCHEMA)))
		return error_set(error, ERROR_FORMAT,
				 "the index at %s has schema %.*s, this program has " SCHEMA
				 ": use another folder or the matching program",
				 folder, SLICE_ARG(slice_first(schema, 80)));
	return true;
}

static bool make_schema(struct index_view *view, struct error *error)
{
	return open_tables(view, MDB_CREATE, error) &&
	       table_put(view, TABLE_META, SLICE("schema"), SLICE(SCHEMA), error) &&
	       rules_put(view, error);
}

bool schema_open(struct index *index, bool write, struct error *error)
{
	struct index_view view;
	bool ok, make;
	int code;

	if (!view_begin(&view, index, write ? 0 : MDB_RDONLY, error))
		return false;
	make = is_empty(&view);
	if (make && !write)
		ok = error_set(error, ERROR_FORMAT,
			       "no index at %s: run `pipeline ingest` first", index->folder);
	else if (make)
		ok = make_schema(&view, error);
	else
		ok = check_version(&view, error) && open_tables(&view, 0, error);
	if (!ok) {
		mdb_txn_abort(view.txn);
		return false;
	}
	code = make ? index_commit(index, view.txn) : mdb_txn_commit(view.txn);
	if (code != 0)
		return lmdb_error(error, code, index->folder);
	return !make || index_fit_file(index, error);
}
