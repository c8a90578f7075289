/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the bytes of an index are shared out: for each named table its entries, the bytes of its pages and those of its keys and
 * values, and how full that makes the pages; then what is left of the file (lists of duplicates that LMDB keeps in trees
 * of their own, and pages that were freed). Reads the file as LMDB shows it and knows nothing of what is in the tables.
 * Arguments: the folders of the indexes. Format: TABLE ENTRIES PAGE-BYTES DATA-BYTES, a line each.
 */
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(int code, const char *what)
{
	if (code == 0)
		return;
	fprintf(stderr, "bench_tables: %s: %s\n", what, mdb_strerror(code));
	exit(1);
}

static size_t pages_of(const MDB_stat *stat)
{
	return stat->ms_branch_pages + stat->ms_leaf_pages + stat->ms_overflow_pages;
}

/* Bytes of all keys and values; a key with several values counts with each. */
static size_t data_bytes(MDB_txn *txn, MDB_dbi dbi)
{
	MDB_val key, value;
	MDB_cursor *cursor;
	size_t bytes = 0;

	must(mdb_cursor_open(txn, dbi, &cursor), "cursor");
	while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0)
		bytes += key.mv_size + value.mv_size;
	mdb_cursor_close(cursor);
	return bytes;
}

static size_t print_table(MDB_txn *txn, const char *name)
{
	MDB_stat stat;
	MDB_dbi dbi;

	must(mdb_dbi_open(txn, name, 0, &dbi), name);
	must(mdb_stat(txn, dbi, &stat), name);
	printf("%-20s %10zu %12zu %12zu\n", name, stat.ms_entries,
	       pages_of(&stat) * stat.ms_psize, data_bytes(txn, dbi));
	return pages_of(&stat);
}

static void print_environment(const char *folder)
{
	MDB_val key, value;
	MDB_cursor *cursor;
	MDB_envinfo info;
	size_t pages = 2; /* the two meta pages */
	char name[512];
	MDB_stat stat;
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;

	must(mdb_env_create(&env), folder);
	must(mdb_env_set_maxdbs(env, 64), folder);
	must(mdb_env_open(env, folder, MDB_RDONLY, 0), folder);
	must(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn), folder);
	must(mdb_dbi_open(txn, NULL, 0, &dbi), folder);
	must(mdb_stat(txn, dbi, &stat), folder);
	must(mdb_env_info(env, &info), folder);
	must(mdb_cursor_open(txn, dbi, &cursor), folder);
	pages += pages_of(&stat);
	while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
		snprintf(name, sizeof(name), "%.*s", (int)key.mv_size, (char *)key.mv_data);
		pages += print_table(txn, name);
	}
	mdb_cursor_close(cursor);
	printf("%-20s %10s %12zu\n", "(other pages)", "",
	       (info.me_last_pgno + 1 - pages) * stat.ms_psize);
	printf("%-20s %10s %12zu\n", "(whole)", "", (info.me_last_pgno + 1) * stat.ms_psize);
	mdb_txn_abort(txn);
	mdb_env_close(env);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: bench_tables FOLDER...\n");
		return 2;
	}
	for (int i = 1; i < argc; i++)
		print_environment(argv[i]);
	return 0;
}
