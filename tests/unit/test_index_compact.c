/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compacting: the same rows in a smaller file, never beside somebody who has the index open,
 * and nothing left of one that was killed.
 */
#include "tests/unit/test_index_fixture.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "index/compact.h"

#define MANY 1500

static uint64_t size_of(const char *folder, const char *name)
{
	char path[512];
	struct stat found;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return stat(path, &found) == 0 ? (uint64_t)found.st_size : 0;
}

static void copy_file(const char *folder, const char *from, const char *to)
{
	char path[512], bytes[65536];
	ssize_t len;
	int in, out;

	snprintf(path, sizeof(path), "%s/%s", folder, from);
	in = open(path, O_RDONLY);
	snprintf(path, sizeof(path), "%s/%s", folder, to);
	out = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(in >= 0 && out >= 0);
	while ((len = read(in, bytes, sizeof(bytes))) > 0)
		assert_int_equal(write(out, bytes, (size_t)len), len);
	close(in);
	close(out);
}

/* Bundles of one incident each; one signature has so many that its ids fill a tree of their own. */
static void fill_many(const char *folder, bool empty)
{
	struct sample_bundle *samples = mem_alloc_zero(MANY, sizeof(*samples));
	char(*paths)[32] = mem_alloc(MANY * sizeof(*paths));
	char records[9000];

	memset(records, 'r', sizeof(records));
	for (uint64_t i = 0; i < MANY; i++) {
		snprintf(paths[i], sizeof(paths[i]), "/srv/%u.zip", (unsigned)i);
		samples[i].path = paths[i];
		if (empty && i % 16)
			continue;
		samples[i].incidents[0] = (struct sample_incident){
			.id = (i + 1) * 0x9e3779b97f4a7c15u,
			.time = 1000 + (int64_t)i,
			.chains = { { "a.exe>b.exe", 5, 0 }, { "a.exe>b.exe>c.exe", 6, 0 } },
			.processes = { { "a.exe", (uint32_t)(1 + i % 40) } },
			.records = records,
			.records_len = i % 7 ? 20 + i % 900 : sizeof(records),
		};
	}
	fill(folder, samples, MANY);
	free(samples);
	free(paths);
}

static void must_compact(const char *folder, struct compact_sizes *sizes)
{
	struct error error = ERROR_INIT;

	if (!index_compact(folder, INDEX_LOCK_FAIL, 0, sizes, &error))
		fail_msg("%s", error.text);
}

static void test_same_rows_in_less_room(void **state)
{
	byte_vec before = { 0 }, after = { 0 };
	struct compact_sizes first, second, third;
	char *folder = new_folder();

	(void)state;
	fill_many(folder, false);
	dump(folder, &before);
	must_compact(folder, &first);
	dump(folder, &after);
	assert_same_bytes(&before, &after);
	assert_true(first.after < first.before);
	assert_int_equal(size_of(folder, "data.mdb"), first.after);
	fill_many(folder, true);
	dump(folder, &before);
	must_compact(folder, &second);
	dump(folder, &after);
	assert_same_bytes(&before, &after);
	assert_true(second.before >= first.after && second.after < first.after / 2);
	/* There is nothing more to be had, and the map is not grown each time. */
	must_compact(folder, &third);
	assert_int_equal(third.before, second.after);
	assert_int_equal(third.after, second.after);
	vec_free(&before);
	vec_free(&after);
	remove_folder(folder);
}

/* A transaction may end behind any row, in the middle of the values of one key too. */
static void test_many_transactions(void **state)
{
	static const size_t batches[] = { 1, 40, 1000, 30000, 1000000 };
	byte_vec before = { 0 }, after = { 0 };
	char *folder = new_folder();
	struct compact_sizes sizes;
	struct error error = ERROR_INIT;

	(void)state;
	fill_many(folder, false);
	dump(folder, &before);
	for (size_t i = 0; i < sizeof(batches) / sizeof(batches[0]); i++) {
		if (!index_compact_batched(folder, INDEX_LOCK_FAIL, 0, batches[i], &sizes,
					   &error))
			fail_msg("%s", error.text);
		dump(folder, &after);
		assert_same_bytes(&before, &after);
	}
	vec_free(&before);
	vec_free(&after);
	remove_folder(folder);
}

static void test_work_goes_on(void **state)
{
	char *folder = new_folder(), *reference = new_folder();
	byte_vec here = { 0 }, there = { 0 };
	struct compact_sizes sizes;

	(void)state;
	fill_many(folder, false);
	must_compact(folder, &sizes);
	fill_many(folder, true);
	fill_many(reference, true);
	dump(folder, &here);
	dump(reference, &there);
	assert_same_bytes(&here, &there);
	vec_free(&here);
	vec_free(&there);
	remove_folder(folder);
	remove_folder(reference);
}

