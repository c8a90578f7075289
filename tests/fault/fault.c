/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls into the C library that fail when they are told to; loaded before it by LD_PRELOAD. The environment says what is
 * to happen:
 *
 *     FAULT_STATE=FILE               what was counted, as struct state; it outlives a process that is killed
 *     FAULT_AT=WHICH:N:WHAT          to the N-th call, from 1
 *     FAULT_EVERY=WHICH:N:WHAT       to every N-th call
 *     FAULT_ROOM=BYTES               the disk holds no more than this; less is written, then ENOSPC
 *     FAULT_CLOCK=MS                 each frame from the reader takes so much time, as the keeper sees it
 *     FAULT_LIST=1                   prints the calls of calls.def and ends
 *
 * WHICH is a call, a group of calls, or "any". WHAT is an error's name; SHORT, half of what was asked for; TERM, a signal
 * to ourselves, then the call; KILL, the end before the call; TORN, the end after half of what was to be written, in whole
 * pages. A reader has no environment, so all of this is about the keeper alone.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef int (*fts_compare)(const FTSENT **, const FTSENT **);

#define PAGE 4096

enum {
	WHAT_SHORT = -1,
	WHAT_TERM = -2,
	WHAT_KILL = -3,
	WHAT_TORN = -4,
};

enum group {
	GROUP_memory,
	GROUP_file,
	GROUP_process,
	GROUPS,
};

enum call {
#define CALL(group, type, name, parameters, arguments, failed, errnos) CALL_##name,
#define NUMBER(group, name, parameters, arguments, errnos) CALL_##name,
#define HAND(group, name, errnos) CALL_##name,
#include "tests/fault/calls.def"
#undef CALL
#undef NUMBER
#undef HAND
	CALLS,
};

static const struct {
	const char *name, *errnos;
	enum group group;
} calls[CALLS] = {
#define CALL(group, type, name, parameters, arguments, failed, errnos) \
	{ #name, errnos, GROUP_##group },
#define NUMBER(group, name, parameters, arguments, errnos) \
	{ #name, errnos, GROUP_##group },
#define HAND(group, name, errnos) { #name, errnos, GROUP_##group },
#include "tests/fault/calls.def"
#undef CALL
#undef NUMBER
#undef HAND
};

static const char *const group_names[GROUPS] = { "memory", "file", "process" };

static const struct {
	const char *name;
	int what;
} whats[] = {
	{ "EACCES", EACCES },
	{ "EAGAIN", EAGAIN },
	{ "EDQUOT", EDQUOT },
	{ "EFBIG", EFBIG },
	{ "EINTR", EINTR },
	{ "EINVAL", EINVAL },
	{ "EIO", EIO },
	{ "EMFILE", EMFILE },
	{ "ENOENT", ENOENT },
	{ "ENOLCK", ENOLCK },
	{ "ENOMEM", ENOMEM },
	{ "ENOSPC", ENOSPC },
	{ "ENOSYS", ENOSYS },
	{ "ENOTCONN", ENOTCONN },
	{ "EOPNOTSUPP", EOPNOTSUPP },
	{ "EPERM", EPERM },
	{ "EPIPE", EPIPE },
	{ "EROFS", EROFS },
	{ "ETOOMANYREFS", ETOOMANYREFS },
	{ "SHORT", WHAT_SHORT },
	{ "TERM", WHAT_TERM },
	{ "KILL", WHAT_KILL },
	{ "TORN", WHAT_TORN },
};

struct state {
	uint64_t fired; /* faults so far */
	uint64_t counts[CALLS];
};

/* One of FAULT_AT and FAULT_EVERY. */
struct plan {
	bool in[CALLS];
	uint64_t number, seen;
	int what;
	bool every;
};

static struct state own, *state = &own;
static struct plan plan_at, plan_every;
static uint64_t room = UINT64_MAX; /* bytes that the disk still takes */
static int64_t frame_ms, clock_ms;
static void *real[CALLS];
static __thread int busy; /* what is called from in here is none of the program's calls */

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t align, size_t size);

/* ---- what is to happen ---- */

static _Noreturn void complain(const char *what)
{
	dprintf(STDERR_FILENO, "fault: cannot understand %s\n", what);
	_exit(99);
}

static void plan_calls(struct plan *plan, const char *which, size_t len)
{
	bool known = false;

	for (int call = 0; call < CALLS; call++) {
		const char *names[] = { calls[call].name, group_names[calls[call].group],
					"any" };

		for (int i = 0; i < 3; i++)
			if (strlen(names[i]) == len && memcmp(names[i], which, len) == 0)
				plan->in[call] = known = true;
	}
	if (!known)
		complain(which);
}

static void plan_read(struct plan *plan, const char *text)
{
	const char *colon = strchr(text, ':');
	char *end;

	if (!colon)
		complain(text);
	plan_calls(plan, text, (size_t)(colon - text));
	plan->number = strtoull(colon + 1, &end, 10);
	if (plan->number == 0 || *end != ':')
		complain(text);
	for (size_t i = 0; i < sizeof(whats) / sizeof(whats[0]); i++)
		if (strcmp(whats[i].name, end + 1) == 0)
			plan->what = whats[i].what;
	if (plan->what == 0)
		complain(text);
}

static void list_calls(void)
{
	for (int call = 0; call < CALLS; call++)
		printf("%s %s %s\n", group_names[calls[call].group], calls[call].name,
		       calls[call].errnos);
	fflush(stdout);
	_exit(0);
}

static void state_open(const char *path)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || syscall(SYS_ftruncate, fd, sizeof(*state)) != 0)
		complain(path);
	state = (struct state *)syscall(SYS_mmap, NULL, sizeof(*state),
					PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (state == MAP_FAILED)
		complain(path);
	syscall(SYS_close, fd);
}

