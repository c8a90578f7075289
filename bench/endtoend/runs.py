# SPDX-License-Identifier: Apache-2.0
"""Runs commands in turns and says what they took; watches what memory the program takes.

A time is of a fresh process, from before it is started until it has been waited for: what it wrote is durable by
then, if it sees to that. CPU is that of it and of all its children, user and system.
"""
import json
import os
import shlex
import shutil
import statistics
import subprocess
import time

from .corpora import COUNTED

NULL = os.open(os.devnull, os.O_RDWR)


class WrongAnswer(Exception):
    """The index does not hold what the logs were made to hold: no time counts."""


def _spawn(words):
    actions = [(os.POSIX_SPAWN_DUP2, NULL, fd) for fd in (0, 1)]
    return os.posix_spawnp(words[0], words, os.environ, file_actions=actions)


def run(words):
    """(seconds, CPU seconds) of a command that must succeed."""
    begin = time.perf_counter()
    _, status, used = os.wait4(_spawn(words), 0)
    took = time.perf_counter() - begin
    if status:
        raise SystemExit("e2e: status %d: %s" % (os.waitstatus_to_exitcode(status), shlex.join(words)[:300]))
    return took, used.ru_utime + used.ru_stime


class Command:
    """A command to be measured."""

    def __init__(self, words):
        self.words = words

    def before(self):
        pass

    def after(self):
        pass


class Ingest(Command):
    """An ingest into an empty index; `truth` is what that must hold afterwards."""

    def __init__(self, bench, paths, truth, *options):
        self.program, self.index, self.truth = bench.program, os.path.join(bench.scratch, "index"), truth
        super().__init__([self.program, "--index", self.index, "ingest", "--quiet", *options, *paths])

    def before(self):
        shutil.rmtree(self.index, ignore_errors=True)

    def after(self):
        said = subprocess.run([self.program, "--index", self.index, "stats", "--format", "json"], stdout=subprocess.PIPE,
                              check=True).stdout
        found = json.loads(said)
        for key in COUNTED:
            if found[key] != self.truth[key]:
                raise WrongAnswer("%d %s in the index, %d in the logs: %s" % (
                    found[key], key, self.truth[key], shlex.join(self.words)[:300]))


class Took:
    """Medians of what one command took."""

    def __init__(self, times):
        self.wall = statistics.median(wall for wall, _ in times)
        self.busy = statistics.median(busy for _, busy in times)


def alternate(rounds, *commands):
    """Runs all commands in turns, the order reversed from round to round; a Took for each."""
    times = [[] for _ in commands]
    os.sync()       # what was written before is not to be written meanwhile
    for number in range(rounds):
        order = list(enumerate(commands))
        for at, command in order if number % 2 == 0 else reversed(order):
            command.before()
            times[at].append(run(command.words))
            command.after()
    return [Took(each) for each in times]


def streams(tool, files, most=os.cpu_count()):
    """Words of a shell that runs `tool FILE... | wc -l` once a core, or `most` times, over as many bytes each."""
    cores = min(most, len(files))
    shares, sizes = [[] for _ in range(cores)], [0] * cores
    for path in sorted(files, key=os.path.getsize, reverse=True):
        least = sizes.index(min(sizes))
        shares[least].append(path)
        sizes[least] += os.path.getsize(path)
    parts = ["{ %s %s | wc -l; } & p%d=$!" % (tool, shlex.join(share), at) for at, share in enumerate(shares)]
    waits = ["wait $p%d" % at for at in range(cores)]
    return ["bash", "-c", "set -o pipefail\n" + "\n".join(parts) + "\n" + " && ".join(waits)]


def each(tool, files, most=os.cpu_count()):
    """The same for a tool that takes one file: one after the other in each stream."""
    return ["bash", "-c", "printf '%s\\0' " + shlex.join(files) +
            " | xargs -0 -n 1 -P %d sh -c '%s \"$0\" | wc -l'" % (most, tool)]


def _status(pid, keys):
    """Numbers of /proc/PID/status in KiB."""
    try:
        with open("/proc/%d/status" % pid, encoding="ascii", errors="replace") as status:
            lines = dict(line.split(":", 1) for line in status if ":" in line)
        return [int(lines[key].split()[0]) for key in keys]
    except (OSError, KeyError, ValueError):     # gone, or between fork and exec
        return [0] * len(keys)


def _children(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as children:
            return [int(child) for child in children.read().split()]
    except OSError:
        return []


def peak_memory(command):
    """KiB that (keeper, reader) had at most: the keeper's own pages, all of the reader's. It is looked at each 2 ms; the reader's
    peak the kernel keeps."""
    command.before()
    pid, keeper, readers = _spawn(command.words), 0, 0
    while True:
        keeper = max(keeper, *_status(pid, ["RssAnon"]))
        for child in _children(pid):
            readers = max(readers, *_status(child, ["VmHWM"]))
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            break
        time.sleep(0.002)
    if status:
        raise SystemExit("e2e: status %d: %s" % (os.waitstatus_to_exitcode(status), shlex.join(command.words)[:300]))
    command.after()
    return keeper, readers
