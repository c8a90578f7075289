/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening an index: what is made, what is refused and in which words, the writer lock,
 * and the map that grows under a writer and under the readers of another process.
 */
#include "tests/unit/test_index_fixture.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void refuse_read(const char *folder, enum error_kind kind, const char *text)
{
	struct error error = ERROR_INIT;

	assert_null(index_open_read(folder, &error));
	assert_int_equal(error.kind, kind);
	if (!strstr(error.text, text))
		fail_msg("%s", error.text);
}

static void test_no_index(void **state)
{
	char *folder = new_folder(), *path;

	(void)state;
	refuse_read("/nonexistent/pipeline", ERROR_FORMAT,
		    "no index at /nonexistent/pipeline: run");
	refuse_read(folder, ERROR_FORMAT, "run `pipeline ingest` first");
	assert_true(asprintf(&path, "%s/data.mdb", folder) > 0);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	refuse_read(folder, ERROR_FORMAT, "run `pipeline ingest` first");
	/* What a killed first run left behind is taken over. */
	index_close(must_open_write(folder));
	index_close(must_open_read(folder));
	free(path);
	remove_folder(folder);
}

static mode_t mode_of(const char *folder, const char *name)
{
	char path[512];
	struct stat found;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(stat(path, &found), 0);
	return found.st_mode & 07777;
}

static void test_modes(void **state)
{
	char *parent = new_folder(), *folder;
	mode_t mask = umask(0);

	(void)state;
	assert_true(asprintf(&folder, "%s/state/index", parent) > 0);
	index_close(must_open_write(folder));
	umask(mask);
	assert_int_equal(mode_of(parent, "state"), 0700);
	assert_int_equal(mode_of(folder, "."), 0700);
	assert_int_equal(mode_of(folder, "data.mdb"), 0600);
	assert_int_equal(mode_of(folder, "lock.mdb"), 0600);
	assert_int_equal(mode_of(folder, "writer.lock"), 0600);
	remove_folder(folder);
	assert_true(asprintf(&folder, "%s/state", parent) > 0);
	remove_folder(folder);
	remove_folder(parent);
}

/* No descriptor of an open index may reach a program that is executed. */
static void test_descriptors_close_on_exec(void **state)
{
	char *folder = new_folder(), path[64], target[512];
	struct index *index = must_open_write(folder);
	size_t seen = 0;

	(void)state;
	for (int fd = 3; fd < 256; fd++) {
		ssize_t len;

		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		len = readlink(path, target, sizeof(target));
		if (len < 0 || !slice_starts((struct slice){ target, (size_t)len },
					     slice_from(folder)))
			continue;
		seen++;
		assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	}
	assert_true(seen >= 3);
	index_close(index);
	remove_folder(folder);
}

static void test_network_filesystems(void **state)
{
	(void)state;
	assert_string_equal(network_filesystem(0x6969), "NFS");
	assert_string_equal(network_filesystem(0xff534d42), "CIFS");
	/* f_type is signed on some machines. */
	assert_string_equal(network_filesystem((unsigned long)(int)0xfe534d42), "SMB2");
	assert_string_equal(network_filesystem(0x65735546), "FUSE");
	assert_string_equal(network_filesystem(0x01021997), "9P");
	assert_null(network_filesystem(0xef53));
	assert_null(network_filesystem(0x01021994));
}

static void test_second_writer(void **state)
{
	char *folder = new_folder();
	struct index *first = must_open_write(folder);
	struct error error = ERROR_INIT;

	(void)state;
	assert_null(index_open_write(folder, INDEX_LOCK_FAIL, &error));
	assert_int_equal(error.kind, ERROR_BUSY);
	assert_non_null(strstr(error.text, folder));
	index_close(first);
	first = must_open_write(folder);
	index_close(first);
	remove_folder(folder);
}

