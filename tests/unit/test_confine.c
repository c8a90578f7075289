/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The confinement from inside: a child of this test confines itself as a reader does, or by one part of it alone, and then tries what
 * a reader never does. Each attempt is made without confinement, too, where it must end otherwise: else it would show nothing.
 */
#include <arpa/inet.h>
#include <locale.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "pipeline/base/team.h"
#include "pipeline/confine.h"
#include "stages/split.h"
#include "stages/unpack.h"
#include "tests/unit/archives.h"
#include "tests/unit/confine_attempts.h"

#define FILE_BYTES (1u << 20)
/* Exit status of a child whose attempt was not made. */
#define NOT_CONFINED 253

/* ---- children ---- */

static bool confine_fully(void)
{
	struct confinement got;
	struct error error = ERROR_INIT;

	return confine(SANDBOX_REQUIRE, 4, FILE_BYTES, &got, &error) && got.landlock &&
	       got.seccomp;
}

static bool confine_by_landlock(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       landlock_confine(landlock_version());
}

static bool confine_by_seccomp(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && seccomp_confine();
}

static bool confine_not(void)
{
	return true;
}

static void make_folder(void)
{
	int fd;

	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	fd = open("there", O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(symlink("there", "link"), 0);
}

static void remove_folder(void)
{
	char command[64];

	assert_int_equal(chdir("/"), 0);
	snprintf(command, sizeof(command), "rm -rf -- '%s'", folder);
	assert_int_equal(system(command), 0);
	strcpy(strrchr(folder, '.'), ".XXXXXX");
}

/* What comes of an attempt in a child that is confined like that, in a folder of its own. */
static int outcome(bool (*how)(void), int (*attempt)(void))
{
	pid_t child;
	int status;

	make_folder();
	child = fork();
	if (child == 0) {
		struct rlimit no_core = { 0, 0 };

		setrlimit(RLIMIT_CORE, &no_core);
		alarm(20);
		tcp = socket(AF_INET, SOCK_STREAM, 0);
		local = socket(AF_UNIX, attempt == try_datagram ? SOCK_DGRAM : SOCK_STREAM, 0);
		_exit(how() ? attempt() : NOT_CONFINED);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	remove_folder();
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		return KILLED;
	assert_true(WIFEXITED(status));
	assert_int_not_equal(WEXITSTATUS(status), NOT_CONFINED);
	return WEXITSTATUS(status);
}

static void require_both(void)
{
	struct confinement offered = confine_offered();

	if (!offered.landlock || !offered.seccomp) {
		print_message("the kernel gives not both Landlock and seccomp # SKIP\n");
		skip();
	}
}

/* ---- the cases ---- */

static bool refused(int result)
{
	return result == KILLED || result == EPERM || result == EACCES || result == ENOSYS;
}

static void test_nothing_of_it_in_confinement(void **state)
{
	(void)state;
	require_both();
	for (size_t i = 0; i < ATTEMPTS; i++) {
		const struct attempt *each = &attempts[i];
		int confined, free_result;

		confined = outcome(confine_fully, each->attempt);
		free_result = outcome(confine_not, each->attempt);
		if (confined != each->confined || free_result == confined)
			fail_msg("%s: %d in confinement, %d without, %d expected",
				 each->name, confined, free_result, each->confined);
	}
}

/* Where the control is refused, too (no root, no such call), only being killed tells the difference. */
static void test_seccomp_alone(void **state)
{
	(void)state;
	if (!seccomp_is_offered())
		skip();
	for (size_t i = 0; i < ATTEMPTS; i++) {
		const struct attempt *each = &attempts[i];
		int result;

		result = outcome(confine_by_seccomp, each->attempt);
		if (result != each->confined)
			fail_msg("%s: %d by seccomp alone, %d expected", each->name,
				 result, each->confined);
	}
}

static void test_landlock_alone(void **state)
{
	int version = landlock_version();

	(void)state;
	if (!version)
		skip();
	for (size_t i = 0; i < ATTEMPTS; i++) {
		const struct attempt *each = &attempts[i];
		int result, free_result;

		if (!each->landlock || version < each->landlock)
			continue;
		result = outcome(confine_by_landlock, each->attempt);
		free_result = outcome(confine_not, each->attempt);
		if (result == KILLED || !refused(result) || refused(free_result))
			fail_msg("%s: %d by Landlock alone, %d without", each->name,
				 result, free_result);
	}
}

/* ---- what a reader needs still works ---- */

#define NEEDED(condition)                      \
	do {                                   \
		if (!(condition))              \
			return __LINE__ % 250; \
	} while (0)

static int count_of_ranks;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void count_rank(void *context, int rank)
{
	char *memory = malloc(10u << 20);

	(void)context;
	(void)rank;
	memset(memory, 1, 10u << 20);
	pthread_mutex_lock(&lock);
	count_of_ranks += memory[5 << 20];
	pthread_mutex_unlock(&lock);
	free(memory);
}

static int use_threads(void)
{
	team_run(4, count_rank, NULL);
	NEEDED(count_of_ranks == 4);
	return 0;
}

static int use_memory(void)
{
	char *grown = NULL;

	for (size_t size = 1; size < 200u << 20; size *= 3) {
		grown = realloc(grown, size);
		NEEDED(grown);
		grown[size - 1] = 1;
	}
	free(grown);
	return 0;
}

static int use_memory_file(void)
{
	int fd = memfd_create("nested", MFD_CLOEXEC);
	char text[8] = "";

	NEEDED(fd >= 0);
	NEEDED(write(fd, "content", 7) == 7);
	NEEDED(lseek(fd, 0, SEEK_END) == 7);
	NEEDED(pread(fd, text, 7, 0) == 7 && strcmp(text, "content") == 0);
	/* as much as it may hold and no more */
	NEEDED(pwritev(fd, &(struct iovec){ text, 1 }, 1, 0) < 0 && errno == EPERM);
	NEEDED(ftruncate(fd, FILE_BYTES) == 0);
	NEEDED(lseek(fd, 0, SEEK_END) == FILE_BYTES);
	NEEDED(write(fd, "x", 1) < 0 && errno == EFBIG);
	close(fd);
	return 0;
}

static int use_clock_and_poll(void)
{
	struct timespec now;
	unsigned chance;

	NEEDED(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
	NEEDED(poll(NULL, 0, 1) == 0);
	NEEDED(syscall(SYS_getrandom, &chance, sizeof(chance), 0) == sizeof(chance));
	return 0;
}

/* abort() is how a broken heap ends a process, which its keeper sees as a crash. */
static int use_abort(void)
{
	signal(SIGABRT, SIG_IGN);
	NEEDED(raise(SIGABRT) == 0);
	return 0;
}

static int see_limits(void)
{
	struct rlimit limit;

	NEEDED(getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max == 0);
	NEEDED(getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	       limit.rlim_max <= 200 + SPLIT_PARTS_MAX);
	NEEDED(getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_max == FILE_BYTES);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	NEEDED(malloc(8ull << 30) == NULL);
#endif
	return 0;
}

static int archive_fd;

/* A zip in a 7z, names in other letters, times in both: all that libarchive might look up. */
static int use_archive(void)
{
	struct unpack *unpack =
		unpack_open(archive_fd, SLICE("case.7z"), &unpack_limits_default);
	struct unpack_member member;
	struct error error = ERROR_INIT;
	char text[16];

	NEEDED(unpack_next(unpack, &member, &error) == UNPACK_MEMBER);
	NEEDED(slice_equal(member.path,
			   SLICE("case.7z!/\xc3\xa9.zip!/\xe6\x97\xa5\xe6\x9c\xac.log")));
	NEEDED(unpack_read(unpack, text, sizeof(text), &error) == 4);
	NEEDED(unpack_next(unpack, &member, &error) == UNPACK_END);
	unpack_close(unpack);
	return 0;
}

static void make_archive(void)
{
	struct made_file log = { "\xe6\x97\xa5\xe6\x9c\xac.log", "text", 4 };
	struct made_file zip = { "\xc3\xa9.zip", NULL, 0 };
	byte_vec inner = { 0 }, outer = { 0 };
	struct error error = ERROR_INIT;

	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8")); /* the writer's */
	assert_true(made_archive(&inner, "zip", NULL, NULL, &log, 1));
	zip.data = (const char *)inner.at;
	zip.len = inner.len;
	assert_true(made_archive(&outer, "7zip", NULL, NULL, &zip, 1));
	archive_fd = memfd_create("case", MFD_CLOEXEC);
	assert_int_equal(write(archive_fd, outer.at, outer.len), (ssize_t)outer.len);
	vec_free(&inner);
	vec_free(&outer);
	setlocale(LC_CTYPE, "C");
	assert_true(unpack_preload(&error));
}

static void test_what_a_reader_needs_works(void **state)
{
	static int (*const needs[])(
		void) = { use_threads, use_memory, use_memory_file, use_clock_and_poll,
			  use_abort,   see_limits, use_archive };

	(void)state;
	require_both();
	make_archive();
	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
		int line = outcome(confine_fully, needs[i]);

		if (line)
			fail_msg("need %zu: the check in a line like %d fails", i, line);
	}
	close(archive_fd);
}

static int see_flags(void)
{
	return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) * 2 +
	       (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
}

static bool confine_off(void)
{
	struct confinement got;
	struct error error = ERROR_INIT;

	return confine(SANDBOX_OFF, 4, FILE_BYTES, &got, &error) && !got.landlock &&
	       !got.seccomp;
}

static void test_off_is_off(void **state)
{
	(void)state;
	assert_int_equal(outcome(confine_off, see_flags), 2);
	assert_int_equal(outcome(confine_off, try_create), 0);
	assert_int_equal(outcome(confine_off, try_exec), 0);
}

/* ---- threads that are there already ---- */

static int started[2], go[2];

static void *wait_and_try(void *result)
{
	char byte = 'x';

	if (write(started[1], &byte, 1) == 1 && read(go[0], &byte, 1) == 1)
		*(int *)result = try_mkdir();
	return NULL;
}

static int try_from_an_older_thread(void)
{
	pthread_t thread;
	int result = 0;
	char byte;

	if (pipe(started) != 0 || pipe(go) != 0 ||
	    pthread_create(&thread, NULL, wait_and_try, &result) != 0 ||
	    read(started[0], &byte, 1) != 1 || !confine_by_seccomp() ||
	    write(go[1], &byte, 1) != 1)
		return NOT_CONFINED;
	pthread_join(thread, NULL);
	return result;
}

static void test_seccomp_covers_all_threads(void **state)
{
	(void)state;
	if (!seccomp_is_offered())
		skip();
	assert_int_equal(outcome(confine_not, try_from_an_older_thread), KILLED);
}

/* ---- descriptors ---- */

static int close_and_look(void)
{
	int first = dup(listener), last = fcntl(first, F_DUPFD, 100);

	confine_close_from(first);
	for (int fd = first; fd <= last; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			return fd;
	return fcntl(listener, F_GETFD) < 0;
}

static void test_descriptors_are_closed(void **state)
{
	(void)state;
	assert_int_equal(outcome(confine_not, close_and_look), 0);
}

static int set_up(void **state)
{
	socklen_t len = sizeof(listening);
	int unix_listener = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	other = fork();
	if (other == 0) {
		for (;;)
			pause();
	}
	listener = socket(AF_INET, SOCK_STREAM, 0);
	listening = (struct sockaddr_in){ .sin_family = AF_INET,
					  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	abstract_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
				   (size_t)snprintf(abstract.sun_path + 1, 40,
						    "confine-%d", getpid()));
	return other > 0 && bind(listener, (struct sockaddr *)&listening, len) == 0 &&
			       listen(listener, 100) == 0 &&
			       getsockname(listener, (struct sockaddr *)&listening, &len) == 0 &&
			       bind(unix_listener, (struct sockaddr *)&abstract,
				    abstract_len) == 0 &&
			       listen(unix_listener, 100) == 0
		       ? 0
		       : -1;
}

static int tear_down(void **state)
{
	(void)state;
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_of_it_in_confinement),
		cmocka_unit_test(test_seccomp_alone),
		cmocka_unit_test(test_landlock_alone),
		cmocka_unit_test(test_what_a_reader_needs_works),
		cmocka_unit_test(test_off_is_off),
		cmocka_unit_test(test_seccomp_covers_all_threads),
		cmocka_unit_test(test_descriptors_are_closed),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
