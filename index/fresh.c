/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A data.mdb that nobody knows of yet. A new index, and a compacted one, are made in a file beside data.mdb and take its place by
 * a rename when they are whole and on disk: who is killed on the way, or finds the disk full, leaves no half of an index
 * but a file that the next writer removes.
 */
#include "index/env.h"

#include <stdio.h>
#include <unistd.h>

#include "pipeline/base/cleanup.h"

char *fresh_path(const char *folder)
{
	return folder_file(folder, "data.mdb.new");
}

void fresh_clean(const char *folder)
{
	cleanup_free char *path = fresh_path(folder);

	unlink(path);
}

/* It has no lock.mdb, and is synced once, by who settles it. */
bool fresh_open(struct index *fresh, char *path, size_t map_bytes, struct error *error)
{
	int code = mdb_env_create(&fresh->env);

	fresh->folder = path;
	fresh->lock_fd = fresh->reader_fd = -1;
	if (code == 0)
		code = mdb_env_set_maxdbs(fresh->env, TABLES);
	if (code == 0)
		code = mdb_env_set_mapsize(fresh->env, map_bytes);
	if (code == 0)
		code = mdb_env_open(fresh->env, path,
				    MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOSYNC, 0600);
	return code == 0 || lmdb_error(error, code, path);
}

bool fresh_settle(struct index *fresh, struct error *error)
{
	int fd;

	if (!index_fit_file(fresh, error))
		return false;
	mdb_env_get_fd(fresh->env, &fd);
	return fsync(fd) == 0 || error_errno(error, "%s", fresh->folder);
}

static bool make_fresh(char *path, size_t map_bytes, struct error *error)
{
	struct index fresh = { .env = NULL };
	bool ok = fresh_open(&fresh, path, map_bytes, error) &&
		  schema_open(&fresh, true, error) && fresh_settle(&fresh, error);

	if (fresh.env)
		mdb_env_close(fresh.env);
	return ok;
}

bool index_create(const char *folder, size_t map_bytes, struct error *error)
{
	cleanup_free char *path = fresh_path(folder);
	cleanup_free char *data = folder_file(folder, "data.mdb");

	if (make_fresh(path, map_bytes, error)) {
		if (rename(path, data) == 0)
			return folder_sync(folder, error);
		error_errno(error, "%s", data);
	}
	unlink(path);
	return false;
}
