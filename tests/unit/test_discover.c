/* SPDX-License-Identifier: Apache-2.0 */
/* Files and folders of a temporary tree, found or passed over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "stages/discover.h"

/* The folder of the test, without links in its path. */
static char *root;

static void path_of(char out[512], const char *name)
{
	snprintf(out, 512, "%s/%s", root, name);
}

static void put_file(const char *name, const char *text)
{
	char path[512];
	FILE *file;

	path_of(path, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void put_folder(const char *name)
{
	char path[512];

	path_of(path, name);
	assert_int_equal(mkdir(path, 0755), 0);
}

static void put_link(const char *name, const char *target)
{
	char path[512];

	path_of(path, name);
	assert_int_equal(symlink(target, path), 0);
}

static int setup(void **state)
{
	char folder[] = "/tmp/test_discover.XXXXXX", path[512];

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chmod(folder, 0755), 0);
	root = realpath(folder, NULL);
	assert_non_null(root);
	put_folder("in");
	put_file("in/b.zip", "22");
	put_file("in/a.log", "1");
	put_file("in/.hidden.log", "");
	put_folder("in/sub");
	put_file("in/sub/c.log", "333");
	put_file("in/sub-0.log", "4444");
	put_folder("in/empty");
	put_link("in/link.log", "a.log");
	put_link("in/loop", "..");
	put_link("in/dangling", "nowhere");
	put_link("to-in", "in");
	put_link("to-a", "in/a.log");
	path_of(path, "in/pipe");
	assert_int_equal(mkfifo(path, 0644), 0);
	return 0;
}

static int teardown(void **state)
{
	char command[600];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	free(root);
	return system(command);
}

static void find(struct found_list *list, const char *name)
{
	struct error error = ERROR_INIT;
	char path[512];

	path_of(path, name);
	assert_true(discover_path(list, path, 0, 0, &error));
}

static void check(struct found_list *list, const char *const *names, size_t count)
{
	discover_finish(list);
	assert_int_equal(list->bundles.len, count);
	for (size_t i = 0; i < count; i++) {
		char path[512];

		path_of(path, names[i]);
		assert_string_equal(list->bundles.at[i].path, path);
	}
	discover_free(list);
	assert_int_equal(list->bundles.len, 0);
}

static const char *const all[] = { "in/.hidden.log", "in/a.log", "in/b.zip",
				   "in/sub-0.log", "in/sub/c.log" };

static void test_folder(void **state)
{
	struct found_list list = { 0 };

	(void)state;
	find(&list, "in");
	assert_int_equal(list.unreadable.len, 0);
	check(&list, all, 5);
}

static void test_found_twice(void **state)
{
	struct found_list list = { 0 };

	(void)state;
	find(&list, "in/sub/../sub");
	find(&list, "in");
	find(&list, "to-in/");
	find(&list, "in/a.log");
	find(&list, "to-a");
	find(&list, "in/link.log");
	check(&list, all, 5);
}

static void test_named_file(void **state)
{
	struct found_list list = { 0 };
	static const char *const names[] = { "in/sub/c.log" };
	struct stat st;

	(void)state;
	find(&list, "in/sub/c.log");
	assert_int_equal(stat(list.bundles.at[0].path, &st), 0);
	assert_int_equal(list.bundles.at[0].size, 3);
	assert_int_equal(list.bundles.at[0].inode, st.st_ino);
	assert_int_equal(list.bundles.at[0].device, st.st_dev);
	assert_int_equal(list.bundles.at[0].mtime_ns,
			 (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec);
	check(&list, names, 1);
}

static void test_relative_path(void **state)
{
	static const char *const names[] = { "in/sub/c.log" };
	struct found_list list = { 0 };
	struct error error = ERROR_INIT;
	char *here = getcwd(NULL, 0);

	(void)state;
	assert_int_equal(chdir(root), 0);
	assert_true(discover_path(&list, "in/sub", 0, 0, &error));
	assert_int_equal(chdir(here), 0);
	free(here);
	check(&list, names, 1);
}

static void test_skipped_folder(void **state)
{
	struct found_list list = { 0 };
	struct error error = ERROR_INIT;
	char path[512];
	struct stat st;

	(void)state;
	path_of(path, "in/sub");
	assert_int_equal(stat(path, &st), 0);
	path_of(path, "in");
	assert_true(discover_path(&list, path, st.st_dev, st.st_ino, &error));
	check(&list, all, 4);
	path_of(path, "in/sub");
	assert_true(discover_path(&list, path, st.st_dev, st.st_ino, &error));
	check(&list, NULL, 0);
}

static void check_refused(const char *name, const char *text)
{
	struct found_list list = { 0 };
	struct error error = ERROR_INIT;
	char path[512];

	path_of(path, name);
	assert_false(discover_path(&list, path, 0, 0, &error));
	assert_int_equal(error.kind, ERROR_USAGE);
	assert_non_null(strstr(error.text, text));
	assert_int_equal(list.bundles.len, 0);
	discover_free(&list);
}

static void test_refused(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	check_refused("nowhere", "no such file or folder");
	check_refused("in/dangling", "no such file or folder");
	check_refused("in/a.log/x", "no such file or folder");
	check_refused("in/pipe", "not a file or folder");
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", root);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	check_refused("socket", "not a file or folder");
	close(fd);
}

static void test_nothing(void **state)
{
	struct found_list list = { 0 };

	(void)state;
	discover_finish(&list);
	find(&list, "in/empty");
	check(&list, NULL, 0);
}

/* For the file system another user than root, whom nothing stops. */
static void find_as_nobody(struct found_list *list, const char *name)
{
	int old = setfsuid(65534);

	find(list, name);
	setfsuid((uid_t)old);
}

static void test_unreadable_folders(void **state)
{
	static const char *const names[] = { "locked/readable.log" };
	struct found_list list = { 0 };
	char closed[512], listed[512];

	(void)state;
	put_folder("locked");
	put_folder("locked/closed");
	put_folder("locked/listed");
	put_file("locked/closed/a.log", "");
	put_file("locked/listed/b.log", "");
	put_file("locked/listed/c.log", "");
	put_file("locked/readable.log", "");
	path_of(closed, "locked/closed");
	path_of(listed, "locked/listed");
	assert_int_equal(chmod(closed, 0), 0);
	assert_int_equal(chmod(listed, geteuid() == 0 ? 0744 : 0444), 0);
	find_as_nobody(&list, "locked");
	find_as_nobody(&list, "locked");
	chmod(closed, 0755);
	chmod(listed, 0755);
	discover_finish(&list);
	assert_int_equal(list.unreadable.len, 2);
	assert_string_equal(list.unreadable.at[0], closed);
	assert_string_equal(list.unreadable.at[1], listed);
	check(&list, names, 1);
}

/* The bundle that ends in name, or NULL. */
static const struct found_bundle *find_bundle(const struct found_list *list, const char *name)
{
	vec_for_each(bundle, &list->bundles)
		if (strcmp(bundle->path + strlen(bundle->path) - strlen(name), name) == 0)
			return bundle;
	return NULL;
}

static void test_split(void **state)
{
	static const char *const files[] = { "parts/a.7z.001",   "parts/a.7z.002",
					     "parts/a.7z.003",   "parts/b.zip.002",
					     "parts/c.z01",      "parts/c.z02",
					     "parts/c.zip",      "parts/d.TAR.GZ.001",
					     "parts/e.zip",      "parts/f.7z.0001",
					     "parts/f.7z.0003",  "parts/kd.log.001",
					     "parts/kd.log.002", "parts/g.z01" };
	struct found_list list = { 0 };
	struct error error = ERROR_INIT;
	const struct found_bundle *bundle;
	char path[512];

	(void)state;
	put_folder("parts");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		put_file(files[i], "12345");
	path_of(path, "parts");
	assert_true(discover_path(&list, path, 0, 0, &error));
	discover_finish(&list);
	assert_int_equal(list.bundles.len, 9);
	bundle = find_bundle(&list, "/a.7z.001");
	assert_non_null(bundle);
	assert_int_equal(bundle->size, 15);
	assert_int_equal(bundle->split->parts.len, 3);
	assert_null(bundle->split->missing);
	bundle = find_bundle(&list, "/b.zip.001");
	assert_int_equal(bundle->split->parts.len, 0);
	assert_string_equal(bundle->split->missing, "b.zip.001");
	bundle = find_bundle(&list, "/c.zip");
	assert_int_equal(bundle->split->parts.len, 3);
	assert_non_null(strstr(bundle->split->parts.at[2], "/c.zip"));
	assert_null(find_bundle(&list, "/d.TAR.GZ.001")->split);
	assert_null(find_bundle(&list, "/e.zip")->split);
	bundle = find_bundle(&list, "/f.7z.0001");
	assert_int_equal(bundle->split->parts.len, 1);
	assert_string_equal(bundle->split->missing, "f.7z.0002");
	assert_null(find_bundle(&list, "/kd.log.001")->split);
	assert_null(find_bundle(&list, "/kd.log.002")->split);
	assert_string_equal(find_bundle(&list, "/g.zip")->split->missing, "g.zip");
	discover_free(&list);

	list = (struct found_list){ 0 };
	path_of(path, "parts/c.zip");
	assert_true(discover_path(&list, path, 0, 0, &error));
	discover_finish(&list);
	assert_int_equal(list.bundles.len, 1);
	assert_int_equal(list.bundles.at[0].split->parts.len, 3);
	discover_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folder),
		cmocka_unit_test(test_found_twice),
		cmocka_unit_test(test_named_file),
		cmocka_unit_test(test_relative_path),
		cmocka_unit_test(test_skipped_folder),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_unreadable_folders),
		cmocka_unit_test(test_split),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
