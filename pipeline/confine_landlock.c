/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Landlock by its system calls, as C libraries have none and the headers of Debian 12 know but a part: the numbers below are those of
 * the kernel's include/uapi/linux/landlock.h. All that a version can take is taken; descriptors that are open stay as they are.
 */
#include <sys/syscall.h>
#include <unistd.h>

#include "pipeline/confine.h"

/* The same on every architecture, as of all system calls since 5.1. */
#define CALL_CREATE_RULESET 444
#define CALL_ADD_RULE 445
#define CALL_RESTRICT_SELF 446
#define CREATE_RULESET_VERSION 1u
#define RULE_PATH_BENEATH 1

struct ruleset {
	uint64_t fs, net, scoped;
};

struct path_rule {
	uint64_t allowed;
	int32_t fd;
} __attribute__((packed));

/* What came with which version; a later one than we know takes no less than the last we do. */
static const struct {
	uint8_t since;
	struct ruleset takes;
} known[] = {
	{ 1, { .fs = 0x1fff } },   /* execute, write, read, list, remove, make anything */
	{ 2, { .fs = 1u << 13 } }, /* move between folders */
	{ 3, { .fs = 1u << 14 } }, /* truncate */
	{ 4, { .net = 1u << 0 | 1u << 1 } }, /* bind and connect of TCP */
	{ 5, { .fs = 1u << 15 } },           /* ioctl of devices */
	{ 6, { .scoped = 1u << 0 | 1u << 1 } }, /* abstract sockets of others, signals to others */
};

uint8_t landlock_version(void)
{
	long version = syscall(CALL_CREATE_RULESET, NULL, 0, CREATE_RULESET_VERSION);

	return version < 0 ? 0 : version > UINT8_MAX ? UINT8_MAX : (uint8_t)version;
}

int landlock_begin(uint8_t version)
{
	struct ruleset ruleset = { 0 };

	if (version == 0)
		return -1;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (version < known[i].since)
			break;
		ruleset.fs |= known[i].takes.fs;
		ruleset.net |= known[i].takes.net;
		ruleset.scoped |= known[i].takes.scoped;
	}
	/* Kernels of before net and scoped take the longer structure, as what they do not know of it is zero. */
	return (int)syscall(CALL_CREATE_RULESET, &ruleset, sizeof(ruleset), 0u);
}

void landlock_allow(int ruleset, int fd, uint64_t rights)
{
	struct path_rule rule = { .allowed = rights, .fd = fd };

	syscall(CALL_ADD_RULE, ruleset, RULE_PATH_BENEATH, &rule, 0u);
}

bool landlock_end(int ruleset)
{
	bool done = syscall(CALL_RESTRICT_SELF, ruleset, 0u) == 0;

	close(ruleset);
	return done;
}

bool landlock_confine(uint8_t version)
{
	int ruleset = landlock_begin(version);

	return ruleset >= 0 && landlock_end(ruleset);
}