static void test_waiting_writer(void **state)
{
	char *folder = new_folder(), byte;
	struct index *index;
	int ready[2], status;
	pid_t child;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (child == 0) {
		index = must_open_write(folder);
		if (write(ready[1], "x", 1) != 1)
			_exit(1);
		usleep(100000);
		index_close(index);
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	index = index_open_write(folder, INDEX_LOCK_WAIT, &(struct error){ ERROR_NONE });
	assert_non_null(index);
	/* The lock was free only when the child had closed it. */
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	index_close(index);
	close(ready[0]);
	close(ready[1]);
	remove_folder(folder);
}

/* Puts another text under "schema", as another version would. */
static void set_schema(const char *folder, const char *schema)
{
	struct index *index = must_open_write(folder);
	struct error error = ERROR_INIT;
	struct index_view view;

	assert_true(view_begin(&view, index, 0, &error));
	assert_true(table_put(&view, TABLE_META, SLICE("schema"), slice_from(schema), &error));
	assert_int_equal(mdb_txn_commit(view.txn), 0);
	index_close(index);
}

static void test_other_schema(void **state)
{
	char *folder = new_folder();
	struct error error = ERROR_INIT;

	(void)state;
	index_close(must_open_write(folder));
	set_schema(folder, "pipeline/index/7");
	refuse_read(folder, ERROR_FORMAT,
		    "has schema pipeline/index/7, this program has pipeline/");
	assert_null(index_open_write(folder, INDEX_LOCK_FAIL, &error));
	assert_int_equal(error.kind, ERROR_FORMAT);
	assert_non_null(strstr(error.text, "pipeline/index/7"));
	remove_folder(folder);
	folder = new_folder();
	index_close(must_open_write(folder));
	set_schema(folder, "something else");
	refuse_read(folder, ERROR_FORMAT, "no index of pipeline");
	remove_folder(folder);
}

static void put_file(const char *folder, const char *bytes, size_t len)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/data.mdb", folder);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	fclose(file);
}

static void test_foreign_files(void **state)
{
	struct error error = ERROR_INIT;
	char *folder = new_folder();
	char noise[20000];
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;

	(void)state;
	memset(noise, 'x', sizeof(noise));
	put_file(folder, noise, sizeof(noise));
	refuse_read(folder, ERROR_FORMAT, "of another kind");
	assert_null(index_open_write(folder, INDEX_LOCK_FAIL, &error));
	assert_int_equal(error.kind, ERROR_FORMAT);
	put_file(folder, noise, 10);
	refuse_read(folder, ERROR_FORMAT, "of another kind");
	remove_folder(folder);
	/* Somebody else's environment. */
	folder = new_folder();
	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_set_maxdbs(env, 2), 0);
	assert_int_equal(mdb_env_open(env, folder, 0, 0600), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
	assert_int_equal(mdb_dbi_open(txn, "mail", MDB_CREATE, &dbi), 0);
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
	refuse_read(folder, ERROR_FORMAT, "no index of pipeline");
	assert_null(index_open_write(folder, INDEX_LOCK_FAIL, &error));
	assert_int_equal(error.kind, ERROR_FORMAT);
	remove_folder(folder);
}

static void test_cut_file(void **state)
{
	static const struct sample_bundle samples[] = {
		{ "/a.zip", { { .id = 1, .chains = { { "a.exe>b.exe", 0, 0 } } } } },
	};
	char *folder = new_folder(), path[512];
	struct stat found;

	(void)state;
	fill(folder, samples, 1);
	snprintf(path, sizeof(path), "%s/data.mdb", folder);
	assert_int_equal(stat(path, &found), 0);
	assert_int_equal(truncate(path, found.st_size - 4096), 0);
	refuse_read(folder, ERROR_FORMAT, "cut short");
	remove_folder(folder);
}

