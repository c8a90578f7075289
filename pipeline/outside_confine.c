/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the outside decoder gives up before it begins: limits, Landlock rules and a seccomp filter, none of which it can undo. The filter
 * names what is refused, where that of the reader names what is given: which calls another program makes changes with its versions.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "pipeline/confine.h"
#include "pipeline/outside_server.h"
#include "pipeline/seccomp_filter.h"

/* Enough for the largest dictionaries that archives of logs are made with. */
#define MEMORY_MAX (2ull << 30)
#define CPU_SECONDS_MAX 3600

/* No file can grow: what it writes are pipes. */
static void set_limits(void)
{
	confine_limit(RLIMIT_FSIZE, 0);
	confine_limit(RLIMIT_CORE, 0);
	confine_limit(RLIMIT_NOFILE, 64);
	confine_limit(RLIMIT_CPU, CPU_SECONDS_MAX);
	confine_limit(RLIMIT_DATA, MEMORY_MAX);
}

/* What is not there needs no rule. */
static void allow_path(int ruleset, const char *path, uint64_t rights)
{
	int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return;
	landlock_allow(ruleset, fd, rights);
	close(fd);
}

/* The program, what loads it, and the libraries of the system. */
static void allow_program(int ruleset, const char *program)
{
	static const char *const loaders[] = {
		"/lib64/ld-linux-x86-64.so.2",
		"/lib/ld-linux-aarch64.so.1",
		"/lib/ld-linux.so.2",
		"/lib/ld-linux-armhf.so.3",
		"/lib64/ld64.so.2",
		"/lib/ld64.so.1",
		"/lib/ld-linux-riscv64-lp64d.so.1",
	};
	static const char *const libraries[] = { "/usr/lib",     "/usr/lib64",
						 "/usr/libexec", "/usr/local/lib",
						 "/lib",         "/lib64" };

	allow_path(ruleset, program, LANDLOCK_FILE_EXECUTE | LANDLOCK_FILE_READ);
	for (size_t i = 0; i < sizeof(loaders) / sizeof(loaders[0]); i++)
		allow_path(ruleset, loaders[i], LANDLOCK_FILE_EXECUTE | LANDLOCK_FILE_READ);
	for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++)
		allow_path(ruleset, libraries[i], LANDLOCK_FILE_READ | LANDLOCK_FOLDER_READ);
	allow_path(ruleset, "/etc/ld.so.cache", LANDLOCK_FILE_READ);
	allow_path(ruleset, "/proc/self",
		   LANDLOCK_FILE_READ | LANDLOCK_FOLDER_READ); /* its own; other processes' have other folders */
	allow_path(ruleset, "/sys/devices/system/cpu",
		   LANDLOCK_FILE_READ | LANDLOCK_FOLDER_READ);
}

static bool restrict_files(const char *program, int archive)
{
	int ruleset = landlock_begin(landlock_version());

	if (ruleset < 0)
		return false;
	allow_program(ruleset, program);
	landlock_allow(ruleset, archive, LANDLOCK_FILE_READ);
	return landlock_end(ruleset);
}

static bool restrict_calls(void)
{
	static const char *const denied[] = {
#define DENIED(name) #name,
#include "pipeline/outside_denied.def"
#undef DENIED
	};
	const uint32_t refused = SCMP_ACT_ERRNO(EPERM);
	scmp_filter_ctx filter = filter_begin(SCMP_ACT_ALLOW);
	bool good = filter;

	for (size_t i = 0; good && i < sizeof(denied) / sizeof(denied[0]); i++)
		good = filter_rule(filter, refused, denied[i], 0, NULL);
	return filter && filter_apply(filter, good && filter_thread_rules(filter, refused) &&
						      filter_open_rules(filter, refused));
}

bool outside_confine(const char *program, int fd, bool required)
{
	bool given;

	set_limits();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return !required;
	given = restrict_files(program, fd);
	given &= restrict_calls();
	return given || !required;
}