__attribute__((constructor)) static void prepare(void)
{
	const char *text;

	busy++;
	for (int call = 0; call < CALLS; call++)
		real[call] = dlsym(RTLD_NEXT, calls[call].name);
	if (getenv("FAULT_LIST"))
		list_calls();
	if ((text = getenv("FAULT_STATE")))
		state_open(text);
	if ((text = getenv("FAULT_AT")))
		plan_read(&plan_at, text);
	if ((text = getenv("FAULT_EVERY"))) {
		plan_read(&plan_every, text);
		plan_every.every = true;
	}
	if ((text = getenv("FAULT_ROOM")))
		room = strtoull(text, NULL, 10);
	if ((text = getenv("FAULT_CLOCK")))
		frame_ms = atoll(text);
	busy--;
}

/* ---- what happens ---- */

static _Noreturn void end_now(void)
{
	syscall(SYS_kill, getpid(), SIGKILL);
	_exit(99); /* never */
}

static int plan_hit(struct plan *plan, enum call call)
{
	uint64_t seen;

	if (!plan->what || !plan->in[call])
		return 0;
	seen = ++plan->seen;
	if (plan->every ? seen % plan->number != 0 : seen != plan->number)
		return 0;
	state->fired++;
	if (plan->what == WHAT_KILL)
		end_now();
	if (plan->what == WHAT_TERM) {
		raise(SIGTERM);
		return 0;
	}
	return plan->what;
}

/* Counts a call and says what is to become of it: 0 it is made, > 0 it fails with that error, < 0 WHAT_SHORT or WHAT_TORN. */
static int fault(enum call call)
{
	int what;

	if (busy)
		return 0;
	busy++;
	state->counts[call]++;
	what = plan_hit(&plan_at, call);
	if (!what)
		what = plan_hit(&plan_every, call);
	busy--;
	return what;
}

/* The same for calls that cannot be cut short: there it is an end before the call, or nothing. */
static int whole_fault(enum call call)
{
	int what = fault(call);

	if (what == WHAT_TORN)
		end_now();
	return what > 0 ? what : 0;
}

