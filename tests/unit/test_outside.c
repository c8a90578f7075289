/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the outside decoder may do: this program stands in for 7z, and when it is run as that tries what it must not. And what is made of
 * its list.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pipeline/outside_server.h"
#include "pipeline/seccomp_filter.h"
#include "stages/inflate.h"
#include "stages/password_list.h"

/* ---- the program that is run ---- */

static void tell(const char *what, long done)
{
	printf("%s %s\n", what, done < 0 ? strerrorname_np(errno) : "done");
}

static void try_files(const char *folder)
{
	char path[600];

	snprintf(path, sizeof(path), "%s/made", folder);
	tell("make", open(path, O_WRONLY | O_CREAT, 0600));
	tell("mkdir", mkdir(path, 0700));
	snprintf(path, sizeof(path), "%s/there", folder);
	tell("write", open(path, O_RDWR));
	tell("read", open(path, O_RDONLY));
	tell("unlink", unlink(path));
	tell("chmod", chmod(path, 0777));
	tell("link", symlink("/", path));
}

/* It is given its orders by the password, as it has nothing else of ours. */
static int act(void)
{
	char folder[512] = "", byte;
	char *end;

	if (!fgets(folder, sizeof(folder), stdin))
		return 1;
	if ((end = strchr(folder, '\n')))
		*end = 0;
	printf("environment %s\n", getenv("HOME") ? "HOME" : "none");
	for (int fd = 4; fd < 64; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			printf("descriptor %d\n", fd);
	try_files(folder);
	tell("socket", socket(AF_INET, SOCK_STREAM, 0));
	tell("local", socket(AF_UNIX, SOCK_STREAM, 0));
	tell("fork", fork());
	tell("passwd", open("/etc/passwd", O_RDONLY));
	tell("shell", execl("/bin/sh", "sh", "-c", "true", NULL));
	tell("archive", open("/proc/self/fd/3", O_RDONLY));
	tell("bytes", pread(3, &byte, 1, 0));
	fflush(stdout);
	fputs("ERROR: Wrong password : x\n", stderr);
	return 0;
}

/* ---- asking for it ---- */

static char root[] = "/tmp/test_outside.XXXXXX";

static int make_file(const char *name, const char *text)
{
	char path[600];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	return fd;
}

static int setup(void **state)
{
	(void)state;
	return mkdtemp(root) ? 0 : -1;
}

static int teardown(void **state)
{
	char path[600];

	(void)state;
	snprintf(path, sizeof(path), "%s/there", root);
	unlink(path);
	snprintf(path, sizeof(path), "%s/archive", root);
	unlink(path);
	return rmdir(root);
}

static void run_it(struct outside *outside, const struct outside_order *order, char *out,
		   size_t size)
{
	struct outside_run run;
	struct error error = ERROR_INIT;
	size_t len = 0, got;

	assert_true(outside_start(&run, outside, order, &error));
	while (len + 1 < size && (got = outside_read(&run, out + len, size - 1 - len)))
		len += got;
	out[len] = 0;
	assert_string_equal(outside_reason(&run), "encrypted-wrong-password");
	outside_stop(&run);
}

static void has(const char *out, const char *line)
{
	if (!strstr(out, line))
		fail_msg("no \"%s\" in:\n%s", line, out);
}

static void has_not(const char *out, const char *word)
{
	char line[64];

	snprintf(line, sizeof(line), "\n%s done", word);
	if (strstr(out, line))
		fail_msg("\"%s\" was let pass:\n%s", word, out);
	snprintf(line, sizeof(line), "\n%s E", word);
	has(out, line);
}

static bool kernel_has_landlock(void)
{
	return syscall(444, NULL, 0, 1u) > 0;
}

static void test_confined(void **state)
{
	static const char *const never[] = { "make", "mkdir",  "write", "unlink", "chmod",
					     "link", "socket", "local", "fork" };
	static const char *const by_landlock[] = { "read", "passwd", "shell" };
	int there = make_file("there", "x"), archive = make_file("archive", "bytes");
	struct outside_order order = { OUTSIDE_LIST, archive, root, "" };
	struct outside outside;
	char out[4096], self[512];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	(void)state;
	assert_true(len > 0);
	self[len] = 0;
	if (!kernel_has_landlock())
		skip();
	setenv("HOME", "/root", 1);
	assert_true(outside_server_begin(&outside, self, true));
	run_it(&outside, &order, out, sizeof(out));
	has(out, "environment none\nmake "); /* and no descriptor between the two */
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		has_not(out, never[i]);
	for (size_t i = 0; i < sizeof(by_landlock) / sizeof(by_landlock[0]); i++)
		has_not(out, by_landlock[i]);
	has(out, "\narchive done\n");
	has(out, "\nbytes done\n");
	outside_server_end(&outside);
	assert_int_equal(lseek(there, 0, SEEK_END), 1);
	close(there);
	close(archive);
}

/* A memory file lies on no file system that Landlock could have a rule for. */
static void test_memory_file(void **state)
{
	int archive = memfd_create("archive", MFD_CLOEXEC);
	struct outside_order order = { OUTSIDE_ALL, archive, "/nowhere", "" };
	struct outside outside;
	char out[4096], self[512];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	(void)state;
	self[len > 0 ? len : 0] = 0;
	assert_int_equal(write(archive, "x", 1), 1);
	assert_true(outside_server_begin(&outside, self, false));
	run_it(&outside, &order, out, sizeof(out));
	has(out, "\narchive done\n");
	outside_server_end(&outside);
	close(archive);
}

static void test_no_program(void **state)
{
	int archive = memfd_create("archive", MFD_CLOEXEC);
	struct outside_order order = { OUTSIDE_LIST, archive, "", "" };
	struct error error = ERROR_INIT;
	struct outside_member member;
	struct outside_list list;
	struct outside outside;

	(void)state;
	assert_true(outside_server_begin(&outside, "/nowhere/7z", false));
	outside_list_begin(&list);
	assert_true(outside_start(&list.run, &outside, &order, &error));
	assert_int_equal(outside_list_next(&list, &member), 0);
	assert_null(outside_reason(&list.run));
	outside_list_end(&list);
	outside_server_end(&outside);
	close(archive);
}

/* ---- its list ---- */

static void list_of(struct outside_list *list, const char *text)
{
	int pipes[2];

	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	assert_int_equal(write(pipes[1], text, strlen(text)), (ssize_t)strlen(text));
	close(pipes[1]);
	outside_list_begin(list);
	list->run.pipes[OUTSIDE_OUT] = pipes[0];
}

static void test_list(void **state)
{
	struct outside_member member;
	struct outside_list list;

	(void)state;
	list_of(&list, "\nEnter password (will not be echoed):\nPath = d\nFolder = +\nSize = 0\n\n"
		       "Path = d/kd = 1.log\nSize = 17786\nCRC = 4E6AB604\nEncrypted = +\n"
		       "Method = ZipCrypto Deflate\n\n"
		       "Path = x\nSize = 99999999999999999999\nCRC = \nMethod = Store\n\n"
		       "Path = y\nAttributes = D drwxr-xr-x\nSize = 5");
	assert_int_equal(outside_list_next(&list, &member), 1);
	assert_string_equal(member.name, "d");
	assert_false(member.is_file);
	free(member.name);
	assert_int_equal(outside_list_next(&list, &member), 1);
	assert_string_equal(member.name, "d/kd = 1.log");
	assert_true(member.is_file && member.encrypted && member.size_known &&
		    member.crc_known && !member.stored);
	assert_int_equal(member.size, 17786);
	assert_int_equal(member.crc, 0x4e6ab604);
	free(member.name);
	assert_int_equal(outside_list_next(&list, &member), 1);
	assert_true(member.is_file && member.stored);
	assert_false(member.size_known || member.crc_known || member.encrypted);
	free(member.name);
	assert_int_equal(outside_list_next(&list, &member), 1);
	assert_false(member.is_file || member.size_known);
	free(member.name);
	assert_int_equal(outside_list_next(&list, &member), 0);
	outside_list_end(&list);
}

/* A name that is no call's would refuse nothing. */
static void test_what_is_refused_are_calls(void **state)
{
	static const char *const denied[] = {
#define DENIED(name) #name,
#include "pipeline/outside_denied.def"
#undef DENIED
	};

	(void)state;
	for (size_t i = 0; i < sizeof(denied) / sizeof(denied[0]); i++)
		if (seccomp_syscall_resolve_name(denied[i]) == __NR_SCMP_ERROR)
			fail_msg("%s is no system call", denied[i]);
}

/* ---- checksums and passwords ---- */

static void test_crc32(void **state)
{
	struct error error = ERROR_INIT;
	char bytes[300];

	(void)state;
	assert_true(inflate_prepare(&error));
	assert_int_equal(inflate_crc_add(0, "123456789", 9),
			 0xcbf43926); /* the check value of the standard */
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 7);
	for (size_t cut = 0; cut <= sizeof(bytes); cut++)
		assert_int_equal(inflate_crc_add(inflate_crc_add(0, bytes, cut),
						 bytes + cut, sizeof(bytes) - cut),
				 inflate_crc_add(0, bytes, sizeof(bytes)));
}

