/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The confinement of the reader, and what that of the outside decoder has in common with it: what a process gives up before it looks at a stranger's bytes. Landlock (kernel 5.13 and on)
 * takes every file by path, every port and, of late, signals to others from it; a seccomp filter leaves it the calls of
 * pipeline/confine_calls.def; limits bound what it may take. None of it can be undone by the process itself.
 */
#ifndef PIPELINE_CONFINE_H
#define PIPELINE_CONFINE_H

#include <stdint.h>

#include "pipeline/base/error.h"

enum sandbox {
	SANDBOX_BEST,    /* what the kernel gives */
	SANDBOX_REQUIRE, /* both Landlock and seccomp, or nothing is read */
	SANDBOX_OFF,
};

struct confinement {
	uint8_t landlock; /* version of its interface, 0 for none */
	bool seccomp;
};

/* What the kernel would give here. */
struct confinement confine_offered(void);
/* Whether both are there; else false with an ERROR_IO that says what is missing. */
bool confine_is_full(const struct confinement *confinement, struct error *error);

/* Closes all descriptors from this one on. */
void confine_close_from(int first);
/*
 * Confines this process, which must have one thread yet, for good: it has open what it will need, and takes other descriptors
 * over sockets only. threads: how many it is going to have; file_bytes: what one memory file of its may hold. What was had goes to
 * *got. False when something was required that there is not; the process is then confined in part.
 */
bool confine(enum sandbox sandbox, int threads, uint64_t file_bytes,
	     struct confinement *got, struct error *error);

/* Sets a limit for good, never above what it is already. That of memory is left alone where a sanitizer takes most of it. */
void confine_limit(int resource, uint64_t most);

/* ---- its parts; each returns whether the kernel did it ---- */

#define LANDLOCK_FILE_EXECUTE 1ull
#define LANDLOCK_FILE_READ 4ull
#define LANDLOCK_FOLDER_READ 8ull

/* The version of Landlock's interface, 0 for none. */
uint8_t landlock_version(void);
/* Grants nothing. Needs no_new_privs. */
bool landlock_confine(uint8_t version);
/* The same in steps, with something granted between them. A descriptor for the two others, -1 when the kernel has no Landlock. */
int landlock_begin(uint8_t version);
/* Rights to the file or folder at fd and all below it: what lies on no file system, as memory files do, needs none. */
void landlock_allow(int ruleset, int fd, uint64_t rights);
bool landlock_end(int ruleset);
bool seccomp_is_offered(void);
/* All threads of the process. Needs no_new_privs. */
bool seccomp_confine(void);

#endif
