# SPDX-License-Identifier: Apache-2.0
"""What exists in one dump: processes, threads, messages, and their addresses.

Planted threads are kept as objects.  Ordinary threads are not stored: they are
a function of their process's seed, so that a dump of a gigabyte of text needs
little memory and a second listing prints the very same threads.
"""
import random

TICK_SHIFTS = (1, 3, 4, 6, 7, 9, 11, 14)     # how long an ordinary thread has waited
U32 = 0xffffffff


class Thread:
    """One THREAD.  `bits` decides everything that carries no truth (times, priority ...)."""
    __slots__ = ("proc", "addr", "tid", "state", "reason", "tail", "stack", "objs", "ticks", "msg",
                 "irps", "suspend", "bits", "w32", "printed", "start", "owner_via", "link")

    def __init__(self, proc, state, reason, tail, stack, objs, ticks):
        self.proc, self.state, self.reason, self.tail, self.stack = proc, state, reason, tail, stack
        self.objs = objs            # [(address, text)]; text begins with the type word
        self.ticks = ticks
        self.msg = None             # the Message it waits a reply for
        self.link = None            # (kind, Thread, Process or Resource): waits for it or for its owner
        self.irps = self.suspend = self.bits = self.w32 = self.addr = self.tid = 0
        self.printed = True         # False: the log never prints this thread


class Process:
    __slots__ = ("addr", "pid", "ppid", "image", "session", "handles", "kind", "count", "planted", "seed",
                 "first", "tid0", "service", "frozen", "slots", "index", "typical", "shown")

    def __init__(self, image, session, kind, count, service):
        self.image, self.session, self.kind, self.count, self.service = image, session, kind, count, service
        self.handles = 0
        self.planted = []           # Threads with a part in a chain or a finding
        self.frozen = False
        self.addr = self.pid = self.ppid = self.seed = self.first = self.tid0 = 0
        self.typical = count
        self.shown = None           # so many of its threads are listed, then somebody left lines out
        self.slots = {}

    @property
    def total(self):
        return max(self.count, len(self.planted))


class Message:
    """A synchronous request: `waiter` waits for `server` (or nobody) in `owner`."""
    __slots__ = ("addr", "id", "waiter", "server", "owner", "port", "client_port", "shown", "queue", "lpc")

    def __init__(self, waiter, server, owner, shown):
        self.waiter, self.server, self.owner = waiter, server, owner
        self.shown = shown          # server, zero, missing (printed without its line), never
        self.queue = "ALPC_MSGQUEUE_PENDING" if server else "ALPC_MSGQUEUE_MAIN"
        self.addr = self.id = self.port = self.client_port = 0
        self.lpc = False


class Port:
    """An ALPC port that the log prints, with the messages in its queues and the threads that serve it."""
    __slots__ = ("owner", "addr", "messages", "threads")

    def __init__(self, owner, addr, messages=(), threads=None):
        self.owner, self.addr, self.messages = owner, addr, messages
        self.threads = threads      # None: any of its owner's


class Zombie:
    __slots__ = ("addr", "pid", "ppid", "image", "session")

    def __init__(self, image, session, ppid):
        self.image, self.session, self.ppid = image, session, ppid
        self.addr = self.pid = 0


class Pool:
    """Hands out pool addresses of one kind, upwards, with gaps as a real pool has."""

    def __init__(self, base, align, rng):
        self.start = self.next = base
        self.align, self.rng = align, rng

    def take(self, size):
        addr = self.next + int(self.rng.random() * 24) * self.align
        self.next = addr + size
        return addr


class UsedPool(Pool):
    """A pool of another dump of the same system: many of its objects lie where others lay before."""

    def __init__(self, base, align, rng, used):
        super().__init__(base, align, rng)
        self.used = sorted(used, reverse=True)

    def take(self, size):
        addr = self.next + int(self.rng.random() * 24) * self.align
        while self.used and self.used[-1] < addr:
            self.used.pop()
        if self.used and self.used[-1] - addr < 0x8000:
            addr = self.used.pop()
        self.next = addr + size
        return addr


class Resource:
    """An executive resource: `owners` hold it, the others wait, exclusively or shared."""
    __slots__ = ("addr", "name", "exclusive", "owners", "waiters", "sharers")

    def __init__(self, exclusive, owners, waiters=(), sharers=(), name=None):
        self.exclusive, self.owners, self.name = exclusive, list(owners), name
        self.waiters, self.sharers = list(waiters), list(sharers)
        self.addr = 0


