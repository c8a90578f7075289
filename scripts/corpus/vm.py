# SPDX-License-Identifier: Apache-2.0
"""What `!vm` prints: the numbers, then one row per process object.

Rows are sorted by pages, most first; zombies have none and come last in
descending order of pid, with the minimal processes among them.  The table of
newer debuggers (Pid ImageName Commit SharedCommit Debt) is used only where the
same processes also have PROCESS blocks: no truth depends on its spelling.
"""

NUMBERS = (("Available Pages", 3), ("ResAvail Pages", 2), ("Locked IO Pages", 900), ("Free System PTEs", 40),
           ("Modified Pages", 60), ("NonPagedPool Usage", 50), ("NonPagedPool Max", 7), ("PagedPool 0 Usage", 45),
           ("PagedPool Usage", 30), ("PagedPool Maximum", 6), ("Shared Commit", 90), ("Special Pool", 0),
           ("Shared Process", 300), ("PagedPool Commit", 31), ("Driver Commit", 700), ("Committed pages", 2),
           ("Commit limit", 1))


def _counters(world):
    """(label, pages)."""
    pages = 500000 + world.procs[0].seed % 4000000
    return [("Physical Memory", pages)] + [(name, pages // part if part else 0) for name, part in NUMBERS]


def numbers(world):
    """What a reader finds above the table, in Kb."""
    return {label: pages * 4 for label, pages in _counters(world)}


def _numbers(world, new):
    rows = _counters(world)
    file_kb = rows[0][1] * 4
    page_file = ("\\??\\C:\\pagefile.sys", "  Current:  %10d Kb  Free Space: %10d Kb" % (file_kb, file_kb // 3 * 2),
                 "  Minimum:  %10d Kb  Maximum:    %10d Kb" % (file_kb, file_kb * 3))
    if new:
        lines = ["", "Page File: " + page_file[0], page_file[1], page_file[2], ""]
        lines += ["%-20s%10d (%11d Kb)" % (name + ":", n, n * 4) for name, n in rows]
    else:
        lines = ["", "*** Virtual Memory Usage ***"]
        lines += ["\t%-19s%9d (%10d Kb)" % (name + ":", n, n * 4) for name, n in rows[:1]]
        lines += ["\tPage File: " + page_file[0], "\t" + page_file[1], "\t" + page_file[2]]
        lines += ["\t%-19s%9d (%10d Kb)" % (name + ":", n, n * 4) for name, n in rows[1:]]
    return lines


def _live_rows(world):
    """(pid, image, pages) of processes with commit, most first."""
    rows = []
    for proc in world.procs:
        if proc.kind == "live":
            rows.append((proc.pid, proc.image, 20 + (proc.seed >> 8) % 30000))
        elif proc.kind == "terminating":
            rows.append((proc.pid, proc.image, 12))
    return sorted(rows, key=lambda row: (-row[2], row[0]))


def _zero_rows(world):
    """Rows without commit: zombies and minimal processes, by pid downwards."""
    rows = [(p.pid, p.image) for p in world.procs if p.kind == "minimal"] + [(z.pid, z.image) for z in world.zombies]
    return sorted(rows, reverse=True)


def short(image):
    return image.encode("utf-8")[:15].decode("utf-8", "ignore")


def rows(world, new):
    """The process table as pieces of text."""
    live, zero = _live_rows(world), _zero_rows(world)
    total = sum(row[2] for row in live)
    if new:
        yield "\n        Pid ImageName                    Commit   SharedCommit         Debt\n\n"
        for pid, image, pages in live:
            yield "       %4x %-15s %15d Kb %11d Kb %9d Kb\n" % (pid, short(image), pages * 4, pages // 16 * 4, 0)
        pattern = "       %4x %-15s               0 Kb           0 Kb         0 Kb\n"
    else:
        yield "\tTotal Private:     %9d (%10d Kb)\n" % (total, total * 4)
        for pid, image, pages in live:
            yield "         %04x %-15s %8d ( %10d Kb)\n" % (pid, short(image), pages, pages * 4)
        pattern = "         %04x %-15s        0 (          0 Kb)\n"
    for start in range(0, len(zero), 4000):
        yield "".join([pattern % (pid, short(image)) for pid, image in zero[start:start + 4000]])
    yield "\n"


def text(world, new):
    yield "\n".join(_numbers(world, new)) + "\n"
    yield from rows(world, new)
