/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A writer that is killed right before or behind a commit, and an index that is taken away from under one. The length of the
 * file is set before and after each commit: ftruncate() is defined here, so that the linker takes this one, and ends the
 * process where it is told to.
 */
#include "tests/unit/test_index_fixture.h"

#include <fcntl.h>
#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "index/transact.h"

#define KILLED 77
#define PAGES 100

static int calls_left = -1; /* until the end; < 0: it never comes */

int ftruncate(int fd, off_t len)
{
	if (calls_left >= 0 && calls_left-- == 0)
		_exit(KILLED);
	return (int)syscall(SYS_ftruncate, fd, len);
}

/*
 * Pages at the end of the file that are freed again in the transaction that made them: LMDB never writes them. Nor does it
 * anything behind them, where there are others to be had for what it needs one by one.
 */
static bool put_and_delete(void *context, struct index_view *view, struct error *error)
{
	static char bytes[PAGES * 4096];
	MDB_val key = { 5, "large" }, value = { sizeof(bytes), bytes };
	MDB_dbi table = view->index->tables[TABLE_META];

	(void)context;
	return table_put(view, TABLE_META, SLICE("small"), SLICE("done"), error) &&
	       mdb_put(view->txn, table, &key, &value, 0) == 0 &&
	       mdb_del(view->txn, table, &key, NULL) == 0;
}

static bool put(void *context, struct index_view *view, struct error *error)
{
	struct slice value = { context, 4 };

	return table_put(view, TABLE_META, SLICE("small"), value, error);
}

/* With free pages, which later transactions leave behind. */
static void make_index(const char *folder, const struct sample_bundle *bundle)
{
	struct error error = ERROR_INIT;
	struct index *index;

	fill(folder, bundle, 1);
	index = must_open_write(folder);
	for (int i = 0; i < 8; i++)
		assert_true(index_transact(index, put, &i, &error));
	index_close(index);
}

/* A map that cannot be had, in the middle of growing it. */
static bool maps_refused;

void *mmap(void *at, size_t len, int prot, int flags, int fd, off_t offset)
{
	if (maps_refused && fd >= 0) {
		errno = ENOMEM;
		return MAP_FAILED;
	}
	return (void *)syscall(SYS_mmap, at, len, prot, flags, fd, offset);
}

static off_t file_length(const char *folder)
{
	char path[512];
	struct stat found;

	snprintf(path, sizeof(path), "%s/data.mdb", folder);
	assert_int_equal(stat(path, &found), 0);
	return found.st_size;
}

/* In a process of its own: one transaction, and the end at the given call. Returns its exit status. */
static int write_until(const char *folder, int call, size_t limit)
{
	struct error error = ERROR_INIT;
	struct index *index;
	int status;
	pid_t child = fork();

	if (child != 0) {
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		return WEXITSTATUS(status);
	}
	index = index_open_existing(folder, INDEX_LOCK_FAIL, &error);
	if (limit) {
		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &(struct rlimit){ limit, limit });
	}
	calls_left = call;
	_exit(index && index_transact(index, put_and_delete, NULL, &error) ? 0 : 1);
}

static void expect_opens(const char *folder)
{
	struct index *index = must_open_read(folder);
	struct index_view *view = must_view(index);
	struct incident_row row;
	struct error error = ERROR_INIT;

	assert_true(index_incident(view, 1, &row, &error));
	incident_row_free(&row);
	index_view_end(view);
	index_close(index);
}

static const struct sample_bundle sample = {
	"/a.zip", { { .id = 1, .chains = { { "a.exe>b.exe", 0, 0 } } } }
};

static void test_killed_at_a_commit(void **state)
{
	int call, status;
	off_t before;

	(void)state;
	for (call = 0; call < 10; call++) {
		char *folder = new_folder();

		make_index(folder, &sample);
		before = file_length(folder);
		status = write_until(folder, call, 0);
		expect_opens(folder);
		/* The next writer puts right what one that was killed has left. */
		index_close(must_open_write(folder));
		assert_true(file_length(folder) < before + 2 * PAGES * 4096);
		expect_opens(folder);
		remove_folder(folder);
		if (status == 0)
			break;
		assert_int_equal(status, KILLED);
	}
	assert_int_equal(call, 2); /* once before the commit and once behind it */
}

