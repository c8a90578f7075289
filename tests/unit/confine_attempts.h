/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a reader never does, one function each, and what comes of it in confinement. For test_confine.c alone, which makes the
 * children that try, and what is tried upon.
 */
#ifndef TESTS_UNIT_CONFINE_ATTEMPTS_H
#define TESTS_UNIT_CONFINE_ATTEMPTS_H

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

/* Exit status of a child beside the errno of its attempt: killed by SIGSYS. */
#define KILLED 254

/* the children's working folder, with a file "there" */
static char folder[] = "/tmp/confine.XXXXXX";
static pid_t other;  /* another process, to be bothered */
static int listener; /* a socket on the loop, and where it is */
static struct sockaddr_in listening;
static struct sockaddr_un abstract = { AF_UNIX, "" };
static socklen_t abstract_len;
static int tcp, local; /* of the child, made before it is confined */

/* ---- attempts; each returns 0 or an errno ---- */

static int as_errno(long result)
{
	return result < 0 ? errno : 0;
}

static int try_write_open(void)
{
	return as_errno(open("there", O_WRONLY));
}

static int try_read_write_open(void)
{
	return as_errno(open("there", O_RDWR));
}

static int try_create(void)
{
	return as_errno(open("new", O_RDONLY | O_CREAT, 0600));
}

static int try_nameless_file(void)
{
	return as_errno(open(".", O_TMPFILE | O_RDWR, 0600));
}

static int try_read_passwd(void)
{
	return as_errno(open("/etc/passwd", O_RDONLY));
}

static int try_list_folder(void)
{
	return as_errno(open("/", O_RDONLY | O_DIRECTORY));
}

static int try_unlink(void)
{
	return as_errno(unlink("there"));
}

static int try_rename(void)
{
	return as_errno(rename("there", "elsewhere"));
}

static int try_link(void)
{
	return as_errno(link("there", "second"));
}

static int try_symlink(void)
{
	return as_errno(symlink("there", "third"));
}

static int try_truncate(void)
{
	return as_errno(truncate("there", 0));
}

static int try_mkdir(void)
{
	return as_errno(mkdir("folder", 0700));
}

static int try_fifo(void)
{
	return as_errno(mknod("fifo", S_IFIFO | 0600, 0));
}

static int try_chmod(void)
{
	return as_errno(chmod("there", 0644));
}

static int try_stat(void)
{
	struct stat status;

	return as_errno(stat("there", &status));
}

static int try_readlink(void)
{
	char target[64];

	return as_errno(readlink("link", target, sizeof(target)));
}

static int try_tcp_socket(void)
{
	return as_errno(socket(AF_INET, SOCK_STREAM, 0));
}

