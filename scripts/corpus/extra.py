# SPDX-License-Identifier: Apache-2.0
"""Plants what `--extras` asks for: resources, and waits for processes and threads.

locks    executive resources with owners and waiters, chains and rings of them
owners   resources that several threads own while others wait
waits    waits for process objects and thread objects, alone and inside chains
runs     chains and rings that pass one or more threads of an image in a row; not among `all`
ports and company add text only, see ports.py and company.py; the rest is in patterns.py.
"""
from . import menu, names, patterns
from .model import Resource

ALL = ("locks", "owners", "waits", "ports", "company") + patterns.KINDS
KINDS = ALL + ("runs",)
SYMBOLS = ("nt!CmpRegistryLock", "nt!PsLoadedModuleResource", "nt!IopDeviceTreeLock", "Ntfs!NtfsData",
           "nt!ExpFirmwareTableResource")
SHARED = (0, "Semaphore Limit 0x7fffffff")


class Extra:
    def __init__(self, world, planter):
        self.world, self.planter, self.rng = world, planter, planter.rng
        self.symbols = list(SYMBOLS)

    # -- parts ----------------------------------------------------------------------------

    def process(self, at=None):
        images = self.planter.images(4)
        return self.planter.process(images[at % 4] if at is not None else self.rng.choice(images))

    def resource(self, exclusive, owners):
        name = self.symbols.pop() if self.symbols and self.rng.random() < 0.2 else None
        resource = Resource(exclusive, owners, name=name)
        self.world.resources.append(resource)
        return resource

    def wait(self, thread, resource, shared):
        (resource.sharers if shared else resource.waiters).append(thread)
        thread.link = ("resource", resource)

    def waiter(self, proc, resource, shared=False):
        entry = menu.wait("WrResource", menu.KERNEL, "resource", (SHARED if shared else menu.EVENT,))
        thread = self.planter.thread(proc, entry)
        self.wait(thread, resource, shared)
        return thread

    def sleeper(self, proc):
        planter = self.planter
        return planter.end_thread(proc, self.rng.choice(("delay", "wait_event", "wait_irp", "suspended")))

    def asks(self, thread):
        """A client of `thread`, or nobody."""
        if self.rng.random() < 0.6:
            self.planter.link(self.planter.client(self.process()), thread)

    # -- shapes ---------------------------------------------------------------------------

    def lock_queue(self):
        """Waiters of both kinds behind one owner that sleeps; some are servers of others."""
        exclusive = self.rng.random() < 0.6
        resource = self.resource(exclusive, [self.sleeper(self.process(0))])
        for number in range(self.rng.randint(1, 9)):
            shared = self.rng.random() < 0.4
            thread = self.waiter(self.process(1 + number), resource, shared)
            if number < 2:
                self.asks(thread)

    def lock_chain(self):
        """An owner waits for the next resource, or for a reply whose server waits for one."""
        owner = self.sleeper(self.process(0))
        for number in range(self.rng.randint(2, 3)):
            thread = self.waiter(self.process(1 + number), self.resource(True, [owner]))
            if self.rng.random() < 0.5:
                client = self.planter.client(self.process(number))
                self.planter.link(client, thread)
                thread = client
            owner = thread
        self.waiter(self.process(2), self.resource(self.rng.random() < 0.5, [owner]), self.rng.random() < 0.5)

    def lock_ring(self):
        count = self.rng.randint(2, 3)
        threads = [self.planter.thread(self.process(n), menu.wait("WrResource", menu.KERNEL, "resource",
                                                                  (menu.EVENT,))) for n in range(count)]
        for number, thread in enumerate(threads):
            self.wait(thread, self.resource(True, [threads[(number + 1) % count]]), False)
        self.asks(threads[0])

    def lock_held(self):
        """Resources that nobody waits for: no edge."""
        for exclusive in (True, False):
            proc = self.process(3)
            count = 1 if exclusive else self.rng.randint(2, 9)
            self.resource(exclusive, [self.sleeper(proc) for _ in range(count)])

    def shared_owners(self):
        owners = [self.sleeper(self.process(n)) for n in range(self.rng.randint(2, 5))]
        resource = self.resource(False, owners)
        for number in range(self.rng.randint(1, 3)):
            self.asks(self.waiter(self.process(number), resource))

    def process_wait(self):
        entry = menu.wait("UserRequest", menu.USER, "single", ((0, "ProcessObject"),))
        thread = self.planter.thread(self.process(0), entry)
        thread.link = ("process", self.process(1))
        self.asks(thread)
        several = menu.wait("UserRequest", menu.USER, "multi", (menu.NOTIFY, (0, "ProcessObject")))
        self.planter.thread(self.process(2), several)       # any or all of two: no edge

    def thread_wait(self):
        target = self.sleeper(self.process(0))
        for number in range(self.rng.randint(1, 3)):
            entry = menu.wait("UserRequest", menu.USER, "single", ((0, "Thread"),))
            thread = self.planter.thread(self.process(1 + number), entry)
            thread.link = ("thread", target)
            target = thread
        self.asks(target)

    # -- runs -----------------------------------------------------------------------------

    def run(self, image, most):
        """Threads of one image, each a client of the next, in one process or in several of them."""
        proc, threads = None, []
        for _ in range(self.rng.randint(1, most)):
            if proc is None or self.rng.random() < 0.5:
                proc = self.planter.process(image)
            threads.append(self.planter.client(proc))
        return threads

    def joined(self, threads):
        for client, server in zip(threads, threads[1:]):
            self.planter.link(client, server)

    def run_chain(self):
        front, pool, vault = names.RUNS
        threads = [self.planter.client(self.planter.process(front))] + self.run(pool, 4)
        self.joined(threads)
        self.planter.link(threads[-1], self.planter.end_thread(self.planter.process(vault), "wait_event"))

    def run_ring(self, tail=False):
        """Where it is entered, and which of its threads has the lowest address, is left to chance."""
        threads = [thread for image in names.RUNS for thread in self.run(image, 2)]
        self.joined(threads + threads[:1])
        if tail:
            self.joined(self.run(names.RING_CLIENT, 3) + threads[:1])


def plant(world, planter):
    """Adds the asked shapes to a World; draws nothing when nothing is asked."""
    extra = Extra(world, planter)
    shapes = []
    if "locks" in world.extras:
        shapes += [extra.lock_queue, extra.lock_chain, extra.lock_ring, extra.lock_held]
    if "owners" in world.extras:
        shapes.append(extra.shared_owners)
    if "waits" in world.extras:
        shapes += [extra.process_wait, extra.thread_wait]
    if "runs" in world.extras:
        shapes += [extra.run_chain, extra.run_chain, extra.run_ring, lambda: extra.run_ring(True)]
    for shape in shapes:
        planter.longest()
        shape()
    patterns.plant(world, planter)


def number(world):
    """Addresses of resources."""
    for resource in world.resources:
        resource.addr = world.pool.take(0x68)


def parse(text):
    """The set that a value of --extras means; ValueError when it names what is not."""
    if text in ("none", ""):
        return frozenset()
    kinds = set(text.split(","))
    if "all" in kinds:
        kinds = kinds - {"all"} | set(ALL)
    if not kinds <= set(KINDS):
        raise ValueError(text)
    return frozenset(kinds)