static void test_mode_is_kept(void **state)
{
	static const struct sample_bundle sample = { "/a.zip", { { .id = 1 } } };
	char *folder = new_folder(), path[512];
	struct compact_sizes sizes;
	struct stat found;

	(void)state;
	fill(folder, &sample, 1);
	snprintf(path, sizeof(path), "%s/data.mdb", folder);
	must_compact(folder, &sizes);
	assert_int_equal(stat(path, &found), 0);
	assert_int_equal(found.st_mode & 07777, 0600);
	assert_int_equal(chmod(path, 0640), 0);
	must_compact(folder, &sizes);
	assert_int_equal(stat(path, &found), 0);
	assert_int_equal(found.st_mode & 07777, 0640);
	remove_folder(folder);
}

static void test_no_index(void **state)
{
	char *folder = new_folder();
	struct error error = ERROR_INIT;
	struct compact_sizes sizes;

	(void)state;
	assert_false(index_compact(folder, INDEX_LOCK_FAIL, 0, &sizes, &error));
	assert_int_equal(error.kind, ERROR_FORMAT);
	assert_int_equal(size_of(folder, "data.mdb"), 0);
	remove_folder(folder);
}

static void test_beside_others(void **state)
{
	static const struct sample_bundle sample = { "/a.zip", { { .id = 1 } } };
	char *folder = new_folder();
	struct error error = ERROR_INIT;
	struct compact_sizes sizes;
	int fd, status;
	pid_t child;

	(void)state;
	fill(folder, &sample, 1);
	assert_true(reader_lock(folder, &fd, &error));
	assert_true(fd >= 0);
	assert_false(index_compact(folder, INDEX_LOCK_FAIL, 50, &sizes, &error));
	assert_int_equal(error.kind, ERROR_BUSY);
	assert_non_null(strstr(error.text, "others still read"));
	assert_int_equal(size_of(folder, "data.mdb.new"), 0);
	assert_true(size_of(folder, "lock.mdb") > 0);
	/* One that goes away is waited for. */
	child = fork();
	if (child == 0) {
		usleep(100000);
		_exit(0);
	}
	close(fd); /* the child has it still */
	if (!index_compact(folder, INDEX_LOCK_FAIL, 30000, &sizes, &error))
		fail_msg("%s", error.text);
	assert_int_equal(waitpid(child, &status, WNOHANG), child);
	fd = writer_lock(folder, INDEX_LOCK_FAIL, &error);
	assert_true(fd >= 0);
	assert_false(index_compact(folder, INDEX_LOCK_FAIL, 0, &sizes, &error));
	assert_int_equal(error.kind, ERROR_BUSY);
	assert_non_null(strstr(error.text, "another writer"));
	close(fd);
	remove_folder(folder);
}

/* Whoever comes in the middle of the swap waits for its end. */
static void test_readers_wait_for_the_swap(void **state)
{
	static const struct sample_bundle sample = { "/a.zip", { { .id = 1 } } };
	char *folder = new_folder(), byte;
	struct error error = ERROR_INIT;
	struct pollfd wait = { .events = POLLIN };
	int fd, opened[2], status;
	pid_t child;

	(void)state;
	fill(folder, &sample, 1);
	fd = writer_lock(folder, INDEX_LOCK_FAIL, &error);
	assert_true(fd >= 0);
	assert_true(exclusive_lock(fd, folder, 0, &error));
	assert_int_equal(pipe(opened), 0);
	child = fork();
	if (child == 0) {
		close(fd);
		alarm(30);
		index_close(must_open_read(folder));
		_exit(write(opened[1], "x", 1) != 1);
	}
	wait.fd = opened[0];
	assert_int_equal(poll(&wait, 1, 100), 0);
	close(fd);
	assert_int_equal(read(opened[0], &byte, 1), 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	close(opened[0]);
	close(opened[1]);
	remove_folder(folder);
}

/* As after a kill before the rename, and between it and the removal of lock.mdb. */
static void test_leftovers(void **state)
{
	byte_vec before = { 0 }, after = { 0 };
	char *folder = new_folder();
	struct compact_sizes sizes;

	(void)state;
	fill_many(folder, false);
	fill_many(folder, true);
	dump(folder, &before);
	copy_file(folder, "lock.mdb", "data.mdb.new");
	dump(folder, &after);
	assert_same_bytes(&before, &after);
	index_close(must_open_write(folder));
	assert_int_equal(size_of(folder, "data.mdb.new"), 0);
	copy_file(folder, "lock.mdb", "data.mdb.new");
	copy_file(folder, "lock.mdb", "old");
	must_compact(folder, &sizes);
	assert_int_equal(size_of(folder, "data.mdb.new"), 0);
	copy_file(folder, "old", "lock.mdb");
	remove_file(folder, "old");
	dump(folder, &after);
	assert_same_bytes(&before, &after);
	fill_many(folder, true);
	dump(folder, &after);
	assert_same_bytes(&before, &after);
	vec_free(&before);
	vec_free(&after);
	remove_folder(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_rows_in_less_room),
		cmocka_unit_test(test_many_transactions),
		cmocka_unit_test(test_work_goes_on),
		cmocka_unit_test(test_mode_is_kept),
		cmocka_unit_test(test_no_index),
		cmocka_unit_test(test_beside_others),
		cmocka_unit_test(test_readers_wait_for_the_swap),
		cmocka_unit_test(test_leftovers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
