# SPDX-License-Identifier: Apache-2.0
"""The corpora of bench/e2e: logs of scripts/gen-corpus in groups that differ, from a seed.

A corpus is a folder with one folder a group, GROUP/bundles/*.  Its manifest holds, group by group,
what the logs were made to hold: incidents, processes, zombies, threads, edges and chains of waits.
A number is never used twice in a corpus, so that every dump of it is another one.
"""
import argparse
import collections
import concurrent.futures
import dataclasses
import hashlib
import inspect
import json
import os
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, os.pardir, "scripts"))
from corpus import extra, incident, listing, plan, truth  # noqa: E402

COUNTED = ("incidents", "processes", "zombies", "threads", "edges", "chains")
TOTALS = COUNTED + ("bundles", "raw_bytes", "packed_bytes")


@dataclasses.dataclass(frozen=True)
class Group:
    """So many bundles of one kind; the options are those of scripts/gen-corpus."""
    name: str
    count: int
    zombies: tuple
    processes: int = 40
    threads: int = 8
    chains: int = 5
    windows: str = "all"
    layout: str = "full"
    encoding: str = "utf-8"
    eol: str = "lf"
    noise: bool = False
    extras: tuple = ()
    dumps: str = "one"
    pack: str = "log.zst"
    once: bool = False      # one listing of all processes, where a log else may have up to four
    first: int = 1


def numbered(*groups):
    """The same groups, none with a number of another."""
    first, result = 1, []
    for group in groups:
        result.append(dataclasses.replace(group, first=first))
        first += group.count
    return result


def _usual(quick):
    """Bundles as they come: storms, stacks, noise, UTF-16, !vm tables, two dumps, small ones; 200 in all."""
    n = (lambda full, small: small) if quick else (lambda full, small: full)
    extras = tuple(extra.ALL)
    return numbered(
        Group("storms", n(22, 2), n((4000, 24000), (200, 300)), processes=60),
        Group("stacks", n(24, 1), (0, 100), processes=n(150, 20), threads=n(14, 8)),
        Group("noisy", n(12, 1), (0, 100), processes=n(150, 20), threads=n(14, 8), noise=True, extras=extras),
        Group("utf16le", n(8, 1), n((300, 4000), (30, 60)), threads=n(12, 8), encoding="utf-16le", eol="crlf"),
        Group("utf16be", n(2, 1), n((300, 4000), (30, 60)), encoding="utf-16be"),
        Group("vm", n(30, 1), n((500, 20000), (100, 200)), layout="vm", eol="crlf"),
        Group("pairs", n(12, 1), n((100, 3000), (20, 40)), extras=extras, dumps="two"),
        Group("small", n(90, 3), (3, 40), encoding="mixed", eol="mixed"))


def _one(quick):
    """One dump in one log in one frame; 1.0 GB of text, 700 MB of them zombies."""
    if quick:
        return [Group("log", 1, (2000, 2000), processes=60)]
    return [Group("log", 1, (520000, 520000), processes=4000, threads=40, windows="2008", once=True)]


PACKS = ("tar.zst", "tar.gz", "zip", "tar.xz", "7z")


def _packs(quick):
    """The same logs in archives of each kind; 0.2 GB of text each time."""
    result = []
    for pack in PACKS:
        name = pack.replace(".", "-")
        logs = ((Group(name, 1, (100, 200)), Group(name + "-stacks", 1, (3, 40))) if quick else (
            Group(name, 10, (4000, 20000), processes=60),
            Group(name + "-stacks", 14, (0, 100), processes=150, threads=14, extras=tuple(extra.ALL))))
        result += [dataclasses.replace(group, pack=pack) for group in numbered(*logs)]
    return result


def _sizes(quick):
    """Dumps alike but for the number of their zombies; 100 MB of text each, and one of 400 MB."""
    lean = {"processes": 12, "threads": 4, "chains": 0, "windows": "2008", "once": True}
    sizes = ((10, 20), (4, 50), (1, 200)) if quick else ((100, 1000), (10, 10000), (1, 100000), (1, 400000))
    return numbered(*[Group("zombies-%d" % zombies, count, (zombies, zombies), **lean) for count, zombies in sizes])


def _many(quick):
    """10,000 small bundles, so grouped that the first 10, 100 and 1,000 can be had by folders."""
    lean = {"processes": 12, "threads": 4, "chains": 2}
    steps = (3, 9, 27) if quick else (10, 100, 1000, 10000)
    groups = [Group("to-%d" % step, step - before, (0, 60), **lean) for before, step in zip((0,) + steps, steps)]
    return numbered(*groups)


