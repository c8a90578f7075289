/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compacting. All rows of all tables are appended in order of keys to a fresh environment
 * (fresh.c), so that its pages are full and none is free.
 */
#include "index/compact.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "index/table.h"
#include "pipeline/base/cleanup.h"
#include "pipeline/base/work.h"

/* Pages of a transaction are in memory, so rows are committed when they are so many bytes. */
#define BATCH_BYTES ((size_t)16 << 20)

struct copying {
	struct index_view *from;
	struct index fresh; /* nothing but its environment, tables and name */
	struct index_view into;
	size_t batch_bytes, most_batch_bytes;
	struct error *error;
};

/* A dense copy is no larger than what it is made from, give or take how rows fall on pages. */
static size_t map_bytes_for(uint64_t file_bytes)
{
	size_t bytes = FIRST_MAP_BYTES;

	while (bytes / 2 < file_bytes)
		bytes *= 2;
	return bytes;
}

static bool commit(struct copying *copying)
{
	int code = index_commit(&copying->fresh, copying->into.txn);

	copying->into.txn = NULL;
	copying->batch_bytes = 0;
	return code == 0 || lmdb_error(copying->error, code, copying->fresh.folder);
}

/* With the flags that the table has where it comes from. */
static bool make_table(struct copying *copying, enum table table)
{
	MDB_txn *from = copying->from->txn;
	unsigned flags;
	int code = mdb_dbi_flags(from, copying->from->index->tables[table], &flags);

	if (code == 0)
		code = mdb_dbi_open(copying->into.txn, table_name(table),
				    flags | MDB_CREATE, &copying->fresh.tables[table]);
	return code == 0 || lmdb_error(copying->error, code, table_name(table));
}

/* again: the key is that of the row before, in a table of duplicates. */
static bool append_row(struct copying *copying, enum table table, bool again,
		       struct slice key, struct slice value)
{
	MDB_val at = { key.len, (void *)key.at }, given = { value.len, (void *)value.at };
	int code = mdb_put(copying->into.txn, copying->fresh.tables[table], &at, &given,
			   again ? MDB_APPENDDUP : MDB_APPEND);

	if (code == MDB_KEYEXIST)
		return index_damaged(copying->error,
				     "rows of the table \"%s\" are out of order",
				     table_name(table));
	if (code != 0)
		return lmdb_error(copying->error, code, copying->fresh.folder);
	copying->batch_bytes += key.len + value.len;
	work_small_step(key.len + value.len);
	return copying->batch_bytes < copying->most_batch_bytes ||
	       (commit(copying) &&
		view_begin(&copying->into, &copying->fresh, 0, copying->error));
}

/* Whether as many rows were met as the table says that it has. */
static bool check_count(struct copying *copying, enum table table, size_t rows)
{
	MDB_stat stat;

	mdb_stat(copying->from->txn, copying->from->index->tables[table], &stat);
	return rows == stat.ms_entries ||
	       index_damaged(copying->error, "the table \"%s\" has %zu rows and claims %zu",
			     table_name(table), rows, stat.ms_entries);
}

static bool copy_table(struct copying *copying, enum table table)
{
	struct table_scan scan = { .cursor = NULL };
	struct slice before = SLICE_NONE;
	size_t rows = 0;
	bool ok = make_table(copying, table) &&
		  scan_begin(&scan, copying->from, table, SLICE_NONE, copying->error);

	while (ok && scan_next(&scan, copying->error)) {
		bool again = rows++ > 0 && slice_equal(scan.key, before);

		ok = append_row(copying, table, again, scan.key, scan.value);
		before = scan.key;
	}
	scan_end(&scan);
	return ok && copying->error->kind == ERROR_NONE && check_count(copying, table, rows);
}

/* Pages are not full, so the bytes that are copied are fewer: the rest of each table is added behind it. */
static uint64_t table_bytes(struct copying *copying, enum table table)
{
	MDB_stat stat;

	mdb_stat(copying->from->txn, copying->from->index->tables[table], &stat);
	return (uint64_t)(stat.ms_leaf_pages + stat.ms_overflow_pages) * stat.ms_psize;
}

static void expect_work(struct copying *copying)
{
	uint64_t rows = 0, bytes = 0;

	for (int table = 0; table < TABLES; table++) {
		rows += table_rows(copying->from, table);
		bytes += table_bytes(copying, table);
	}
	work_begin_bytes("rows copied", rows, bytes);
}