static int try_unix_socket(void)
{
	return as_errno(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int try_netlink_socket(void)
{
	return as_errno(socket(AF_NETLINK, SOCK_RAW, 0));
}

static int try_connect(void)
{
	return as_errno(connect(tcp, (const struct sockaddr *)&listening, sizeof(listening)));
}

static int try_bind(void)
{
	const struct sockaddr_in any = { .sin_family = AF_INET };

	return as_errno(bind(tcp, (const struct sockaddr *)&any, sizeof(any)));
}

static int try_abstract_connect(void)
{
	return as_errno(connect(local, (const struct sockaddr *)&abstract, abstract_len));
}

static int try_datagram(void)
{
	return as_errno(sendto(local, "x", 1, 0, (const struct sockaddr *)&abstract,
			       abstract_len));
}

static int try_exec(void)
{
	char *argv[] = { (char *)"/bin/true", NULL };

	execve(argv[0], argv, argv + 1);
	return errno;
}

static int try_fork(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	return as_errno(child);
}

/* As another C library or a shell code would. */
static int try_raw_fork(void)
{
	long child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (child == 0)
		_exit(0);
	return as_errno(child);
}

static int try_clone3(void)
{
	uint64_t arguments[8] = { 0, 0, 0, 0, SIGCHLD };
	long child = syscall(435, arguments, sizeof(arguments));

	if (child == 0)
		_exit(0);
	return as_errno(child);
}

static int try_ptrace(void)
{
	return as_errno(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static int try_read_memory(void)
{
	char here[8];
	struct iovec to = { here, sizeof(here) }, from = { folder, sizeof(here) };

	return as_errno(process_vm_readv(other, &to, 1, &from, 1, 0));
}

static int try_kill(void)
{
	return as_errno(kill(other, SIGCONT));
}

static int try_kill_parent(void)
{
	return as_errno(kill(getppid(), SIGCONT));
}

static int try_tgkill(void)
{
	return as_errno(syscall(SYS_tgkill, other, other, SIGCONT));
}

static int try_queue_signal(void)
{
	const union sigval value = { .sival_int = 1 };

	return as_errno(sigqueue(other, SIGCONT, value));
}

static int try_signal_by_descriptor(void)
{
	return as_errno(fcntl(local, F_SETOWN, other));
}

static int try_open_by_handle(void)
{
	struct {
		struct file_handle handle;
		char room[MAX_HANDLE_SZ];
	} file = { .handle = { .handle_bytes = MAX_HANDLE_SZ } };

	return as_errno(open_by_handle_at(AT_FDCWD, &file.handle, O_RDONLY));
}

static int try_mount(void)
{
	int result = as_errno(mount("none", folder, "tmpfs", 0, NULL));

	if (result == 0)
		umount(folder);
	return result;
}

static int try_namespace(void)
{
	return as_errno(unshare(CLONE_NEWUSER));
}

static int try_chroot(void)
{
	return as_errno(chroot("."));
}

static int try_io_uring(void)
{
	char parameters[120] = { 0 };

	return as_errno(syscall(425, 1, parameters));
}

static int try_bpf(void)
{
	union bpf_attr attributes;

	memset(&attributes, 0, sizeof(attributes));
	return as_errno(syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof(attributes)));
}

static int try_userfaultfd(void)
{
	return as_errno(syscall(SYS_userfaultfd, O_CLOEXEC));
}

static int try_perf(void)
{
	return as_errno(syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0));
}

static int try_keyring(void)
{
	return as_errno(syscall(SYS_keyctl, 0, -3, 0));
}

static int try_personality(void)
{
	return as_errno(syscall(SYS_personality, 0xffffffff));
}

static int try_executable_memory(void)
{
	void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? errno : 0;
}

static int try_making_memory_executable(void)
{
	void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? 0 : as_errno(mprotect(memory, 4096, PROT_EXEC));
}

static int try_terminal(void)
{
	int number;

	return as_errno(ioctl(listener, 0x541b /* FIONREAD */, &number));
}

static int try_setting_limits(void)
{
	const struct rlimit none = { 0, 0 };

	return as_errno(setrlimit(RLIMIT_CORE, &none));
}

static int try_being_dumped(void)
{
	return as_errno(prctl(PR_SET_DUMPABLE, 1));
}

static void *try_in_thread(void *result)
{
	*(int *)result = try_unlink();
	return NULL;
}

static int try_from_another_thread(void)
{
	pthread_t thread;
	int result = 0;

	if (pthread_create(&thread, NULL, try_in_thread, &result) != 0)
		return 0;
	pthread_join(thread, NULL);
	return result;
}

struct attempt {
	const char *name;
	int (*attempt)(void);
	int confined; /* what comes of it in full confinement: KILLED or an errno */
	int landlock; /* from which version on Landlock alone refuses it, 0: it does not */
};

static const struct attempt attempts[] = {
	{ "open a file for writing", try_write_open, KILLED, 1 },
	{ "open a file for reading and writing", try_read_write_open, KILLED, 1 },
	{ "create a file", try_create, KILLED, 1 },
	{ "create a file without a name", try_nameless_file, KILLED, 1 },
	{ "read /etc/passwd", try_read_passwd, EPERM, 1 },
	{ "list a folder", try_list_folder, EPERM, 1 },
	{ "look for a file", try_stat, EPERM, 0 },
	{ "read a link", try_readlink, EPERM, 0 },
	{ "unlink", try_unlink, KILLED, 1 },
	{ "rename", try_rename, KILLED, 1 },
	{ "link", try_link, KILLED, 0 },
	{ "symlink", try_symlink, KILLED, 1 },
	{ "truncate", try_truncate, KILLED, 3 },
	{ "mkdir", try_mkdir, KILLED, 1 },
	{ "mknod", try_fifo, KILLED, 1 },
	{ "chmod", try_chmod, KILLED, 0 },
	{ "a TCP socket", try_tcp_socket, KILLED, 0 },
	{ "a local socket", try_unix_socket, KILLED, 0 },
	{ "a netlink socket", try_netlink_socket, KILLED, 0 },
	{ "connect by TCP", try_connect, KILLED, 4 },
	{ "bind a TCP port", try_bind, KILLED, 4 },
	{ "connect to an abstract socket", try_abstract_connect, KILLED, 6 },
	{ "send to an address", try_datagram, EPERM, 0 },
	{ "execve", try_exec, KILLED, 1 },
	{ "fork", try_fork, KILLED, 0 },
	{ "fork by the call", try_raw_fork, KILLED, 0 },
	{ "fork by clone3", try_clone3, ENOSYS, 0 },
	{ "ptrace", try_ptrace, KILLED, 0 },
	{ "read another's memory", try_read_memory, KILLED, 1 },
	{ "kill another process", try_kill, KILLED, 6 },
	{ "kill the parent", try_kill_parent, KILLED, 6 },
	{ "tgkill another process", try_tgkill, KILLED, 6 },
	{ "queue a signal", try_queue_signal, KILLED, 6 },
	{ "signals by a descriptor", try_signal_by_descriptor, EPERM, 0 },
	{ "open_by_handle_at", try_open_by_handle, KILLED, 0 },
	{ "mount", try_mount, KILLED, 0 },
	{ "unshare", try_namespace, KILLED, 0 },
	{ "chroot", try_chroot, KILLED, 0 },
	{ "io_uring", try_io_uring, KILLED, 0 },
	{ "bpf", try_bpf, KILLED, 0 },
	{ "userfaultfd", try_userfaultfd, KILLED, 0 },
	{ "perf_event_open", try_perf, KILLED, 0 },
	{ "keyctl", try_keyring, KILLED, 0 },
	{ "personality", try_personality, KILLED, 0 },
	{ "executable memory", try_executable_memory, EPERM, 0 },
	{ "memory made executable", try_making_memory_executable, EPERM, 0 },
	{ "ioctl", try_terminal, EPERM, 0 },
	{ "set limits", try_setting_limits, EPERM, 0 },
	{ "be dumped", try_being_dumped, EPERM, 0 },
	{ "unlink from another thread", try_from_another_thread, KILLED, 1 },
};

#define ATTEMPTS (sizeof(attempts) / sizeof(attempts[0]))

#endif
