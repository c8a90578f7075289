# SPDX-License-Identifier: Apache-2.0
"""Plants what patterns are told by, and what looks like them and is none.

boxes    message boxes in services and for people; window loops that just wait
crowds   groups of siblings, some with one that lost its threads, most without
gaps     lists of threads that somebody shortened: they say nothing of the rest
queues   ports whose messages nobody picked up, ports that are served or idle
crashes  images that die and come back, and dead ones of which that is not so
exits    processes without an object table that have threads left
lone     single processes that only other dumps say the usual number of threads of
builds   the same, where that number is another one on old systems
circles  chains that come back to a process, and such that only seem to

What is planted is far from every border, but for the ones that a rule names.
"""
from . import menu, names
from .model import Port, Thread, Zombie

KINDS = ("boxes", "crowds", "gaps", "queues", "crashes", "exits", "lone", "builds", "circles")
OLD = ("nt5", "nt60", "nt61")
MANY, FEW = 30, 2           # dead processes that make a loop, and such that make none


class Patterns:
    def __init__(self, world, planter):
        self.world, self.planter, self.rng = world, planter, planter.rng
        self.full = world.layout == "full"

    def add(self, image, count, session=0, **more):
        return self.world.add(image, session, count=count, **more)

    # -- boxes ------------------------------------------------------------------------------

    def _window(self, image, session, stack, service=False):
        entry = menu.wait("WrUserRequest", menu.USER, stack, (menu.EVENT,), True)
        proc = self.planter.process(image, session)
        proc.service = service
        return self.planter.thread(proc, entry)

    def boxes(self):
        world, rng = self.world, self.rng
        people = 0 if world.era == "nt5" else rng.randint(1, 4)
        self._window("explorer.exe", people, "getmessage")      # the shell, idle
        if self.full:       # without its session a window's thread says too little
            self._window(rng.choice(names.DESKTOP[1:]), people, "getmessage")
        for stack in ("message_box", "open_file") if self.full else ():
            thread = self._window("winword.exe", people, stack)
            if world.banner.complete:           # else: a window loop like any other
                world.boxes.append((thread, "message_box" if stack == "message_box" else "dialog", "definite"))
        self._window(names.BOXES[3], 0, "msgwait", True)        # a service that waits for windows and events
        if world.banner.complete:
            self._busy_windows(people)
            world.boxes.append((self._window(names.BOXES[1], 0, "box_msgwait", True), "message_box", "definite"))
        kind, confidence = "ui_message_wait", "potential"
        if world.banner.complete:
            kind, confidence = "message_box", "definite"
        if world.era != "nt5" or self.full:     # there its parent tells that it is a service
            world.boxes.append((self._window(names.BOXES[1], 0, "message_box", True), kind, confidence))

    def _busy_windows(self, people):
        """Threads under a dialog and a message box that wait for something else: whoever is there to press a button."""
        planter = self.planter
        asks = planter.client(planter.process("winword.exe", people))
        asks.stack, asks.w32 = "ask_in_dialog", True
        entry = menu.wait("UserRequest", menu.USER, "wait_in_box", (menu.EVENT,), True)
        planter.link(asks, planter.thread(planter.process("winword.exe", people), entry))

    # -- crowds -----------------------------------------------------------------------------

    def _group(self, image, counts):
        return [self.add(image, count, number % 4) for number, count in enumerate(counts)]

    def _suspect(self, image, siblings, left):
        self.world.suspects.append((self._group(image, [*siblings, left])[-1], siblings[0]))

    def crowds(self):
        rng = self.rng
        if not self.full:
            return
        self._group("OneShot.exe", [1] * 7)                             # one thread is what it has
        self._group("FewHands.exe", [5] * 6 + [1])                      # the usual number is small itself
        self._group("FifthSrv.exe", [16] * 6 + [5])                     # more than a quarter
        self._group("S%08x.exe" % rng.getrandbits(32), [14] * 3 + [1])  # too few to compare with
        self._group("Growing.exe", (6, 9, 12, 20, 60, 90)[:rng.randint(5, 6)])     # no usual number
        self._suspect("QuarterSrv.exe", [16] * 5, 4)
        self._suspect("Uneven.exe", [14, 14, 5, 5], 1)                  # itself is none of the others
        if rng.random() < 0.5:
            self._suspect("Emptied.exe", [9] * rng.randint(4, 6), 0)    # alive, and not a thread
        self._group("Unread.exe", [12] * 5 + [1])[-1].handles = None    # nobody knows whether it lives

    def gaps(self):
        if self.full:
            for image in ("Shortened.exe", "Abridged.exe"):
                self._group(image, [12] * 6)[self.rng.randrange(6)].shown = self.rng.randint(1, 2)

    # -- queues -----------------------------------------------------------------------------

    def _ports(self, owner, messages, threads):
        by_port = {}
        for message in messages:
            by_port.setdefault(message.port, []).append(message)
        self.world.ports += [Port(owner, address, held, threads) for address, held in by_port.items()]

    def _asked(self, owner, count, shown, queue):
        """`count` clients of a server that did not take their messages."""
        for _ in range(count):
            client = self.planter.client(self.planter.process(self.rng.choice(names.CHAIN)))
            message = self.planter.link(client, None, owner, shown)
            message.queue = "ALPC_MSGQUEUE_" + queue
            yield message

    def queues(self):
        rng, planter = self.rng, self.planter
        if self.world.era == "nt5":             # has no ALPC
            return
        for shown in ("never", rng.choice(("zero", "missing"))):
            owner = planter.process(rng.choice(names.QUEUES))
            planter.longest()
            busy = [planter.end_thread(owner, rng.choice(("wait_irp", "delay"))) for _ in range(rng.randint(0, 2))]
            self._ports(owner, self._asked(owner, rng.randint(1, 6), shown, rng.choice(("MAIN", "MAIN", "LARGE"))),
                        busy)
        planter.longest()
        owner = planter.process(names.QUEUES[0])
        served = [planter.link(planter.client(planter.process(names.CHAIN[k])), planter.end_thread(owner, "wait_irp"))
                  for k in range(rng.randint(1, 3))]
        self._ports(owner, served, [message.server for message in served])
        self.world.ports.append(Port(planter.process(names.QUEUES[1]), self.world.pool.take(0x200)))

    # -- crashes ----------------------------------------------------------------------------

    def _dead(self, image, count, session=0):
        services = next(proc for proc in self.world.procs if proc.image == "services.exe")
        image = image[:15] if self.world.short_names else image
        self.world.zombies += [Zombie(image, session, services) for _ in range(count)]

    def crashes(self):
        rng, special = self.rng, names.SPECIAL_MORE
        for image, live, dead in (("FlakySvc.exe", 1, rng.randint(MANY, 80)), ("TwinSvc.exe", 2, MANY + 10),
                                  ("GoneSvc.exe", 0, MANY + 5), ("OnceSvc.exe", 1, rng.randint(0, FEW)),
                                  ("FlakyAgent-Host.exe", 1, MANY)):
            for _ in range(live):
                self.planter.process(image)
            self._dead(image, dead)
        self._dead(rng.choice(special), rng.randint(1, 3))
        self.planter.process(rng.choice(special))
        for image in names.NOT_SPECIAL:
            self.planter.process(image)
            self._dead(image, 1)

    # -- exits ------------------------------------------------------------------------------

    def exits(self):
        if not self.full:
            return
        for image, count in (("StuckExit.exe", self.rng.randint(1, 3)), ("Departing.exe", 1)):
            proc = self.add(image, count, kind="terminating", handles=0)
            for _ in range(count):
                thread = Thread(proc, *menu.wait("Executive", menu.KERNEL, "fileio", (menu.NOTIFY,))[:4],
                                [menu.NOTIFY], self.rng.randrange(1000))
                thread.irps = 1
                proc.planted.append(thread)

    # -- lone -------------------------------------------------------------------------------

    def lone(self):
        if not self.full:
            return
        bare = self.rng.randrange(len(names.SOLO)) if self.world.number % 7 == 3 else None
        for place, (image, usual) in enumerate(names.SOLO):
            proc = self.add(image, usual + self.rng.randint(-2, 2))
            self._dead(image, FEW)      # dead ones have no threads, and do not count
            if place == bare:
                proc.count = self.rng.randint(1, 2)
                self.world.lone.append(proc)

    def builds(self):
        if not self.full:
            return
        old = self.world.era in OLD
        self.add("Shrunk.exe", 24 if old else 3)
        grown = self.add("Grown.exe", 9 if old else 40)
        if not old and self.world.number % 5 == 2:      # as many as on an old system are too few here
            grown.count = 9
            self.world.lone.append(grown)

    # -- circles ----------------------------------------------------------------------------

    def circles(self):
        """Of the same images: a process that is entered again, and another one. And a server that waits for itself."""
        planter = self.planter
        for again in (True, False):
            planter.longest()
            first, between = planter.process(names.CIRCLE[0]), planter.process(names.CIRCLE[1])
            last = first if again else planter.process(names.CIRCLE[0])
            client, server = planter.client(first), planter.client(between)
            planter.link(client, server)
            planter.link(server, planter.end_thread(last, "wait_event"))
        planter.longest()
        client, proc = planter.client(planter.process(names.CIRCLE[1])), planter.process(names.CIRCLE[0])
        planter.link(client, planter.waits_for_mutant(proc, proc))


def plant(world, planter):
    """Adds the asked kinds to a World; draws nothing when nothing is asked."""
    patterns = Patterns(world, planter)
    for kind in KINDS:
        if kind in world.extras:
            planter.longest()
            getattr(patterns, kind)()