static bool copy_tables(struct copying *copying)
{
	uint64_t bytes = 0;
	bool good = view_begin(&copying->into, &copying->fresh, 0, copying->error);

	expect_work(copying);
	for (int table = 0; good && table < TABLES; table++) {
		good = copy_table(copying, table);
		bytes += table_bytes(copying, table);
		work_now.bytes = bytes;
	}
	good = good && commit(copying);
	work_end();
	return good;
}

/* The new file has owner and mode of the old one, and is on disk. */
static bool settle_file(struct copying *copying, const struct stat *old)
{
	struct error *error = copying->error;
	const char *path = copying->fresh.folder;
	int fd;

	mdb_env_get_fd(copying->fresh.env, &fd);
	if ((old->st_uid != geteuid() || old->st_gid != getegid()) &&
	    fchown(fd, old->st_uid, old->st_gid) != 0)
		return error_errno(error, "%s: owner", path);
	if (fchmod(fd, old->st_mode & 07777) != 0)
		return error_errno(error, "%s", path);
	return fresh_settle(&copying->fresh, error);
}

static bool copy_index(struct index *index, char *path, const struct stat *old,
		       size_t batch_bytes, struct error *error)
{
	struct copying copying = { .most_batch_bytes = batch_bytes, .error = error };
	bool ok;

	copying.from = index_view_begin(index, error);
	ok = copying.from &&
	     fresh_open(&copying.fresh, path, map_bytes_for((uint64_t)old->st_size), error) &&
	     copy_tables(&copying) && settle_file(&copying, old);
	if (copying.into.txn)
		mdb_txn_abort(copying.into.txn);
	if (copying.fresh.env)
		mdb_env_close(copying.fresh.env);
	index_view_end(copying.from);
	return ok;
}

/*
 * LMDB makes lock.mdb anew for the new file. When root does this for another, an empty one with
 * the owner of the old one is left, which LMDB takes for new.
 */
static bool drop_lock_file(const char *folder, struct error *error)
{
	cleanup_free char *path = folder_file(folder, "lock.mdb");
	cleanup_fd int fd = -1;
	struct stat old;

	if (lstat(path, &old) != 0)
		return errno == ENOENT || error_errno(error, "%s", path);
	if (unlink(path) != 0)
		return error_errno(error, "%s", path);
	if (old.st_uid == geteuid())
		return true;
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return (fd >= 0 && fchown(fd, old.st_uid, old.st_gid) == 0) ||
	       error_errno(error, "%s", path);
}

/* Nobody may have the old file open: see lock.c. Whoever died between rename and unlink leaves a lock.mdb that
 * nobody has open, which LMDB makes anew as well. */
static bool swap(struct index *index, const char *path, const char *data, int64_t wait_ms,
		 struct error *error)
{
	mdb_env_close(index->env);
	index->env = NULL;
	if (!exclusive_lock(index->lock_fd, index->folder, wait_ms, error))
		return false;
	if (rename(path, data) != 0)
		return error_errno(error, "%s", path);
	if (!drop_lock_file(index->folder, error))
		return false;
	lock_file_fill(index->folder); /* into the room of the old one, before somebody else has it */
	return folder_share(index->folder, error) && folder_sync(index->folder, error);
}

static bool compact(struct index *index, int64_t wait_ms, size_t batch_bytes,
		    struct compact_sizes *sizes, struct error *error)
{
	cleanup_free char *data = folder_file(index->folder, "data.mdb");
	cleanup_free char *path = fresh_path(index->folder);
	struct stat old, new;

	if (lstat(data, &old) != 0)
		return error_errno(error, "%s", data);
	if (!S_ISREG(old.st_mode))
		return error_set(error, ERROR_IO, "%s is no regular file", data);
	if (!copy_index(index, path, &old, batch_bytes, error))
		return false;
	if (stat(path, &new) != 0)
		return error_errno(error, "%s", path);
	*sizes = (struct compact_sizes){ (uint64_t)old.st_size, (uint64_t) new.st_size };
	return swap(index, path, data, wait_ms, error);
}

bool index_compact_batched(const char *folder, enum index_lock lock, int64_t wait_ms,
			   size_t batch_bytes, struct compact_sizes *sizes,
			   struct error *error)
{
	struct index *index = index_open_existing(folder, lock, error);
	bool ok;

	if (!index)
		return false;
	ok = compact(index, wait_ms, batch_bytes, sizes, error);
	if (!ok)
		fresh_clean(folder);
	index_close(index);
	return ok;
}

bool index_compact(const char *folder, enum index_lock lock, int64_t wait_ms,
		   struct compact_sizes *sizes, struct error *error)
{
	return index_compact_batched(folder, lock, wait_ms, BATCH_BYTES, sizes, error);
}