class World:
    """Everything of one dump."""

    def __init__(self, variant, banner, rng, options):
        self.variant, self.banner, self.rng, self.options = variant, banner, rng, options
        self.x86 = variant.arch == "x86"
        self.era = variant.era
        self.short_names = variant.era in ("nt5", "nt60", "nt61")
        self.procs, self.zombies, self.messages, self.order = [], [], [], []
        self.idle_cpus = list(range(min(banner.processors, 10)))
        self.boxes = []             # (Thread, kind, confidence)
        self.suspects = []          # (Process, expected)
        self.lone = []              # Processes whose missing threads only other dumps tell
        self.ports = []             # of class Port, to be printed
        self.others = []            # heads of chains without a message
        self.resources = []         # of class Resource
        self.extras = options.extras        # what else is planted and printed, by name
        self.held = None            # the Message that is kept for the end of the log
        self.in_stacks = {}         # what !stacks listed: address -> Process or Thread
        self.held_process = None    # likewise a Process
        self._make_pools()

    def share_addresses(self, other):
        """Makes this a dump of the same system as `other`, with some of its addresses."""
        used = [item.addr for item in other.order] + [proc.first for proc in other.procs if proc.first]
        self.pool = UsedPool(other.pool.start, self.pool.align, self.rng, used)
        self.paged = Pool(other.paged.start, self.paged.align, self.rng)
        self.stack_base = other.stack_base

    def _make_pools(self):
        rng, era = self.rng, self.era
        if self.x86:
            self.pool = Pool(0x81c00000 + rng.randrange(4096) * 8, 8, rng)
            self.paged = Pool(0xe1000000 + rng.randrange(4096) * 8, 8, rng)
            self.stack_base, self.stack_step = 0xb0000000, 0x4000
        elif era in ("nt60", "nt61"):
            self.pool = Pool(0xfffffa8004000000 + rng.randrange(65536) * 16, 16, rng)
            self.paged = Pool((0xfffff88000000000 if era == "nt60" else 0xfffff8a000000000) + 0x7000, 16, rng)
            self.stack_base = 0xfffffa6001000000 if era == "nt60" else 0xfffff88002000000
            self.stack_step = 0x7000
        else:
            top = 0xffff800000000000 + (rng.randrange(0x2000) << 32)
            self.pool = Pool(top + (rng.randrange(0x6000) << 16), 16, rng)
            self.paged = Pool(0xffffc00000000000 + (rng.randrange(0x1000) << 32), 16, rng)
            self.stack_base, self.stack_step = 0xffffd00000000000 + (rng.randrange(0x800) << 32), 0x7000

    def add(self, image, session=0, kind="live", count=4, service=True, handles=None):
        if self.short_names:
            image = image.encode("utf-8")[:15].decode("utf-8", "ignore")
        proc = Process(image, session, kind, count, service)
        proc.handles = self.rng.randint(20, 900) if handles is None else handles
        proc.seed = self.rng.getrandbits(48)
        self.procs.append(proc)
        return proc

    def object_address(self):
        return self.pool.take(0x60)

    # -- addresses and ids, once everything is planned ---------------------------------

    def number_everything(self):
        """Gives pids and tids in creation order, addresses in another order."""
        rng, next_id = self.rng, 4
        jump_at = rng.randrange(len(self.order)) if rng.random() < 0.3 else -1
        for position, item in enumerate(self.order):
            if position == jump_at:
                next_id = max(next_id, 0x10000 + rng.randrange(0x8000) * 4)
            item.pid = next_id
            next_id += 4
            if isinstance(item, Process):
                item.tid0 = next_id
                next_id += 4 * (item.total + 1)
            next_id += 4 * int(rng.random() * 6)
        self._place()
        self._number_planted()

    def _place(self):
        size, thread = (0x260, 0x288) if self.x86 else (0x4d0, 0x480)
        mixed = list(self.order)
        self.rng.shuffle(mixed)
        take, rnd, align = self.pool.take, self.rng.random, self.pool.align
        for item in mixed:
            item.addr = take(size)
            if isinstance(item, Process) and item.total:
                step = thread + 64 * align
                item.first = take(step * item.total + 64 * align)
        for index, proc in enumerate(self.procs):
            proc.index = index

    def _number_planted(self):
        for proc in self.procs:
            if not proc.planted:
                continue
            rng = random.Random(proc.seed)
            places = sorted(rng.sample(range(proc.total), len(proc.planted)))
            proc.slots = dict(zip(places, proc.planted))
            for place, thread in proc.slots.items():
                thread.bits = rng.getrandbits(64)
                self._locate(thread, proc, place)
                thread.objs = [(self._resolve(thread, where), text) for where, text in thread.objs]

    def _locate(self, thread, proc, place):
        step = (0x288 if self.x86 else 0x480) + 64 * self.pool.align
        jitter = ((proc.seed >> 7) * 31 + place * 0x9e3779b1 >> 5) & 63
        thread.addr = proc.first + place * step + jitter * self.pool.align
        thread.tid = proc.tid0 + 4 * place
        thread.start = (proc.seed & 0xffff) * 7 + place

    def _resolve(self, thread, where):
        if callable(where):
            return where()
        if where < 0:                       # inside the thread itself, or the DelayExecution marker
            return (U32 if self.x86 else U32 << 32 | U32) if where == -1 else thread.addr - where
        return where or self.object_address()

    def threads_of(self, proc):
        """All threads of a process, the planted ones at their places; the same at every call."""
        slots, total = proc.slots, proc.total
        if not total:
            return
        rng = random.Random(proc.seed ^ 0x5bd1e995)
        menu = self.menu_for(proc)
        limit = self.banner.tick_count - 1
        choices = len(menu)
        for place in range(total):
            bits = rng.getrandbits(96)
            thread = slots.get(place)
            if thread is None:
                state, reason, tail, stack, objects, w32 = menu[bits % choices]
                ticks = (bits >> 64) >> TICK_SHIFTS[bits >> 8 & 7] + 8
                thread = Thread(proc, state, reason, tail, stack, (), ticks if ticks < limit else limit)
                thread.bits = bits >> 16 & 0xffffffffffff
                thread.w32 = w32
                self._locate(thread, proc, place)
                if objects:
                    base = thread.addr
                    # an object next to its thread; -1 the marker; below -1 inside the thread
                    thread.objs = [(base - 0x80 - 0x70 * n if where == 0 else
                                    self._resolve(thread, where), text)
                                   for n, (where, text) in enumerate(objects)]
            yield thread