static void test_passwords(void **state)
{
	static const char text[] = "\xEF\xBB\xBF"
				   "one\r\n\n two \nthree";
	struct password_list list, copy;
	const char *each;

	(void)state;
	assert_true(password_list_from_text(&list, text, sizeof(text) - 1));
	assert_string_equal(each = password_next(&list, NULL), "one");
	assert_string_equal(each = password_next(&list, each), " two ");
	assert_string_equal(each = password_next(&list, each), "three");
	assert_null(password_next(&list, each));
	assert_true(password_list_from_bytes(&copy, list.bytes, list.size));
	assert_int_equal(copy.size, list.size);
	assert_memory_equal(copy.bytes, list.bytes, list.size);
	password_list_wipe(&copy);
	assert_false(password_list_from_bytes(&copy, list.bytes, list.size - 1));
	assert_false(password_list_from_bytes(&copy, "a\nb", 4));
	assert_false(password_list_from_bytes(&copy, "a\0", 3));
	assert_false(password_list_from_text(&copy, "a\0b", 3));
	assert_true(password_list_from_text(&copy, "\n\r\n", 3));
	assert_null(copy.bytes);
	password_list_wipe(&list);
	assert_null(password_next(&list, NULL));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_confined),
		cmocka_unit_test(test_memory_file),
		cmocka_unit_test(test_no_program),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_what_is_refused_are_calls),
		cmocka_unit_test(test_crc32),
		cmocka_unit_test(test_passwords),
	};

	if (argc > 1 && (strcmp(argv[1], "l") == 0 || strcmp(argv[1], "x") == 0))
		return act();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
