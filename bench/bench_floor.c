/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floor of a cold query: a process that opens an LMDB environment read-only, as any reader does with a slot in
 * its table of readers, gets the value of one key and ends. No query over the same file can be faster, whatever
 * it asks. Linked to lmdb alone, so that the libraries the program needs count as the program's.
 * Arguments: the folder of the environment, a table, a key. Exit 0 when the key is there.
 */
#include <lmdb.h>
#include <stdio.h>
#include <string.h>

static int complain(const char *what, int code)
{
	fprintf(stderr, "bench_floor: %s: %s\n", what, mdb_strerror(code));
	return 1;
}

static int get_key(MDB_env *env, const char *table, char *text)
{
	MDB_val key = { strlen(text), text }, value;
	MDB_txn *txn;
	MDB_dbi dbi;
	int code = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);

	if (code != 0)
		return complain("begin", code);
	code = mdb_dbi_open(txn, table, 0, &dbi);
	if (code == 0)
		code = mdb_get(txn, dbi, &key, &value);
	if (code == 0)
		printf("%zu bytes\n", value.mv_size);
	mdb_txn_abort(txn);
	return code == 0 ? 0 : complain(text, code);
}

int main(int argc, char **argv)
{
	MDB_env *env;
	int code;

	if (argc != 4) {
		fprintf(stderr, "usage: bench_floor FOLDER TABLE KEY\n");
		return 2;
	}
	code = mdb_env_create(&env);
	if (code != 0)
		return complain("create", code);
	mdb_env_set_maxdbs(env, 64);
	code = mdb_env_open(env, argv[1], MDB_RDONLY, 0);
	code = code != 0 ? complain(argv[1], code) : get_key(env, argv[2], argv[3]);
	mdb_env_close(env);
	return code;
}
