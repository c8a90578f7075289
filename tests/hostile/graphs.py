# SPDX-License-Identifier: Apache-2.0
"""Logs of a size and shape that no machine has, as whoever wants an analysis not to end would write them: KINDS, each a function of
a number that yields the text in pieces."""

HEAD = "1: kd> !process 0 17\n**** NT ACTIVE PROCESS DUMP ****\n"


def process_at(number):
    return "fffffa80%08x" % (0x40000000 + number * 0x400)


def thread_at(number):
    return "fffffa81%08x" % (0x1000 + number * 0x400)


def message_at(number):
    return "fffff881%08x" % (0x1000 + number * 0x200)


def process(number, image=None, address=None, zombie=False, parent=0x400):
    return """PROCESS %s
    SessionId: 0  Cid: %04x    Peb: 7fffffdb000  ParentCid: %04x
    DirBase: 13b61d000  ObjectTable: %s  HandleCount: %3d.
    Image: %s

""" % (address or process_at(number), 4 * number + 4, parent, "00000000" if zombie else "fffff8800c2295b0",
       0 if zombie else 58, image or "P%d.exe" % (number % 7))


def thread(number, waits="", alpc="", owner=0, reason="UserRequest"):
    return """        THREAD %s  Cid %04x.%04x  Teb: 000007fffffde000 Win32Thread: 0000000000000000 WAIT: (%s) UserMode Non-Alertable
%s%s        Not impersonating
        Owning Process            %s       Image:         P%d.exe
        Wait Start TickCount      10912787       Ticks: 14208 (0:00:03:42.000)

""" % (thread_at(number), 4 * owner + 4, 4 * number + 8, reason, waits, alpc, process_at(owner), owner % 7)


def mutant(owner):
    return "            fffffa82%08x  Mutant - owning thread %s\n" % (0x1000 + owner * 0x400, thread_at(owner))


def alpc_wait(number, owner):
    return "        Waiting for reply to ALPC Message %s : queued at port fffffa80055bca60 : owned by process %s\n" % (
        message_at(number), process_at(owner))


def message(number, waiting, server):
    return """1: kd> !alpc /m %s

Message @ %s
  MessageID             : 0x10E8 (4328)
  WaitingThread         : %s
  QueueType             : ALPC_MSGQUEUE_PENDING
  QueuePort             : fffffa80055bca60 [ALPC_CONNECTION_PORT]
  QueuePortOwnerProcess : %s (P%d.exe)
  ServerThread          : %s

""" % (message_at(number), message_at(number), thread_at(waiting), process_at(server), server % 7, thread_at(server))


def requests(count, targets):
    """Each thread, of a process of its own, asks the one that targets tells."""
    yield HEAD
    for i in range(count):
        yield process(i)
        target = targets(i)
        yield thread(i, owner=i) if target is None else thread(i, alpc=alpc_wait(i, target), owner=i, reason="WrLpcReply")
    for i in range(count):
        if targets(i) is not None:
            yield message(i, i, targets(i))


def deep(count):
    """A chain of so many requests."""
    return requests(count, lambda i: i + 1 if i + 1 < count else None)


def ring(count):
    return requests(count, lambda i: (i + 1) % count)


def waits(count, owners, own_process=False):
    """Threads that wait for mutants of those that owners(i) lists."""
    yield HEAD
    if not own_process:
        yield process(0)
    for i in range(count):
        if own_process:
            yield process(i, "Q%d.exe" % i)
        yield thread(i, "".join(mutant(owner) for owner in owners(i)), owner=i if own_process else 0)


def comb(count):
    """A queue that is joined at each of its places, every process of an image of its own: no two chains are alike."""
    half = count // 2
    return waits(count, lambda i: [i - half] if i >= half else [i + 1] if i + 1 < half else [], True)