/* The file may not become as long as the map: it is still as long as its header says. */
static void test_limit_on_files(void **state)
{
	char *folder = new_folder();

	(void)state;
	make_index(folder, &sample);
	assert_int_equal(write_until(folder, -1, (size_t)16 << 20), 0);
	expect_opens(folder);
	remove_folder(folder);
}

static void move(const char *folder, const char *name, const char *to)
{
	char from[512], there[512];

	snprintf(from, sizeof(from), "%s/%s", folder, name);
	snprintf(there, sizeof(there), "%s/%s", folder, to);
	assert_int_equal(rename(from, there), 0);
}

/* What is written into a file that nobody finds is not written. */
static void test_taken_away(void **state)
{
	struct error error = ERROR_INIT;
	char *folder = new_folder(), *other = new_folder();
	char path[512];
	struct index *index;

	(void)state;
	make_index(folder, &sample);
	index = must_open_write(folder);
	move(folder, "data.mdb", "moved.mdb");
	assert_false(index_transact(index, put_and_delete, NULL, &error));
	assert_int_equal(error.kind, ERROR_IO);
	assert_non_null(strstr(error.text, "removed or replaced"));

	fill(other, &sample, 1);
	snprintf(path, sizeof(path), "%s/data.mdb", folder);
	assert_int_equal(rename(strcat(strcpy((char[512]){ 0 }, other), "/data.mdb"), path),
			 0);
	error = ERROR_INIT;
	assert_false(index_transact(index, put_and_delete, NULL, &error));
	assert_int_equal(error.kind, ERROR_IO);
	assert_int_equal(unlink(path), 0);
	move(folder, "moved.mdb", "data.mdb");
	error = ERROR_INIT;
	assert_true(index_transact(index, put_and_delete, NULL, &error));
	index_close(index);
	remove_folder(folder);
	remove_folder(other);
}

/* Readers that died with a view open have taken all places there are: one that comes then clears them away. */
static void test_dead_readers(void **state)
{
	char *folder = new_folder();
	struct error error = ERROR_INIT;
	struct index *index;
	int status, views = 0;
	pid_t child;

	(void)state;
	make_index(folder, &sample);
	index = must_open_read(folder);
	child = fork();
	if (child == 0) {
		struct index *mine = must_open_read(folder);

		while (index_view_begin(mine, &error))
			views++;
		_exit(views < 500 || !strstr(error.text, "MDB_READERS_FULL"));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	index_view_end(must_view(index));
	index_close(index);
	remove_folder(folder);
}

static bool fill_map(void *context, struct index_view *view, struct error *error)
{
	static const char bytes[1 << 20];

	(void)context;
	return table_put(view, TABLE_META, SLICE("small"),
			 (struct slice){ bytes, sizeof(bytes) }, error);
}

/* The index stays as it was, and goes on with the next who has the memory. */
static void test_map_refused(void **state)
{
	char *folder = new_folder();
	struct error error = ERROR_INIT;
	struct index *index;

	(void)state;
	make_index(folder, &sample);
	index = must_open_write(folder);
	assert_int_equal(mdb_env_set_mapsize(index->env, 1 << 19), 0);
	maps_refused = true;
	assert_false(index_transact(index, fill_map, NULL, &error));
	maps_refused = false;
	assert_int_equal(error.kind, ERROR_IO);
	assert_non_null(strstr(error.text, "growing the index: Cannot allocate memory"));
	index_close(index);
	expect_opens(folder);
	index = must_open_write(folder);
	assert_true(index_transact(index, fill_map, NULL, &error));
	index_close(index);
	expect_opens(folder);
	remove_folder(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_killed_at_a_commit),
		cmocka_unit_test(test_limit_on_files),
		cmocka_unit_test(test_taken_away),
		cmocka_unit_test(test_dead_readers),
		cmocka_unit_test(test_map_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
