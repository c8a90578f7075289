/* SPDX-License-Identifier: Apache-2.0 */
/* What the filters of the reader and of the outside decoder have in common; see seccomp_filter.h. */
#include "pipeline/seccomp_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>

/*
 * The kernel slows a process with a filter down against attacks by speculation, before 5.16 by default, which is for those
 * who run a stranger's code beside secrets of their own: there are none here.
 */
scmp_filter_ctx filter_begin(uint32_t otherwise)
{
	scmp_filter_ctx filter = seccomp_init(otherwise);

	if (!filter)
		return NULL;
	seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_SSB, 1);
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	return filter;
}

bool filter_rule(scmp_filter_ctx filter, uint32_t action, const char *name,
		 unsigned count, const struct scmp_arg_cmp *conditions)
{
	int number = seccomp_syscall_resolve_name(name);

	return number == __NR_SCMP_ERROR ||
	       seccomp_rule_add_array(filter, action, number, count, conditions) == 0;
}

bool filter_rule_if(scmp_filter_ctx filter, uint32_t action, const char *name,
		    struct scmp_arg_cmp condition)
{
	return filter_rule(filter, action, name, 1, &condition);
}

/* The flags of clone3() lie in memory, where a filter cannot see them: told that there is no such call, C libraries make their threads by
 * clone(). */
bool filter_thread_rules(scmp_filter_ctx filter, uint32_t processes)
{
	return filter_rule_if(filter, processes, "clone",
			      SCMP_A0_64(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0)) &&
	       filter_rule(filter, SCMP_ACT_ERRNO(ENOSYS), "clone3", 0, NULL);
}

static bool open_rules(scmp_filter_ctx filter, const char *name, unsigned argument,
		       uint32_t writing)
{
	static const uint64_t flags[][2] = { { O_ACCMODE, O_WRONLY },
					     { O_ACCMODE, O_RDWR },
					     { O_CREAT, O_CREAT },
					     { O_TRUNC, O_TRUNC },
					     { O_APPEND, O_APPEND } };

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (!filter_rule_if(filter, writing, name,
				    SCMP_CMP64(argument, SCMP_CMP_MASKED_EQ, flags[i][0],
					       flags[i][1])))
			return false;
	return true;
}

bool filter_open_rules(scmp_filter_ctx filter, uint32_t writing)
{
	return open_rules(filter, "open", 1, writing) &&
	       open_rules(filter, "openat", 2, writing);
}

bool filter_apply(scmp_filter_ctx filter, bool good)
{
	good = good && seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0 &&
	       seccomp_load(filter) == 0;
	seccomp_release(filter);
	return good;
}
