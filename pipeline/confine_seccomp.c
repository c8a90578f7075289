/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seccomp filter of a confined process, by libseccomp, which knows the numbers of calls on every architecture and lets a program of
 * another one in no door. A call that this kernel or library has never heard of is left out of the filter: it fails like all else.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pipeline/confine.h"

static const char *const given[] = {
#define GIVEN(name) #name,
#define FATAL(name)
#include "pipeline/confine_calls.def"
#undef GIVEN
#undef FATAL
};

static const char *const fatal[] = {
#define GIVEN(name)
#define FATAL(name) #name,
#include "pipeline/confine_calls.def"
#undef GIVEN
#undef FATAL
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

bool seccomp_is_offered(void)
{
	unsigned action = SECCOMP_RET_KILL_PROCESS;

	return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0 &&
	       syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

static bool rule(scmp_filter_ctx filter, uint32_t action, const char *name,
		 unsigned count, const struct scmp_arg_cmp *conditions)
{
	int number = seccomp_syscall_resolve_name(name);

	return number == __NR_SCMP_ERROR ||
	       seccomp_rule_add_array(filter, action, number, count, conditions) == 0;
}

static bool rule_if(scmp_filter_ctx filter, uint32_t action, const char *name,
		    struct scmp_arg_cmp condition)
{
	return rule(filter, action, name, 1, &condition);
}

static bool plain_rules(scmp_filter_ctx filter)
{
	for (size_t i = 0; i < COUNT(given); i++)
		if (!rule(filter, SCMP_ACT_ALLOW, given[i], 0, NULL))
			return false;
	for (size_t i = 0; i < COUNT(fatal); i++)
		if (!rule(filter, SCMP_ACT_KILL_PROCESS, fatal[i], 0, NULL))
			return false;
	return true;
}

/* The flags of open() in that argument: what writes or makes a file is fatal. A library that looks for something to read is told EPERM. */
static bool open_rules(scmp_filter_ctx filter, const char *name, unsigned argument)
{
	static const uint64_t flags[][2] = { { O_ACCMODE, O_WRONLY },
					     { O_ACCMODE, O_RDWR },
					     { O_CREAT, O_CREAT } };

	for (size_t i = 0; i < COUNT(flags); i++)
		if (!rule_if(filter, SCMP_ACT_KILL_PROCESS, name,
			     SCMP_CMP64(argument, SCMP_CMP_MASKED_EQ, flags[i][0],
					flags[i][1])))
			return false;
	return true;
}

/* Memory that can be executed is made by nobody. */
static bool memory_rules(scmp_filter_ctx filter)
{
	static const char *const calls[] = { "mmap", "mmap2", "mprotect" };

	for (size_t i = 0; i < COUNT(calls); i++)
		if (!rule_if(filter, SCMP_ACT_ALLOW, calls[i],
			     SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)))
			return false;
	return true;
}

/* Threads, no processes. The flags of clone3() lie in memory, where a filter cannot see them: told that there is no such call, C libraries
 * make their threads by clone(). */
static bool thread_rules(scmp_filter_ctx filter)
{
	return rule_if(filter, SCMP_ACT_ALLOW, "clone",
		       SCMP_A0_64(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)) &&
	       rule_if(filter, SCMP_ACT_KILL_PROCESS, "clone",
		       SCMP_A0_64(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0)) &&
	       rule(filter, SCMP_ACT_ERRNO(ENOSYS), "clone3", 0, NULL);
}

/* abort() sends a signal to itself; nobody else is sent one. */
static bool signal_rules(scmp_filter_ctx filter)
{
	uint64_t self = (uint64_t)getpid();

	return rule_if(filter, SCMP_ACT_ALLOW, "tgkill", SCMP_A0_64(SCMP_CMP_EQ, self)) &&
	       rule_if(filter, SCMP_ACT_KILL_PROCESS, "tgkill", SCMP_A0_64(SCMP_CMP_NE, self));
}

static bool descriptor_rules(scmp_filter_ctx filter)
{
	static const int commands[] = { F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC };
	static const char *const calls[] = { "fcntl", "fcntl64" };

	for (size_t call = 0; call < COUNT(calls); call++)
		for (size_t i = 0; i < COUNT(commands); i++)
			if (!rule_if(filter, SCMP_ACT_ALLOW, calls[call],
				     SCMP_A1_64(SCMP_CMP_EQ, (uint64_t)commands[i])))
				return false;
	/* send() on a socket that is connected */
	return rule_if(filter, SCMP_ACT_ALLOW, "sendto", SCMP_A4_64(SCMP_CMP_EQ, 0));
}

/* Limits may be asked for, of oneself; not set. */
static bool limit_rules(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp asking[] = { SCMP_A0_64(SCMP_CMP_EQ, 0),
					       SCMP_A2_64(SCMP_CMP_EQ, 0) };

	return rule(filter, SCMP_ACT_ALLOW, "prlimit64", COUNT(asking), asking) &&
	       rule(filter, SCMP_ACT_ALLOW, "getrlimit", 0, NULL);
}

/*
 * The kernel slows a process with a filter down against attacks by speculation, before 5.16 by default, which is for those
 * who run a stranger's code beside secrets of their own: there are none here.
 */
static void set_attributes(scmp_filter_ctx filter)
{
	seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_SSB, 1);
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
}

bool seccomp_confine(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	bool done;

	if (!filter)
		return false;
	set_attributes(filter);
	done = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0 &&
	       plain_rules(filter) && open_rules(filter, "open", 1) &&
	       open_rules(filter, "openat", 2) && memory_rules(filter) &&
	       thread_rules(filter) && signal_rules(filter) && descriptor_rules(filter) &&
	       limit_rules(filter) && seccomp_load(filter) == 0;
	seccomp_release(filter);
	return done;
}
