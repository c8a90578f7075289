# SPDX-License-Identifier: Apache-2.0
"""Plants wait chains: linear, fan-in, semicircular, rings, and their ends.

Each shape creates its own processes, so that shapes never join by accident.
A link is a Message (ALPC, or LPC on XP and 2003) or, within `other` links, a
mutant or a thread object.  Waits get shorter towards the end of a chain.
"""
from . import menu, names
from .model import Message, Thread

SHAPES = ("linear", "fan_in", "linear", "semicircular", "ring", "linear", "ring_tail", "mutant", "linear", "other")
ENDS = ("wait_event", "message_box", "absent_zero", "wait_irp", "suspended", "ui_wait", "unknown", "running",
        "delay", "absent_missing", "dialog", "ready", "not_in_log", "wait_semaphore", "resource", "suspended_alpc")
NT5_NO = ("ui_wait", "unknown", "suspended_alpc")
BOXES = ("message_box", "dialog")           # only user frames, of a complete dump, tell them
SHARES = 5          # one server in so many is given a second port


class Planter:
    def __init__(self, world, rng, average):
        self.world, self.rng, self.average = world, rng, average
        self.ports = {}
        self.ends = [e for e in ENDS if not (world.era == "nt5" and e in NT5_NO)
                     and (world.banner.complete or e not in BOXES)]
        self.turn = rng.randrange(len(self.ends))
        self.shape_turn = rng.randrange(len(SHAPES))
        self.ticks = 0

    # -- parts --------------------------------------------------------------------------

    def process(self, image, session=0):
        typical = names.typical_threads(image, self.average)
        count = max(2, typical + self.rng.randint(-typical // 6, typical // 6))
        return self.world.add(image, session, count=count)

    def images(self, count):
        start = self.rng.randrange(len(names.CHAIN))
        return [names.CHAIN[(start + k) % len(names.CHAIN)] for k in range(count)]

    def thread(self, proc, entry, ticks=None):
        state, reason, tail, stack, objects, w32 = entry
        thread = Thread(proc, state, reason, tail, stack, list(objects), ticks if ticks is not None else self.shorter())
        thread.w32 = w32
        proc.planted.append(thread)
        return thread

    def longest(self):
        self.ticks = self.rng.randrange(2000, min(60000, self.world.banner.tick_count - 10))

    def shorter(self):
        now = self.ticks
        self.ticks -= self.rng.choice((0, 1, 1, self.rng.randrange(1 + now // 3)))
        return now

    def client(self, proc, ticks=None):
        """A thread that waits for the reply to a request; its message is set by link()."""
        nt5 = self.world.era == "nt5"
        offset = -0x1f4 if self.world.x86 else -0x390
        reason = "Unknown" if nt5 and self.rng.random() < 0.25 else "WrLpcReply"
        return self.thread(proc, menu.wait(reason, menu.USER, "lpcreply", ((offset, "Semaphore Limit 0x1"),)), ticks)

    def link(self, client, server, owner=None, shown="server"):
        owner = owner or server.proc
        message = Message(client, server, owner, shown)
        message.lpc = self.world.era == "nt5"
        slot = (id(owner), self.rng.randrange(SHARES) == 0)
        if slot not in self.ports:
            self.ports[slot] = (self.world.paged if message.lpc else self.world.pool).take(0x200)
        message.port = self.ports[slot]
        client.msg = message
        self.world.messages.append(message)
        return message

    # -- ends: each takes the thread that waits for the last server --------------------

    def finish(self, client, image, end=None, proc=None):
        if end is None:
            end = self.ends[self.turn % len(self.ends)]
            self.turn += 1
        proc = proc or self.process(names.BOXES[self.turn % len(names.BOXES)]
                                    if end in ("message_box", "dialog", "ui_wait") else image)
        if end.startswith("absent"):
            self.shorter()
            message = self.link(client, None, proc, "zero" if end == "absent_zero" else "missing")
            if self.rng.random() < 0.25:
                message.queue = "ALPC_MSGQUEUE_PENDING"
            return
        server = self.end_thread(proc, end)
        self.link(client, server, shown="never" if end == "unknown" else "server")
        if end == "suspended_alpc":     # a suspended thread that itself waits for a reply
            self.finish(server, "CfgStore.exe", "wait_event")

    def end_thread(self, proc, end):
        wait = menu.wait
        if end in ("message_box", "dialog"):
            thread = self.thread(proc, wait("WrUserRequest", menu.USER, end, (menu.EVENT,), True))
            self.world.boxes.append((thread, end, "definite"))
            return thread
        if end == "ui_wait":
            thread = self.thread(proc, wait("WrUserRequest", menu.USER, "getmessage", (menu.EVENT,), True))
            self.world.boxes.append((thread, "ui_message_wait", "potential"))
            return thread
        if end == "suspended_alpc":
            thread = self.client(proc)
            thread.reason, thread.tail = "Suspended", "WAIT: (Suspended) " + menu.KERNEL
            thread.suspend = 1
            return thread
        entry = self._entry(end)
        thread = self.thread(proc, entry)
        if end == "wait_irp":
            thread.irps = self.rng.randint(1, 3)
        if end == "suspended":
            thread.suspend = self.rng.randint(1, 2)
        if end == "running":
            thread.ticks = self.rng.choice((0, 0, thread.ticks))
        thread.printed = end != "not_in_log"
        return thread

    def _entry(self, end):
        wait, world = menu.wait, self.world
        if end == "running" and world.idle_cpus:
            return ("RUNNING", None, "RUNNING on processor %x" % world.idle_cpus.pop(), "running", (), False)
        if end == "ready":
            return ("READY", None, "READY", "ready", (), False)
        if end == "suspended":
            return wait("Suspended", menu.KERNEL, "suspended", ((-0x2a0, "Semaphore Limit 0x2"),))
        if end == "wait_irp":
            return wait("Executive", menu.KERNEL, "fileio", (menu.NOTIFY,))
        if end == "delay":
            return wait("DelayExecution", menu.USER, "delay", (menu.delay_object(world.era),))
        if end == "wait_semaphore":
            return wait("UserRequest", menu.USER, "single", ((0, "Semaphore Limit 0x7fffffff"), menu.TIMEOUT))
        if end == "resource":
            return wait("WrResource", menu.KERNEL, "resource", (menu.EVENT,))
        return wait("UserRequest", menu.USER, "single", (menu.EVENT,))

    # -- shapes -------------------------------------------------------------------------

    def plant(self, head=None):
        """One shape; `head` is a process that must begin it (a suspect of missing threads)."""
        self.longest()
        shape = SHAPES[self.shape_turn % len(SHAPES)]
        self.shape_turn += 1
        getattr(self, shape if head is None else "linear")(*([head] if head is not None else []))

    def linear(self, head=None):
        hops = self.rng.choice((1, 2, 2, 3, 3, 4)) + 1
        images = self.images(hops)
        first = head or self.process(images[0], self.rng.choice((0, 1, 2)))
        client = self.client(first)
        for image in images[1:-1]:
            server = self.client(self.process(image))
            self.link(client, server)
            client = server
        self.finish(client, images[-1])

    def fan_in(self):
        images = self.images(4)
        self.finish_fan(self.client(self.process(images[1])), images)

    def finish_fan(self, server, images):
        top = self.ticks
        for _ in range(self.rng.randint(3, 9)):
            client = self.client(self.process(images[0], self.rng.randint(0, 3)), top + self.rng.randrange(50))
            self.link(client, server)
        self.finish(server, images[2])

    def semicircular(self):
        images = self.images(self.rng.choice((2, 3)))
        procs = [self.process(image) for image in images]
        client = self.client(procs[0])
        for proc in procs[1:]:
            server = self.client(proc)
            self.link(client, server)
            client = server
        self.finish(client, None, "wait_event", procs[0])

    def ring(self, tail=0):
        images = self.images(self.rng.choice((2, 3, 4)) + tail)
        threads = [self.client(self.process(image)) for image in images]
        for client, server in zip(threads, threads[1:]):
            self.link(client, server)
        self.link(threads[-1], threads[tail])

    def ring_tail(self):
        self.ring(tail=self.rng.choice((1, 2)))

    def mutant(self):
        """client -alpc-> server -mutant-> a thread of a third process that sleeps."""
        images = self.images(3)
        client = self.client(self.process(images[0]))
        holder = self.process(images[2])
        server = self.waits_for_mutant(self.process(images[1]), holder)
        self.link(client, server)

    def waits_for_mutant(self, proc, holder):
        server = self.thread(proc, menu.wait("UserRequest", menu.USER, "single", ((0, "Mutant"),)))
        server.link = ("mutant", self.thread(holder, self._entry("delay")))
        return server

    def other(self):
        """A chain without any message: a mutant, or a thread object."""
        images = self.images(2)
        if self.rng.random() < 0.5:
            self.waits_for_mutant(self.process(images[0]), self.process(images[1]))
            return
        waiter = self.thread(self.process(images[0]), menu.wait("UserRequest", menu.USER, "single", ((0, "Thread"),)))
        waiter.link = ("thread", self.thread(self.process(images[1]), self._entry("wait_event")))