RECIPES = {"usual": _usual, "one": _one, "packs": _packs, "sizes": _sizes, "many": _many}


class Corpus:
    def __init__(self, folder, manifest):
        self.folder, self.groups = folder, manifest["groups"]

    def folders(self, *groups):
        return [os.path.join(self.folder, group, "bundles") for group in groups or self.groups]

    def files(self, *groups):
        return [entry.path for folder in self.folders(*groups) for entry in sorted(os.scandir(folder), key=lambda e: e.name)]

    def totals(self, *groups):
        return {key: sum(self.groups[group][key] for group in groups or self.groups) for key in TOTALS}


class _Counts:
    """Stands where the generator writes truth files: keeps the numbers only."""

    @staticmethod
    def write(_path, _top, incidents):
        totals = collections.Counter(incidents=len(incidents))
        for world, listing in incidents:
            one = truth.Truth(world, listing)
            totals["zombies"] += len(world.zombies)
            for key, parts in (("processes", (one.processes(),)), ("threads", (one.threads(), one.stacks_threads())),
                               ("edges", (one.edges(), one.other_edges())), ("chains", one.chains())):
                totals[key] += sum(1 for part in parts for _ in part)
        return totals


class _Once(listing.Listing):
    """Prints what a log says of one dump, and nothing twice."""

    def full(self, with_vm):
        self.all_processes("17")
        if with_vm:
            self.memory(self.world.variant.new_layout)
        self.messages()
        self.extras()


LISTINGS = {False: listing.Listing, True: _Once}


def _prepare():
    incident.truth = _Counts


def _make(out, seed, group, number):
    options = argparse.Namespace(**dataclasses.asdict(group))
    options.out, options.seed = os.path.join(out, group.name), seed
    options.extras, options.damage = frozenset(group.extras), "none"
    options.start, options.days, options.machines = None, 30, None
    incident.listing.Listing = LISTINGS[group.once]
    return group.name, incident.make(options, number)


def _build(out, seed, groups, jobs):
    for group in groups:
        os.makedirs(os.path.join(out, group.name, "bundles"))
    work = [(group, number) for group in groups for number in range(group.first, group.first + group.count)]
    work.sort(key=lambda item: -item[0].zombies[1])        # the largest first, so that no core is left with one
    found = {group.name: collections.Counter(dict.fromkeys(TOTALS, 0)) for group in groups}
    with concurrent.futures.ProcessPoolExecutor(jobs, None, _prepare) as workers:
        waiting = [workers.submit(_make, out, seed, *item) for item in work]
        for done in concurrent.futures.as_completed(waiting):
            name, row = done.result()
            found[name].update({key: row[key] for key in TOTALS if key in row}, bundles=1)
    return found


def _stamp(seed, groups):
    """Changes with whatever the bytes of a corpus follow from."""
    digest = hashlib.sha256(json.dumps([seed] + [dataclasses.asdict(group) for group in groups]).encode())
    for part in (_Counts, _Once, _make, _build):
        digest.update(inspect.getsource(part).encode())
    folder = os.path.dirname(plan.__file__)
    for path in sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".py")):
        with open(path, "rb") as source:
            digest.update(source.read())
    return digest.hexdigest()


def corpus(name, seed, quick, jobs):
    """The corpus of that name, made when it is not there; no half-made one is ever left in its place."""
    cache = os.environ.get("BENCH_CORPUS") or os.path.join(tempfile.gettempdir(), "pipeline-bench-corpus")
    target = os.path.join(cache, "e2e-%s%s-%d" % (name, "-quick" if quick else "", seed))
    groups = RECIPES[name](quick)
    stamp = _stamp(seed, groups)
    try:
        with open(os.path.join(target, "manifest.json"), encoding="utf-8") as old:
            manifest = json.load(old)
        if manifest["stamp"] == stamp:
            return Corpus(target, manifest)
    except FileNotFoundError:
        pass
    os.makedirs(cache, exist_ok=True)
    out = tempfile.mkdtemp(prefix=".making-", dir=cache)
    try:
        manifest = {"stamp": stamp, "seed": seed, "groups": _build(out, seed, groups, jobs)}
        with open(os.path.join(out, "manifest.json"), "w", encoding="utf-8") as new:
            json.dump(manifest, new, indent=1)
            new.write("\n")
        shutil.rmtree(target, ignore_errors=True)
        os.rename(out, target)
    except BaseException:
        shutil.rmtree(out, ignore_errors=True)
        raise
    return Corpus(target, manifest)
