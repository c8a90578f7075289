/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the outside decoder gives up before it begins: limits, Landlock rules and a seccomp filter, none of which it can undo. The filter
 * names what is refused, where that of the reader names what is given: which calls another program makes changes with its versions.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pipeline/base/mem.h"
#include "pipeline/base/vec.h"
#include "pipeline/outside_server.h"

/* Enough for the largest dictionaries that archives of logs are made with. */
#define MEMORY_MAX (2ull << 30)
#define CPU_SECONDS_MAX 3600

/* Address sanitizers map terabytes of shadow, all of which counts. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY_IS_SHADOWED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MEMORY_IS_SHADOWED 1
#endif
#endif

/* ---- limits ---- */

static void limit(int resource, rlim_t most)
{
	struct rlimit now, want = { most, most };

	if (getrlimit(resource, &now) == 0 && now.rlim_max < most)
		want = (struct rlimit){ now.rlim_max, now.rlim_max };
	setrlimit(resource, &want);
}

/* No file can grow: what it writes are pipes. */
static void set_limits(void)
{
	limit(RLIMIT_FSIZE, 0);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_NOFILE, 64);
	limit(RLIMIT_CPU, CPU_SECONDS_MAX);
#ifndef MEMORY_IS_SHADOWED
	limit(RLIMIT_DATA, MEMORY_MAX);
#endif
}

/* ---- Landlock: numbers and meanings of the kernel's include/uapi/linux/landlock.h ---- */

#define CALL_CREATE_RULESET 444
#define CALL_ADD_RULE 445
#define CALL_RESTRICT_SELF 446
#define CREATE_RULESET_VERSION 1u
#define RULE_PATH_BENEATH 1

#define FILE_EXECUTE 1ull
#define FILE_READ 4ull
#define FOLDER_READ 8ull

struct ruleset {
	uint64_t fs, net, scoped;
};

struct path_rule {
	uint64_t allowed;
	int32_t fd;
} __attribute__((packed));

/* All that a version can take is taken. */
static struct ruleset all_rights(long version)
{
	struct ruleset all = { .fs = 0x1fff };

	all.fs |= version >= 2 ? 1u << 13 : 0;
	all.fs |= version >= 3 ? 1u << 14 : 0;
	all.fs |= version >= 5 ? 1u << 15 : 0;
	all.net = version >= 4 ? 3 : 0;
	all.scoped = version >= 6 ? 3 : 0;
	return all;
}

/* What is not there, and what lies on no file system as memory files do, needs no rule. */
static void allow_fd(int ruleset, int fd, uint64_t rights)
{
	struct path_rule rule = { .allowed = rights, .fd = fd };

	syscall(CALL_ADD_RULE, ruleset, RULE_PATH_BENEATH, &rule, 0u);
}

static void allow_path(int ruleset, const char *path, uint64_t rights)
{
	int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return;
	allow_fd(ruleset, fd, rights);
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

	allow_path(ruleset, program, FILE_EXECUTE | FILE_READ);
	for (size_t i = 0; i < sizeof(loaders) / sizeof(loaders[0]); i++)
		allow_path(ruleset, loaders[i], FILE_EXECUTE | FILE_READ);
	for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++)
		allow_path(ruleset, libraries[i], FILE_READ | FOLDER_READ);
	allow_path(ruleset, "/etc/ld.so.cache", FILE_READ);
	allow_path(ruleset, "/proc/self",
		   FILE_READ | FOLDER_READ); /* its own; other processes' have other folders */
	allow_path(ruleset, "/sys/devices/system/cpu", FILE_READ | FOLDER_READ);
}

static bool landlock_restrict(const char *program, int archive)
{
	long version = syscall(CALL_CREATE_RULESET, NULL, 0, CREATE_RULESET_VERSION);
	struct ruleset rights = all_rights(version);
	int ruleset;
	bool done;

	if (version < 1)
		return false;
	/* Kernels of before net and scoped take the longer structure, as what they do not know of it is zero. */
	ruleset = (int)syscall(CALL_CREATE_RULESET, &rights, sizeof(rights), 0u);
	if (ruleset < 0)
		return false;
	allow_program(ruleset, program);
	allow_fd(ruleset, archive, FILE_READ);
	done = syscall(CALL_RESTRICT_SELF, ruleset, 0u) == 0;
	close(ruleset);
	return done;
}

/* ---- seccomp ---- */

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#define NUMBERS_END 0x40000000u /* behind them are those of x32 */
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#define NUMBERS_END UINT32_MAX
#endif

#ifdef ARCHITECTURE

typedef VEC(struct sock_filter) filter_code;

#define LOW_WORD(n) (offsetof(struct seccomp_data, args[n]))

static void add(filter_code *code, uint16_t what, uint32_t k, uint8_t yes, uint8_t no)
{
	vec_push(code, ((struct sock_filter){ what, yes, no, k }));
}

static void answer(filter_code *code, uint32_t action)
{
	add(code, BPF_RET | BPF_K, action, 0, 0);
}

static void load(filter_code *code, size_t offset)
{
	add(code, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

/* The number stands loaded; it still does behind. */
static void deny(filter_code *code, uint32_t number, uint32_t action)
{
	add(code, BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
	answer(code, action);
}

/* Denies the call when any of these bits, or none of those, is set in one of its arguments. */
static void deny_if(filter_code *code, uint32_t number, int argument, uint32_t bits,
		    bool when_set)
{
	add(code, BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4);
	load(code, LOW_WORD(argument));
	add(code, BPF_JMP | BPF_JSET | BPF_K, bits, when_set ? 0 : 1, when_set ? 1 : 0);
	answer(code, SECCOMP_RET_ERRNO | EPERM);
	load(code, offsetof(struct seccomp_data, nr));
}

static void make_filter(filter_code *code)
{
	static const uint32_t denied[] = {
#define DENIED(name) SYS_##name,
#include "pipeline/outside_denied.def"
#undef DENIED
	};
	const uint32_t writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;

	load(code, offsetof(struct seccomp_data, arch));
	add(code, BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
	answer(code, SECCOMP_RET_KILL_PROCESS);
	load(code, offsetof(struct seccomp_data, nr));
	add(code, BPF_JMP | BPF_JGE | BPF_K, NUMBERS_END, 0, 1);
	answer(code, SECCOMP_RET_KILL_PROCESS);
	for (size_t i = 0; i < sizeof(denied) / sizeof(denied[0]); i++)
		deny(code, denied[i], SECCOMP_RET_ERRNO | EPERM);
	/* Threads it may make; the flags of clone3() cannot be seen, so that C libraries are sent to clone(). */
	deny(code, SYS_clone3, SECCOMP_RET_ERRNO | ENOSYS);
	deny_if(code, SYS_clone, 0, CLONE_THREAD, false);
	deny_if(code, SYS_openat, 2, writing, true);
#ifdef SYS_open
	deny_if(code, SYS_open, 1, writing, true);
#endif
	answer(code, SECCOMP_RET_ALLOW);
}

static bool seccomp_restrict(void)
{
	filter_code code = { 0 };
	struct sock_fprog program;
	bool done;

	make_filter(&code);
	program = (struct sock_fprog){ .len = (unsigned short)code.len, .filter = code.at };
	done = prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
	vec_free(&code);
	return done;
}

#else

static bool seccomp_restrict(void)
{
	return false;
}

#endif

bool outside_confine(const char *program, int fd, bool required)
{
	bool given;

	set_limits();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return !required;
	given = landlock_restrict(program, fd);
	given &= seccomp_restrict();
	return given || !required;
}
