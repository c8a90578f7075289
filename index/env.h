/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of the index, for the files of this folder and their tests only: the
 * environment, its tables, and where on disk it may lie.
 */
#ifndef INDEX_ENV_H
#define INDEX_ENV_H

#include <lmdb.h>

#include "index/index.h"

/* Raised whenever a byte on disk changes its meaning. */
#define SCHEMA_NAME "pipeline/index/"
#define SCHEMA_VERSION 5

#define FIRST_MAP_BYTES ((size_t)64 << 20)

enum table {
#define TABLE(id, name, flags) TABLE_##id,
#include "index/tables.def"
#undef TABLE
	TABLES,
};

struct index {
	MDB_env *env;
	MDB_dbi tables[TABLES];
	char *folder;
	int lock_fd; /* -1 unless it writes */
	int reader_fd; /* of one that reads; -1 where the folder has no place for its lock */
	const struct index_view *source; /* of another index, whose bytes are written to this one; NULL for none */
	bool unnoted;   /* it reads, and has no place in lock.mdb to say so */
	unsigned views; /* open now: while one is, the map must not move */
	uint64_t run;   /* the run that it writes in, 0 before index_begin_run() */
	struct run_confinement confinement; /* to be written with the next batch, */
	bool confinement_noted;             /* when this is set */
};

/* A read transaction, or inside index_write() the write transaction. */
struct index_view {
	struct index *index;
	MDB_txn *txn;
	bool map_full; /* why the last put failed */
};

/* index_open_write() with another first size of the map, for tests of its growth. */
struct index *index_open_write_sized(const char *folder, enum index_lock lock,
				     size_t map_bytes, struct error *error);
/* Doubles the map. No transaction may be open. */
bool index_grow(struct index *index, struct error *error);
/* LMDB does not write pages that were freed again in the transaction that made them, and a
 * reader takes a file that is shorter than its header says for a cut one. So the file is made as
 * long as the map before each commit, whoever is killed behind that, and as long as its header
 * says after it. The first does what it can: there may be a limit, or no sparse files. */
bool index_fit_file(struct index *index, struct error *error);
/* mdb_txn_commit() of a transaction that writes, the first of the two and, where LMDB has but EIO for a write that was cut
 * short, the reason. */
int index_commit(struct index *index, MDB_txn *txn);
/* Whether data.mdb is still the file that was opened, and not removed or replaced. */
bool index_is_in_place(struct index *index, struct error *error);
bool view_begin(struct index_view *view, struct index *index, unsigned flags,
		struct error *error);

/* schema.c: opens the tables and checks the version. A writer makes them when the
 * index is empty. */
bool schema_open(struct index *index, bool write, struct error *error);

/* Its name in the environment, "incident". */
const char *table_name(enum table table);

/* folder.c */
/* "FOLDER/NAME", to be freed. */
char *folder_file(const char *folder, const char *name);
bool folder_make(const char *folder, struct error *error);
bool folder_holds_index(const char *folder, struct error *error);
/* Makes names that were given and taken away in it durable. */
bool folder_sync(const char *folder, struct error *error);
/* Refuses a network file system; asks the nearest parent when path does not exist. */
bool folder_is_local(const char *path, struct error *error);
/* The name of a network file system by its magic in statfs.f_type, NULL for all
 * others. */
const char *network_filesystem(unsigned long magic);

/* share.c: lets the group of a shared folder at the files of the index; for the holder of the writer lock. */
bool folder_share(const char *folder, struct error *error);

/* lock.c */
#define LOCK_FILE "writer.lock"
/* The descriptor that holds the writer lock until it is closed, or -1. */
int writer_lock(const char *folder, enum index_lock lock, struct error *error);
/* The same for a reader; *fd is -1 as well where none may be made, as on a read-only medium. */
bool reader_lock(const char *folder, int *fd, struct error *error);
/* Whether somebody holds the writer lock; fd as reader_lock() gives it. */
bool writer_is_at_work(int fd);
/* For the holder of the writer lock: waits until nobody else has the index open, and lets
 * nobody open it until fd is closed. ERROR_BUSY when that lasts longer than wait_ms. */
bool exclusive_lock(int fd, const char *folder, int64_t wait_ms, struct error *error);

/* Makes sure that lock.mdb has its room on disk, before LMDB opens it. 0, or the number of the error. */
int lock_file_fill(const char *folder);

/* fresh.c: the file beside data.mdb that is to take its place; to be freed. */
char *fresh_path(const char *folder);
/* Removes what one that was killed has left; for the holder of the writer lock. */
void fresh_clean(const char *folder);
/* Makes an environment in that file. Path must outlive it; env is to be closed, also on failure, when it is not NULL. */
bool fresh_open(struct index *fresh, char *path, size_t map_bytes, struct error *error);
/* When all is committed: the file has its length, and is on disk. */
bool fresh_settle(struct index *fresh, struct error *error);
/* An empty index where there is none; for the holder of the writer lock. False: there is none then. */
bool index_create(const char *folder, size_t map_bytes, struct error *error);

/* What an LMDB code means to the user; always false. */
bool lmdb_error(struct error *error, int code, const char *what);

#define index_damaged(error, ...) \
	error_set(error, ERROR_FORMAT, "the index is damaged: " __VA_ARGS__)

#endif
