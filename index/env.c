/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens and closes the LMDB environment, begins views and grows the map. Commits are as
 * durable as LMDB makes them by default: no MDB_NOSYNC, no MDB_WRITEMAP. The environment
 * must not be used across fork(), nor by two threads at once.
 */
#include "index/env.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "pipeline/base/cleanup.h"

#define MAX_READERS 510
#define MAX_MAP_BYTES ((size_t)1 << 46)

bool lmdb_error(struct error *error, int code, const char *what)
{
	switch (code) {
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_INVALID:
	case MDB_VERSION_MISMATCH:
	case MDB_INCOMPATIBLE:
	case MDB_CURSOR_FULL:
		return index_damaged(error, "%s: %s", what, mdb_strerror(code));
	default:
		return error_set(error, ERROR_IO, "%s: %s", what, mdb_strerror(code));
	}
}

static struct index *index_new(const char *folder)
{
	struct index *index = mem_alloc_zero(1, sizeof(*index));

	index->folder = mem_strdup(folder);
	index->lock_fd = index->reader_fd = -1;
	return index;
}

static int env_open(struct index *index, unsigned flags)
{
	int fd, code = mdb_env_create(&index->env);

	if (code == 0)
		code = mdb_env_set_maxdbs(index->env, TABLES);
	if (code == 0)
		code = mdb_env_set_maxreaders(index->env, MAX_READERS);
	if (code == 0)
		code = mdb_env_open(index->env, index->folder, flags | MDB_NOTLS, 0600);
	/* LMDB closes its other descriptors on exec, but leaves this one to children. */
	if (code == 0)
		code = mdb_env_get_fd(index->env, &fd);
	if (code == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
		code = errno;
	if (code != 0) {
		mdb_env_close(index->env);
		index->env = NULL;
	}
	return code;
}

/* Bytes that the file should have by its header, and those it has. */
static bool file_sizes(struct index *index, int *fd, uint64_t *want, uint64_t *have,
		       struct error *error)
{
	MDB_envinfo info;
	MDB_stat stat;
	struct stat file;

	mdb_env_info(index->env, &info);
	mdb_env_stat(index->env, &stat);
	mdb_env_get_fd(index->env, fd);
	if (fstat(*fd, &file) != 0)
		return error_errno(error, "%s/data.mdb", index->folder);
	*want = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
	*have = (uint64_t)file.st_size;
	return true;
}

static void stretch_file(struct index *index)
{
	struct error error;
	MDB_envinfo info;
	uint64_t want, have;
	int fd, code;

	mdb_env_info(index->env, &info);
	if (!file_sizes(index, &fd, &want, &have, &error) || have >= info.me_mapsize)
		return;
	code = ftruncate(fd, (off_t)info.me_mapsize);
	(void)code;
}

/* LMDB says EIO when less is written than it asked for. The next write tells why: it is one where no page has been yet, and
 * what it leaves is cut off with the rest. */
static int why_cut_short(struct index *index)
{
	static const char page[4096];
	struct error error;
	MDB_envinfo info;
	uint64_t want, have;
	int fd;

	mdb_env_info(index->env, &info);
	if (!file_sizes(index, &fd, &want, &have, &error))
		return EIO;
	if (have < info.me_mapsize)
		have = info.me_mapsize;
	if (pwrite(fd, page, sizeof(page), (off_t)have) < 0 &&
	    (errno == ENOSPC || errno == EDQUOT || errno == EFBIG))
		return errno;
	return EIO;
}

int index_commit(struct index *index, MDB_txn *txn)
{
	int code;

	stretch_file(index);
	code = mdb_txn_commit(txn);
	return code == EIO ? why_cut_short(index) : code;
}

bool index_fit_file(struct index *index, struct error *error)
{
	uint64_t want, have;
	int fd;

	if (!file_sizes(index, &fd, &want, &have, error))
		return false;
	while (have != want && ftruncate(fd, (off_t)want) != 0)
		if (errno != EINTR)
			return error_errno(error, "%s/data.mdb", index->folder);
	return true;
}

bool index_is_in_place(struct index *index, struct error *error)
{
	cleanup_free char *path = folder_file(index->folder, "data.mdb");
	struct stat ours, theirs = { 0 };
	int fd;

	mdb_env_get_fd(index->env, &fd);
	if (fstat(fd, &ours) != 0 || (stat(path, &theirs) != 0 && errno != ENOENT))
		return error_errno(error, "%s", path);
	if (ours.st_nlink > 0 && ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino)
		return true;
	return error_set(error, ERROR_IO,
			 "%s was removed or replaced while it was written", path);
}

/* A page behind the end of the file would be a SIGBUS, so a cut file is refused here.
 * A writer that could not make it longer before its commit is given a moment. */
static bool file_is_whole(struct index *index, struct error *error)
{
	const struct timespec moment = { .tv_nsec = 20000000 };
	uint64_t want, have;
	int fd;

	for (int attempt = 0; attempt < 3; attempt++) {
		if (!file_sizes(index, &fd, &want, &have, error))
			return false;
		if (have >= want)
			return true;
		nanosleep(&moment, NULL);
	}
	return index_damaged(error, "%s/data.mdb is cut short", index->folder);
}

static bool lock_is_refused(int code)
{
	return code == EACCES || code == EROFS || code == EPERM;
}

/* On a medium or in a folder that cannot be written there is no place for the reader table. Who may not write it beside a writer
 * cannot keep him from using the room again of what is being read. */
static int env_open_unnoted(struct index *index, struct error *error)
{
	index->unnoted = true;
	if (!writer_is_at_work(index->reader_fd))
		return env_open(index, MDB_RDONLY | MDB_NOLOCK);
	error_set(error, ERROR_IO,
		  "the index at %s is being written, and may only be read beside that by who may write its lock.mdb",
		  index->folder);
	return EBUSY;
}

static bool env_open_read(struct index *index, struct error *error)
{
	int dead, code = lock_file_fill(index->folder);

	if (code == 0)
		code = env_open(index, MDB_RDONLY);
	if (lock_is_refused(code))
		code = env_open_unnoted(index, error);
	if (error->kind != ERROR_NONE)
		return false;
	if (code == MDB_INVALID || code == MDB_VERSION_MISMATCH)
		return error_set(error, ERROR_FORMAT,
				 "no index at %s: data.mdb is of another kind",
				 index->folder);
	if (code != 0)
		return lmdb_error(error, code, index->folder);
	mdb_reader_check(index->env, &dead);
	return file_is_whole(index, error);
}

static bool env_open_write(struct index *index, size_t map_bytes, struct error *error)
{
	MDB_envinfo info;
	int dead, code = env_open(index, 0);

	if (code == MDB_INVALID || code == MDB_VERSION_MISMATCH)
		return error_set(error, ERROR_FORMAT,
				 "no index at %s: data.mdb is there, but of another kind",
				 index->folder);
	if (code != 0)
		return lmdb_error(error, code, index->folder);
	mdb_reader_check(index->env, &dead);
	mdb_env_info(index->env, &info);
	if (info.me_mapsize < map_bytes)
		code = mdb_env_set_mapsize(index->env, map_bytes);
	if (code != 0)
		return lmdb_error(error, code, index->folder);
	return index_fit_file(index, error);
}

struct index *index_open_read(const char *folder, struct error *error)
{
	struct index *index = index_new(folder);

	if (folder_holds_index(folder, error) && folder_is_local(folder, error) &&
	    reader_lock(folder, &index->reader_fd, error) &&
	    env_open_read(index, error) && schema_open(index, false, error))
		return index;
	index_close(index);
	return NULL;
}

/* Before there is a data.mdb: an index that is there can be read, however full the disk is. */
static bool lock_file_has_room(const char *folder, struct error *error)
{
	int code = lock_file_fill(folder);

	return code == 0 ||
	       error_set(error, ERROR_IO, "%s/lock.mdb: %s", folder, strerror(code));
}

static bool create_missing(const char *folder, size_t map_bytes, struct error *error)
{
	if (folder_holds_index(folder, error))
		return true;
	if (error->kind != ERROR_FORMAT)
		return false;
	error->kind = ERROR_NONE;
	return index_create(folder, map_bytes, error);
}

struct index *index_open_write_sized(const char *folder, enum index_lock lock,
				     size_t map_bytes, struct error *error)
{
	struct index *index = index_new(folder);

	if (!folder_is_local(folder, error) || !folder_make(folder, error))
		goto fail;
	index->lock_fd = writer_lock(folder, lock, error);
	if (index->lock_fd >= 0)
		fresh_clean(folder);
	if (index->lock_fd >= 0 && lock_file_has_room(folder, error) &&
	    create_missing(folder, map_bytes, error) &&
	    env_open_write(index, map_bytes, error) && schema_open(index, true, error) &&
	    folder_share(folder, error))
		return index;
fail:
	index_close(index);
	return NULL;
}

struct index *index_open_write(const char *folder, enum index_lock lock, struct error *error)
{
	return index_open_write_sized(folder, lock, FIRST_MAP_BYTES, error);
}

struct index *index_open_existing(const char *folder, enum index_lock lock, struct error *error)
{
	return folder_holds_index(folder, error) ? index_open_write(folder, lock, error)
						 : NULL;
}

void index_close(struct index *index)
{
	if (!index)
		return;
	if (index->env)
		mdb_env_close(index->env);
	if (index->lock_fd >= 0)
		close(index->lock_fd);
	if (index->reader_fd >= 0)
		close(index->reader_fd);
	free(index->folder);
	free(index);
}

bool index_grow(struct index *index, struct error *error)
{
	MDB_envinfo info;
	int code = ENOMEM;

	mdb_env_info(index->env, &info);
	if (info.me_mapsize < MAX_MAP_BYTES)
		code = mdb_env_set_mapsize(index->env, info.me_mapsize * 2);
	return code == 0 || lmdb_error(error, code, "growing the index");
}

bool view_begin(struct index_view *view, struct index *index, unsigned flags,
		struct error *error)
{
	int code, dead;

	*view = (struct index_view){ .index = index };
	code = mdb_txn_begin(index->env, NULL, flags, &view->txn);
	if (code == MDB_MAP_RESIZED && index->views == 0) {
		/* Another process has grown the map since we looked. */
		code = mdb_env_set_mapsize(index->env, 0);
		if (code == 0)
			code = mdb_txn_begin(index->env, NULL, flags, &view->txn);
	} else if (code == MDB_READERS_FULL) {
		mdb_reader_check(index->env, &dead);
		code = mdb_txn_begin(index->env, NULL, flags, &view->txn);
	}
	return code == 0 || lmdb_error(error, code, index->folder);
}

struct index_view *index_view_begin(struct index *index, struct error *error)
{
	struct index_view *view = mem_alloc(sizeof(*view));

	if (!view_begin(view, index, MDB_RDONLY, error)) {
		free(view);
		return NULL;
	}
	index->views++;
	return view;
}

/*
 * A transaction of LMDB takes for its pages those that were freed before the last commit but one, or before what the table of readers
 * names (mdb_find_oldest(), mdb_page_alloc()). So the first two behind a snapshot leave its pages alone, and the third may
 * not; it begins when the second is committed.
 */
bool index_view_is_whole(const struct index_view *view, struct error *error)
{
	MDB_envinfo info;

	if (!view->index->unnoted)
		return true;
	mdb_env_info(view->index->env, &info);
	return info.me_last_txnid < mdb_txn_id(view->txn) + 2 ||
	       error_set(error, ERROR_IO,
			 "the index at %s was written while it was read, and may only be read beside that by who may write its lock.mdb: ask again",
			 view->index->folder);
}

void index_view_end(struct index_view *view)
{
	if (!view)
		return;
	mdb_txn_abort(view->txn);
	view->index->views--;
	free(view);
}