static void *real_of(enum call call)
{
	if (!real[call])
		real[call] = dlsym(RTLD_NEXT, calls[call].name);
	return real[call];
}

#define REAL(name) ((__typeof__(&name))real_of(CALL_##name))

#define CALL(group, type, name, parameters, arguments, failed, errnos) \
	type name parameters                                           \
	{                                                              \
		int what = whole_fault(CALL_##name);                   \
                                                                       \
		if (!what)                                             \
			return REAL(name) arguments;                   \
		errno = what;                                          \
		return failed;                                         \
	}
#define NUMBER(group, name, parameters, arguments, errnos) \
	int name parameters                                \
	{                                                  \
		int what = whole_fault(CALL_##name);       \
                                                           \
		return what ? what : REAL(name) arguments; \
	}
#define HAND(group, name, errnos)
#include "tests/fault/calls.def"

/* ---- allocations ---- */

static bool denied(enum call call)
{
	int what = whole_fault(call);

	if (what)
		errno = what;
	return what != 0;
}

void *malloc(size_t size)
{
	return denied(CALL_malloc) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return denied(CALL_calloc) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	return denied(CALL_realloc) ? NULL : __libc_realloc(old, size);
}

void *memalign(size_t align, size_t size)
{
	return denied(CALL_memalign) ? NULL : __libc_memalign(align, size);
}

int posix_memalign(void **into, size_t align, size_t size)
{
	int what = whole_fault(CALL_posix_memalign);

	if (what)
		return what;
	*into = __libc_memalign(align, size);
	return *into ? 0 : ENOMEM;
}

/* ---- descriptors ---- */

static int open_at(enum call call, int folder, const char *path, int flags, va_list list)
{
	if (denied(call))
		return -1;
	return REAL(openat)(folder, path, flags,
			    flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0);
}

int open(const char *path, int flags, ...)
{
	va_list list;
	int fd;

	va_start(list, flags);
	fd = open_at(CALL_open, AT_FDCWD, path, flags, list);
	va_end(list);
	return fd;
}

int openat(int folder, const char *path, int flags, ...)
{
	va_list list;
	int fd;

	va_start(list, flags);
	fd = open_at(CALL_openat, folder, path, flags, list);
	va_end(list);
	return fd;
}

int fcntl(int fd, int command, ...)
{
	va_list list;
	void *argument;

	if (denied(CALL_fcntl))
		return -1;
	va_start(list, command);
	argument = va_arg(list, void *);
	va_end(list);
	return REAL(fcntl)(fd, command, argument);
}

/* One that fails has closed it all the same, as Linux does. */
int close(int fd)
{
	int what = whole_fault(CALL_close);
	int result = REAL(close)(fd);

	if (!what)
		return result;
	errno = what;
	return -1;
}

static size_t half(size_t len)
{
	return len > 1 ? len / 2 : len;
}

ssize_t read(int fd, void *into, size_t len)
{
	int what = fault(CALL_read);

	if (what > 0) {
		errno = what;
		return -1;
	}
	return REAL(read)(fd, into, what ? half(len) : len);
}

ssize_t pread(int fd, void *into, size_t len, off_t offset)
{
	int what = fault(CALL_pread);

	if (what > 0) {
		errno = what;
		return -1;
	}
	return REAL(pread)(fd, into, what ? half(len) : len, offset);
}

/* It fails as a whole only: glibc 2.36 uses what it allocates for the first path without having looked at it. */
FTS *fts_open(char *const *paths, int options, fts_compare compare)
{
	int what = whole_fault(CALL_fts_open);
	FTS *walk;

	if (what) {
		errno = what;
		return NULL;
	}
	busy++;
	walk = REAL(fts_open)(paths, options, compare);
	busy--;
	return walk;
}

/* ---- writing, on a disk that may be full ---- */

/* How much of len may be written; 0 with errno set: nothing. */
static size_t room_for(int fd, size_t len)
{
	struct stat status;

	if (room == UINT64_MAX || fd <= STDERR_FILENO || REAL(fstat)(fd, &status) != 0 ||
	    !S_ISREG(status.st_mode))
		return len;
	if (len > room)
		len = room;
	room -= len;
	errno = ENOSPC;
	return len;
}

/* What to write of len bytes, < 0 nothing, with errno set. */
static ssize_t write_len(enum call call, int fd, size_t len, bool *last)
{
	int what = fault(call);

	*last = what == WHAT_TORN;
	if (what > 0) {
		errno = what;
		return -1;
	}
	if (what == WHAT_SHORT)
		return (ssize_t)half(len);
	if (what == WHAT_TORN)
		return (ssize_t)(len / 2 / PAGE * PAGE);
	if (len == 0)
		return 0;
	len = room_for(fd, len);
	return len ? (ssize_t)len : -1;
}

ssize_t write(int fd, const void *bytes, size_t len)
{
	bool last;
	ssize_t some = write_len(CALL_write, fd, len, &last);

	if (some >= 0 && !(last && some == 0))
		some = REAL(write)(fd, bytes, (size_t)some);
	if (last)
		end_now();
	return some;
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
	bool last;
	ssize_t some = write_len(CALL_pwrite, fd, len, &last);

	if (some >= 0 && !(last && some == 0))
		some = REAL(pwrite)(fd, bytes, (size_t)some, offset);
	if (last)
		end_now();
	return some;
}

/* Less than all of it is written one part at a time: each in turn, as far as it goes. */
static ssize_t write_parts(int fd, const struct iovec *parts, int count, size_t most)
{
	size_t done = 0;

	for (int i = 0; i < count && done < most; i++) {
		size_t len = parts[i].iov_len < most - done ? parts[i].iov_len : most - done;
		ssize_t wrote = REAL(write)(fd, parts[i].iov_base, len);

		if (wrote < 0)
			return done ? (ssize_t)done : -1;
		done += (size_t)wrote;
	}
	return (ssize_t)done;
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
	size_t len = 0;
	ssize_t some;
	bool last;

	for (int i = 0; i < count; i++)
		len += parts[i].iov_len;
	some = write_len(CALL_writev, fd, len, &last);
	if (some >= 0)
		some = (size_t)some == len ? REAL(writev)(fd, parts, count)
					   : write_parts(fd, parts, count, (size_t)some);
	if (last)
		end_now();
	return some;
}

/* ---- the channel, and the time that it takes ---- */

ssize_t send(int fd, const void *bytes, size_t len, int flags)
{
	int what = fault(CALL_send);

	if (what > 0) {
		errno = what;
		return -1;
	}
	return REAL(send)(fd, bytes, what ? half(len) : len, flags);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	int what = fault(CALL_recvmsg);

	if (what > 0) {
		errno = what;
		return -1;
	}
	if (what && message->msg_iovlen == 1) {
		struct iovec part = message->msg_iov[0];
		struct msghdr less = *message;
		ssize_t got;

		part.iov_len = half(part.iov_len);
		less.msg_iov = &part;
		got = REAL(recvmsg)(fd, &less, flags);
		message->msg_controllen = less.msg_controllen;
		message->msg_flags = less.msg_flags;
		return got;
	}
	clock_ms += frame_ms;
	return REAL(recvmsg)(fd, message, flags);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	int result = (int)syscall(SYS_clock_gettime, clock, now);

	if (result == 0 && clock == CLOCK_MONOTONIC)
		now->tv_sec += clock_ms / 1000;
	return result;
}

/* What a static library of another glibc calls fstat(). */
int __fxstat(int version, int fd, struct stat *into);
int __fxstat(int version, int fd, struct stat *into)
{
	(void)version;
	return fstat(fd, into);
}