def ranks(count):
    """Two threads a rank, each waiting for both of the next: 2^n paths."""
    return waits(count, lambda i: [i // 2 * 2 + 2, i // 2 * 2 + 3] if i // 2 * 2 + 3 < count else [])


def tails(count):
    """A ring with a queue in front of it."""
    return waits(count, lambda i: [i + 1 if i + 1 < count else count // 2])


def star(count):
    return waits(count, lambda i: [0] if i else [])


def greedy(count):
    """One thread that waits for all others."""
    return waits(count, lambda i: range(1, count) if i == 0 else [])


def lock(count):
    """Half of the threads hold a resource, half wait for it."""
    half = count // 2
    yield HEAD + process(0)
    for i in range(count):
        yield thread(i, reason="WrResource")
    yield "1: kd> !locks\n**** DUMP OF ALL RESOURCE OBJECTS ****\n\nResource @ 0xfffffa8400000000    Shared %d owning threads\n" % half
    yield "     Threads: " + "".join("%s-01<*> %s" % (thread_at(i), "\n             " if i % 2 else "") for i in range(half))
    yield "\n     Threads Waiting On Exclusive Access:\n"
    for i in range(half, count):
        yield "              %s\n" % thread_at(i)


def same_process(count):
    yield HEAD
    for i in range(count):
        yield process(0, "P%d.exe" % i)


def same_thread(count):
    yield HEAD
    for i in range(count):
        yield process(i, "P%d.exe" % i) + thread(0, mutant(i), owner=i)


def same_message(count):
    yield HEAD + process(0) + thread(0, alpc=alpc_wait(0, 1), reason="WrLpcReply")
    for i in range(count):
        yield message(0, i, i + 1)


def far_apart(count):
    """Addresses that differ in their upper bits alone."""
    yield HEAD
    for i in range(count):
        yield process(i, "a.exe", "%016x" % (0x8000000000000000 + (i << 36)))


def zombies(count):
    yield HEAD
    for i in range(count):
        yield process(i, "Z%d.exe" % i, zombie=True)


def parents(count):
    """Each the child of the next, the last of the first."""
    yield HEAD
    for i in range(count):
        yield process(i, parent=4 * ((i + 1) % count) + 4)


def banners(count):
    """So many dumps in one log."""
    for i in range(count):
        yield """Loading Dump File [D:\\c.DMP]
Windows 7 Kernel Version 7601 (Service Pack 1) MP (8 procs) Free x64
Machine Name: "M%d"
Debug session time: Tue Oct %d %02d:%02d:%02d.000 2011 (UTC + 1:00)
System Uptime: 6 days 20:50:43.747
""" % (i, i // 86400 + 1, i // 3600 % 24, i // 60 % 60, i % 60)
        yield HEAD + process(0) + thread(0, mutant(1)) + thread(1)


def frames(count):
    yield HEAD + process(0) + thread(0).rstrip("\n") + "\n        Child-SP          RetAddr           Call Site\n"
    for i in range(count):
        yield "        fffffa60`%08x fffff800`016a36fa nt!F%d+0x7f\n" % (i * 16, i)


def objects(count):
    yield HEAD + process(0) + thread(0, "".join("            fffffa83%08x  NotificationEvent\n" % (i * 64) for i in range(count)))


def wrapped(count):
    """Headers that end where the next line is to be joined to them."""
    yield HEAD + process(0)
    for i in range(count):
        yield "        THREAD %s  Cid 0004.0008  Teb: 000007fffffde000 Win32Thread:\n" % thread_at(i)


def long_line(count):
    yield HEAD + process(0) + "THREAD fffffa8000000000 " * (8 * count) + "\n" + thread(0)


def long_name(count):
    yield HEAD + process(0, "A" * (200 * count) + ".exe")


def nuls(count):
    yield HEAD + process(0) + "\0" * (200 * count) + "\n" + thread(0)


def half_letters(count):
    """Halves of surrogate pairs, and bytes that are no UTF-8, in names."""
    yield HEAD
    for i in range(count):
        yield process(i, "\ud800%d\udcff\udfff.exe" % i)


KINDS = [deep, ring, comb, ranks, tails, star, greedy, lock, same_process, same_thread, same_message, far_apart, zombies, parents,
         banners, frames, objects, wrapped, long_line, long_name, nuls, half_letters]