/* A folder that this user may read but not write, as on a read-only medium. */
static void test_read_only_folder(void **state)
{
	static const struct sample_bundle sample = { "/a.zip", { { .id = 1 } } };
	char *folder = new_folder();
	struct incident_row row;
	struct index_view *view;
	struct index *index;
	int status;
	pid_t child;

	(void)state;
	fill(folder, &sample, 1);
	remove_file(folder, "lock.mdb");
	assert_int_equal(chmod(folder, 0555), 0);
	child = fork();
	if (child == 0) {
		char path[512];

		snprintf(path, sizeof(path), "%s/data.mdb", folder);
		if (chmod(path, 0444) != 0 || (getuid() == 0 && setuid(65534) != 0))
			_exit(2);
		index = must_open_read(folder);
		view = must_view(index);
		if (!index_incident(view, 1, &row, &(struct error){ ERROR_NONE }))
			_exit(3);
		incident_row_free(&row);
		index_view_end(view);
		index_close(index);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(chmod(folder, 0755), 0);
	remove_folder(folder);
}

static void write_one(struct index *index, uint64_t id)
{
	char path[32];
	struct sample_bundle sample = { path, { { .id = id } } };

	snprintf(path, sizeof(path), "/%llu.zip", (unsigned long long)id);
	assert_true(write_samples(index, &sample, 1, &(struct error){ ERROR_NONE }));
}

/* What the child asks for, and what is told it. */
static void tell(int fd)
{
	assert_int_equal(write(fd, "", 1), 1);
}

static bool told(int fd)
{
	char byte;

	return read(fd, &byte, 1) == 1;
}

/* Reads as somebody who may not write: 0 when the snapshot is said to be whole after one commit, and not to be after two. */
static int read_unnoted(const char *folder, int asked, int answer)
{
	struct error error = ERROR_INIT;
	struct index_view *view;
	struct index *index;

	if (getuid() == 0 && setuid(65534) != 0)
		return 2;
	index = must_open_read(folder);
	view = must_view(index);
	if (!index_view_is_whole(view, &error))
		return 3;
	if (write(answer, "", 1) != 1 || !told(asked) || !index_view_is_whole(view, &error))
		return 4;
	if (write(answer, "", 1) != 1 || !told(asked) || index_view_is_whole(view, &error))
		return 5;
	index_view_end(view);
	if (error.kind != ERROR_IO || !strstr(error.text, "was written while it was read"))
		return 6;
	view = must_view(index); /* a new one is of now */
	if (!index_view_is_whole(view, &error))
		return 7;
	index_view_end(view);
	index_close(index);
	return 0;
}

/* Who reads without a place in lock.mdb learns when a writer may have used the room again. */
static void test_reader_without_a_place(void **state)
{
	char *folder = new_folder(), path[512];
	struct index *index;
	int asked[2], answer[2], status;
	pid_t child;

	(void)state;
	if (getuid() != 0)
		skip(); /* nobody else can be another */
	index = must_open_write(folder);
	write_one(index, 1);
	index_close(index);
	assert_int_equal(chmod(folder, 0755), 0);
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder,
			 (const char *[]){ "data.mdb", "lock.mdb", "writer.lock" }[i]);
		assert_int_equal(chmod(path, 0444), 0);
	}
	assert_int_equal(pipe(asked) | pipe(answer), 0);
	child = fork();
	if (child == 0)
		_exit(read_unnoted(folder, asked[0], answer[1]));
	close(answer[1]);
	assert_true(told(answer[0]));
	index = must_open_write(folder);
	write_one(index, 2);
	tell(asked[1]);
	assert_true(told(answer[0]));
	write_one(index, 3);
	tell(asked[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	index_close(index);
	close(answer[0]);
	close(asked[0]);
	close(asked[1]);
	remove_folder(folder);
}

/* Some 2.4 MB in one batch. */
static void write_much(struct index *index, uint64_t first_id)
{
	size_t len = 600000;
	char *records = mem_alloc(len), paths[4][32];
	struct sample_bundle samples[4];

	memset(records, 'r', len);
	for (uint64_t i = 0; i < 4; i++) {
		snprintf(paths[i], sizeof(paths[i]), "/case%u.zip", (unsigned)(first_id + i));
		samples[i] = (struct sample_bundle){
			paths[i],
			{ { .id = first_id + i, .records = records, .records_len = len } },
		};
	}
	must_write(index, samples, 4);
	free(records);
}

/* Opens for reading, lets the parent write, looks again. */
static int read_while_growing(const char *folder, int told, int tell)
{
	struct error error = ERROR_INIT;
	struct index *index = must_open_read(folder);
	struct incident_row row;
	struct index_view *view = must_view(index);
	char byte;
	bool found;

	found = index_incident(view, 10, &row, &error);
	index_view_end(view);
	if (found || error.kind != ERROR_NONE || write(tell, "x", 1) != 1 ||
	    read(told, &byte, 1) != 1)
		return 1;
	view = index_view_begin(index, &error);
	if (!view || !index_incident(view, 10, &row, &error))
		return 2;
	incident_row_free(&row);
	index_view_end(view);
	index_close(index);
	return 0;
}

static void test_map_grows(void **state)
{
	char *folder = new_folder(), byte;
	struct error error = ERROR_INIT;
	struct index *index =
		index_open_write_sized(folder, INDEX_LOCK_FAIL, 1 << 20, &error);
	int to_child[2], to_parent[2], status;
	MDB_envinfo info;
	pid_t child;

	(void)state;
	assert_non_null(index);
	index_close(index);
	assert_int_equal(pipe(to_child) | pipe(to_parent), 0);
	child = fork();
	if (child == 0) {
		/* Should the parent fail, nobody is left waiting. */
		close(to_child[1]);
		alarm(30);
		_exit(read_while_growing(folder, to_child[0], to_parent[1]));
	}
	assert_int_equal(read(to_parent[0], &byte, 1), 1);
	index = index_open_write_sized(folder, INDEX_LOCK_FAIL, 1 << 20, &error);
	assert_non_null(index);
	mdb_env_info(index->env, &info);
	assert_int_equal(info.me_mapsize, 1 << 20);
	write_much(index, 10);
	mdb_env_info(index->env, &info);
	assert_int_equal(info.me_mapsize, 4 << 20);
	assert_int_equal(write(to_child[1], "x", 1), 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	index_close(index);
	for (int i = 0; i < 2; i++) {
		close(to_child[i]);
		close(to_parent[i]);
	}
	remove_folder(folder);
}

/* Growing on the way leaves the same content as room from the start. */
static void test_growth_leaves_no_trace(void **state)
{
	char *small = new_folder(), *large = new_folder();
	byte_vec from_small = { 0 }, from_large = { 0 };
	struct error error = ERROR_INIT;
	struct index *index = index_open_write_sized(small, INDEX_LOCK_FAIL, 1 << 20, &error);

	(void)state;
	assert_non_null(index);
	for (uint64_t round = 0; round < 3; round++)
		write_much(index, 100 + 3 * round);
	index_close(index);
	index = must_open_write(large);
	for (uint64_t round = 0; round < 3; round++)
		write_much(index, 100 + 3 * round);
	index_close(index);
	dump(small, &from_small);
	dump(large, &from_large);
	assert_same_bytes(&from_small, &from_large);
	vec_free(&from_small);
	vec_free(&from_large);
	remove_folder(small);
	remove_folder(large);
}

static void test_write_needs_no_views(void **state)
{
	static const struct sample_bundle sample = { "/a.zip", { { .id = 1 } } };
	char *folder = new_folder();
	struct index *index = must_open_write(folder);
	struct index_view *view = must_view(index);
	struct error error = ERROR_INIT;

	(void)state;
	assert_false(write_samples(index, &sample, 1, &error));
	assert_int_equal(error.kind, ERROR_INTERNAL);
	index_view_end(view);
	must_write(index, &sample, 1);
	index_close(index);
	remove_folder(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_index),
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_descriptors_close_on_exec),
		cmocka_unit_test(test_network_filesystems),
		cmocka_unit_test(test_second_writer),
		cmocka_unit_test(test_waiting_writer),
		cmocka_unit_test(test_other_schema),
		cmocka_unit_test(test_foreign_files),
		cmocka_unit_test(test_cut_file),
		cmocka_unit_test(test_read_only_folder),
		cmocka_unit_test(test_reader_without_a_place),
		cmocka_unit_test(test_map_grows),
		cmocka_unit_test(test_growth_leaves_no_trace),
		cmocka_unit_test(test_write_needs_no_views),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
