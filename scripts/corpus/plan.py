# SPDX-License-Identifier: Apache-2.0
"""Fills a World: the system's processes, the planted chains, suspects, zombies.

The plan never leaves truth to chance: images keep one usual number of threads
over the whole corpus, ordinary threads never wait for an owner, and windows
that look like message waits exist only in interactive processes or as plants.
"""
import zlib

from . import chains, extra, menu, names
from .model import Thread, Zombie

BASE = (("smss.exe", None, 3), ("csrss.exe", 0, 10), ("wininit.exe", 0, 3), ("services.exe", 0, 8),
        ("lsass.exe", 0, 8), ("winlogon.exe", 1, 3))


def _system_processes(world, average):
    world.add("System", None, kind="live", count=max(4, average * 2), handles=world.rng.randint(600, 3000))
    if world.variant.new_layout:
        for image in names.MINIMAL:
            world.add(image, None, kind="minimal", count=0 if image == "Secure System" else 4, handles=0)
    for image, session, share in BASE:
        world.add(image, session, count=max(2, share * average // 10))


def _usual(world, image, session, service, average):
    typical = names.typical_threads(image, average)
    spread = typical // 6
    return world.add(image, session, count=typical + world.rng.randint(-spread, spread), service=service)


def _oddities(world, average):
    """Blocks that are easy to read wrongly; none of them is a zombie."""
    rng = world.rng
    if rng.random() < 0.4:
        dying = world.add("Departing.exe", 0, kind="terminating", count=1, handles=0)
        thread = Thread(dying, *menu.wait("Executive", menu.KERNEL, "fileio", (menu.NOTIFY,))[:4],
                        [menu.NOTIFY], rng.randrange(1000))
        thread.irps = 1
        dying.planted.append(thread)
    if world.era in ("nt63", "nt10", "nt11") and rng.random() < 0.6:
        _usual(world, "WinStore.App.exe", 1, True, average).frozen = True
    if world.era in ("nt61", "nt63", "nt10", "nt11") and rng.random() < 0.3:
        _usual(world, "paged-out.exe", 1, True, average).handles = None
    if rng.random() < 0.3:
        _usual(world, (names.SPECIAL_OLD if world.era == "nt5" else names.SPECIAL_NEW)[0], 0, True, average)


def _suspects(world, average):
    """A group of siblings and one of them with one or two threads left."""
    image = world.rng.choice(names.GROUPS)
    siblings = [_usual(world, image, k % 4, True, average) for k in range(world.rng.randint(5, 8))]
    suspect = world.add(image, world.rng.randint(0, 3), count=world.rng.randint(1, 2))
    counts = sorted(p.count for p in siblings)
    world.suspects.append((suspect, counts[len(counts) // 2]))
    return suspect


def _busy(world):
    """Threads on processors, in processes that exist anyway."""
    live = [p for p in world.procs if p.kind == "live" and p.session == 0 and p.count > 4 and not p.planted]
    for cpu in world.idle_cpus[:len(live)]:
        proc = world.rng.choice(live)
        proc.planted.append(Thread(proc, "RUNNING", None, "RUNNING on processor %x" % cpu, "running", [],
                                   world.rng.choice((0, 0, 0, 7))))


def _boxes(world, planter):
    """Boxes that no chain ends in: the potential one, and now and then a definite one."""
    if world.era != "nt5":
        planter.longest()
        planter.end_thread(planter.process(names.BOXES[0]), "ui_wait")
    if world.banner.complete and world.rng.random() < 0.5:
        planter.longest()
        planter.end_thread(planter.process(names.BOXES[2]), "message_box")


def _zombies(world, count):
    """`count` zombies of a few images, most of them children of one monitor."""
    if not count:
        return
    rng, old = world.rng, world.era == "nt5"
    images = rng.sample(names.ZOMBIES, rng.randint(2, 5))
    special = [n for n in (names.SPECIAL_OLD if old else names.SPECIAL_NEW)
               if len(n) <= 15 or not world.short_names and world.layout == "full"]
    images = [images[0]] * 8 + images[1:] * 2 + [special[0]]
    if rng.random() < 0.5:
        images.append(rng.choice(special))
    if world.short_names:
        images = [image[:15] for image in images]
    monitor = _usual(world, "MonitorAgent.exe", 0, True, world.options.threads)
    monitor.handles = count + rng.randint(50, 300)
    session = rng.choice((0, 0, 1, 2))
    parents = (monitor,) * 12 + (world.procs[1], 0x1f4c, 0x2a38)
    pick, width, parent_width = rng.random, len(images), len(parents)
    for _ in range(count):
        world.zombies.append(Zombie(images[int(pick() * width)], session if pick() < 0.95 else None,
                                    parents[int(pick() * parent_width)]))


def _creation_order(world):
    """Live processes with runs of zombies between them, as pids were given."""
    rng = world.rng
    start = min(len(world.procs), 12)
    world.order = list(world.procs[:start])
    rest, zombies, done = world.procs[start:], world.zombies, 0
    for left, proc in zip(range(len(rest), 0, -1), rest):
        world.order.append(proc)
        share = (len(zombies) - done) if left == 1 else min(len(zombies) - done,
                                                            int(rng.random() * 2 * len(zombies) / len(rest)))
        world.order += zombies[done:done + share]
        done += share
    world.order += zombies[done:]


def _parents(world):
    services = next(p for p in world.procs if p.image == "services.exe")
    for proc in world.procs:
        if proc.image == "System":
            proc.ppid = 0
        elif proc.session is None:
            proc.ppid = 4
        elif proc.session == 0 and (proc.service or world.era != "nt5"):
            proc.ppid = services.pid if proc is not services else 0x200
        else:
            proc.ppid = 0x400 + zlib.crc32(b"%d" % proc.session) % 512 * 4
    for zombie in world.zombies:
        if not isinstance(zombie.ppid, int):
            zombie.ppid = zombie.ppid.pid


def _messages(world):
    """Addresses and ids of messages."""
    rng, used = world.rng, set()
    base = rng.randrange(0x1000, 0x40000)
    for number, message in enumerate(world.messages):
        message.client_port = (world.paged if message.lpc else world.pool).take(0x200)
        message.addr = 0 if message.lpc else world.paged.take(0x200)
        if message.lpc:
            message.id = base + number * 7 + rng.randrange(7)
            continue
        while not message.id or message.id in used:
            message.id = rng.randrange(1, 0x4000) * 4 + rng.choice((0, 0, 0, 0x10000))
        used.add(message.id)


def fill(world):
    options, rng = world.options, world.rng
    average = options.threads
    menu.attach(world)
    _system_processes(world, average)
    planter = chains.Planter(world, rng, average)
    full = world.layout == "full"
    for number in range(options.chains):
        planter.plant(_suspects(world, average) if full and number == 0 else None)
    if full and not options.chains:
        _suspects(world, average)
    extra.plant(world, planter)
    _boxes(world, planter)
    if full:
        _oddities(world, average)
    _zombies(world, world.zombie_count)
    while len(world.procs) < options.processes:
        if rng.random() < 0.6:
            _usual(world, rng.choice(names.SERVICES), 0, True, average)
        else:
            _usual(world, rng.choice(names.DESKTOP), rng.randint(1, 4), False, average)
    _busy(world)
    _creation_order(world)
    world.number_everything()
    _parents(world)
    _messages(world)
    extra.number(world)
    for proc in world.procs:
        for thread in proc.planted:
            if thread.link:
                _objects(world, thread, *thread.link)


def _objects(world, thread, kind, target):
    """What a thread waits for, now that its owner has an address."""
    if kind == "mutant":
        text = "Mutant - owning thread %0*x" % (world.variant.pointer_digits, target.addr)
        thread.objs = [(thread.objs[0][0], text)]
    elif kind != "resource":
        thread.objs = [(target.addr, "Thread" if kind == "thread" else "ProcessObject")]
