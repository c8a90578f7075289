/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seccomp filters by libseccomp, whose header is included here alone. It knows the numbers of calls on every architecture and lets a
 * program of another one in no door. A call that this kernel or library has never heard of is left out of a filter: there is none to be
 * made. Every function but the first returns whether it was done.
 */
#ifndef PIPELINE_SECCOMP_FILTER_H
#define PIPELINE_SECCOMP_FILTER_H

#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>

/* What answers all calls without a rule. NULL when there is no memory; else for filter_apply(). */
scmp_filter_ctx filter_begin(uint32_t otherwise);
/* Rules of one call add up: that of several which fits. */
bool filter_rule(scmp_filter_ctx filter, uint32_t action, const char *name,
		 unsigned count, const struct scmp_arg_cmp *conditions);
bool filter_rule_if(scmp_filter_ctx filter, uint32_t action, const char *name,
		    struct scmp_arg_cmp condition);
/* Threads, no processes, for which there is this answer. */
bool filter_thread_rules(scmp_filter_ctx filter, uint32_t processes);
/* The flags of open() in that argument: what writes or makes a file gets this answer. */
bool filter_open_rules(scmp_filter_ctx filter, uint32_t writing);
/* All threads of the process, which has to have given up new privileges. Frees the filter; good: whether its rules were made. */
bool filter_apply(scmp_filter_ctx filter, bool good);

#endif
