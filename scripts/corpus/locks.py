# SPDX-License-Identifier: Apache-2.0
"""What `!locks` prints: held resources, their owners and who waits for them.

Owners carry `<*>`; shared waiters stand among the owners without it, and the
exclusive ones in a list of their own.  With -v every thread of a resource is
printed as a THREAD block behind the entry.
"""

INDENT = " " * 5
DEEPER = " " * 14


def _entries(world, resource, p, rng):
    """The text after `Threads:`, wrapped; an address with low bits set is explained at once."""
    per_line = 4 if world.x86 else rng.choice((2, 3))
    lines, held = [], ""
    entries = [(thread, "<*>") for thread in resource.owners] + [(thread, "") for thread in resource.sharers]
    for place, (thread, mark) in enumerate(entries):
        count = 1 + (thread.tid >> 2) % 3 if mark else 1
        odd = mark and (thread.tid >> 2) % 11 == 3
        held += (p + "-%02x%s") % (thread.addr | (3 if odd else 0), count, mark)
        if odd:
            held += " *** Actual Thread " + p % thread.addr
        if odd or (place + 1) % per_line == 0:
            lines.append(held)
            held = ""
        else:
            held += " " if mark else "    "
    if held:
        lines.append(held)
    return ("\n" + DEEPER).join(lines) + "\n"


def _one(world, resource, p, rng):
    name = "0x" + p % resource.addr
    if resource.name:
        name = "%s (%s)" % (resource.name, name)
    how = "Exclusively owned" if resource.exclusive else "Shared %d owning threads" % len(resource.owners)
    text = "\nResource @ %s    %s\n" % (name, how)
    if resource.waiters or resource.sharers:
        text += "    Contention Count = %d\n" % (1 + resource.addr // 16 % 4000)
    if resource.sharers:
        text += "    NumberOfSharedWaiters = %d\n" % len(resource.sharers)
    if resource.waiters:
        text += "    NumberOfExclusiveWaiters = %d\n" % len(resource.waiters)
    text += INDENT + "Threads: " + _entries(world, resource, p, rng)
    if resource.waiters:
        text += "\n" + INDENT + "Threads Waiting On Exclusive Access:\n"
        per_line = 4 if world.x86 else rng.choice((1, 2, 3))
        for start in range(0, len(resource.waiters), per_line):
            row = ["%s       " % (p % thread.addr) for thread in resource.waiters[start:start + per_line]]
            text += DEEPER + "".join(row) + "\n"
    return text


def text(world, layout, rng, verbose):
    """Pieces of the output."""
    yield "**** DUMP OF ALL RESOURCE OBJECTS ****\nKD: Scanning for held locks%s\n" % ("." * rng.randint(3, 60))
    for number, resource in enumerate(world.resources):
        if number and rng.random() < 0.2:
            yield "KD: Scanning for held locks%s\n" % ("." * rng.randint(3, 60))
        yield _one(world, resource, layout.p, rng)
        if verbose:
            for thread in resource.owners + resource.sharers + resource.waiters:
                block = layout.thread(thread, "")
                yield "\n" + "".join(INDENT + line + "\n" for line in block.rstrip("\n").split("\n"))
    yield "%d total locks, %d locks currently held\n" % (3000 + world.procs[0].seed % 20000, len(world.resources))
