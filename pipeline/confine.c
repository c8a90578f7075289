/* SPDX-License-Identifier: Apache-2.0 */
/* The order in which a process is confined, and its limits; see confine.h. */
#include "pipeline/confine.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "stages/split.h"

/*
 * Writable memory of its own, without memory files and what is shared: far beyond what any bundle was seen to take, far below what
 * would make the machine swap. A decoder that wants more gets none, and its bundle is quarantined.
 */
#define MEMORY_BASE (4ull << 30)
#define MEMORY_EACH (256ull << 20) /* a thread: its stack, arena and share of chunks */
/* A bundle in each thread's hands and one more, each with as many nested archives as may lie in each other; and
 * the parts of split bundles. */
#define DESCRIPTORS_BASE (64 + SPLIT_PARTS_MAX)
#define DESCRIPTORS_EACH 16

/* Address sanitizers map terabytes of shadow, all of which counts. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY_IS_SHADOWED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MEMORY_IS_SHADOWED 1
#endif
#endif

struct confinement confine_offered(void)
{
	return (struct confinement){ .landlock = landlock_version(),
				     .seccomp = seccomp_is_offered() };
}

bool confine_is_full(const struct confinement *confinement, struct error *error)
{
	const char *missing = confinement->landlock  ? "no seccomp"
			      : confinement->seccomp ? "no Landlock"
						     : "neither Landlock nor seccomp";

	if (confinement->landlock && confinement->seccomp)
		return true;
	return error_set(error, ERROR_IO,
			 "--sandbox=require: the kernel gives %s here, and nothing is read without",
			 missing);
}

void confine_close_from(int first)
{
	long most;

#ifdef SYS_close_range
	if (syscall(SYS_close_range, (unsigned)first, ~0u, 0u) == 0)
		return;
#endif
	most = sysconf(_SC_OPEN_MAX);
	for (int fd = first; fd < (most > 0 && most < 1 << 20 ? most : 1 << 20); fd++)
		close(fd);
}

void confine_limit(int resource, uint64_t most)
{
	struct rlimit now, want = { most, most };

#ifdef MEMORY_IS_SHADOWED
	if (resource == RLIMIT_DATA)
		return;
#endif

	if (getrlimit(resource, &now) == 0 && now.rlim_max < most)
		want = (struct rlimit){ now.rlim_max, now.rlim_max };
	setrlimit(resource, &want);
}

/* A write beyond the size of a file is an error and no signal. */
static void set_limits(int threads, uint64_t file_bytes)
{
	signal(SIGXFSZ, SIG_IGN);
	confine_limit(RLIMIT_CORE, 0);
	confine_limit(RLIMIT_FSIZE, file_bytes);
	confine_limit(RLIMIT_NOFILE, DESCRIPTORS_BASE + DESCRIPTORS_EACH * (rlim_t)threads);
	confine_limit(RLIMIT_DATA, MEMORY_BASE + MEMORY_EACH * (rlim_t)threads);
}

bool confine(enum sandbox sandbox, int threads, uint64_t file_bytes,
	     struct confinement *got, struct error *error)
{
	struct confinement offered = confine_offered();

	*got = (struct confinement){ .landlock = 0 };
	if (sandbox == SANDBOX_OFF)
		return true;
	set_limits(threads, file_bytes);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) {
		if (landlock_confine(offered.landlock))
			got->landlock = offered.landlock;
		got->seccomp = offered.seccomp && seccomp_confine();
	}
	return sandbox != SANDBOX_REQUIRE || confine_is_full(got, error);
}
