/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seccomp filter of a confined process: it names what is given, and all else fails.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pipeline/confine.h"
#include "pipeline/seccomp_filter.h"

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

static bool plain_rules(scmp_filter_ctx filter)
{
	for (size_t i = 0; i < COUNT(given); i++)
		if (!filter_rule(filter, SCMP_ACT_ALLOW, given[i], 0, NULL))
			return false;
	for (size_t i = 0; i < COUNT(fatal); i++)
		if (!filter_rule(filter, SCMP_ACT_KILL_PROCESS, fatal[i], 0, NULL))
			return false;
	return true;
}

/* Memory that can be executed is made by nobody. */
static bool memory_rules(scmp_filter_ctx filter)
{
	static const char *const calls[] = { "mmap", "mmap2", "mprotect" };

	for (size_t i = 0; i < COUNT(calls); i++)
		if (!filter_rule_if(filter, SCMP_ACT_ALLOW, calls[i],
				    SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)))
			return false;
	return true;
}

static bool thread_rules(scmp_filter_ctx filter)
{
	return filter_thread_rules(filter, SCMP_ACT_KILL_PROCESS) &&
	       filter_rule_if(filter, SCMP_ACT_ALLOW, "clone",
			      SCMP_A0_64(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
}

/* abort() sends a signal to itself; nobody else is sent one. */
static bool signal_rules(scmp_filter_ctx filter)
{
	uint64_t self = (uint64_t)getpid();

	return filter_rule_if(filter, SCMP_ACT_ALLOW, "tgkill",
			      SCMP_A0_64(SCMP_CMP_EQ, self)) &&
	       filter_rule_if(filter, SCMP_ACT_KILL_PROCESS, "tgkill",
			      SCMP_A0_64(SCMP_CMP_NE, self));
}

static bool descriptor_rules(scmp_filter_ctx filter)
{
	static const int commands[] = { F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC };
	static const char *const calls[] = { "fcntl", "fcntl64" };

	for (size_t call = 0; call < COUNT(calls); call++)
		for (size_t i = 0; i < COUNT(commands); i++)
			if (!filter_rule_if(filter, SCMP_ACT_ALLOW, calls[call],
					    SCMP_A1_64(SCMP_CMP_EQ, (uint64_t)commands[i])))
				return false;
	/* send() on a socket that is connected */
	return filter_rule_if(filter, SCMP_ACT_ALLOW, "sendto", SCMP_A4_64(SCMP_CMP_EQ, 0));
}

/* Limits may be asked for, of oneself; not set. */
static bool limit_rules(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp asking[] = { SCMP_A0_64(SCMP_CMP_EQ, 0),
					       SCMP_A2_64(SCMP_CMP_EQ, 0) };

	return filter_rule(filter, SCMP_ACT_ALLOW, "prlimit64", COUNT(asking), asking) &&
	       filter_rule(filter, SCMP_ACT_ALLOW, "getrlimit", 0, NULL);
}

/* A library that looks for something to read is told EPERM. */
bool seccomp_confine(void)
{
	scmp_filter_ctx filter = filter_begin(SCMP_ACT_ERRNO(EPERM));

	return filter &&
	       filter_apply(filter,
			    plain_rules(filter) &&
				    filter_open_rules(filter, SCMP_ACT_KILL_PROCESS) &&
				    memory_rules(filter) && thread_rules(filter) &&
				    signal_rules(filter) && descriptor_rules(filter) &&
				    limit_rules(filter));
}
