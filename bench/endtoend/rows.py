# SPDX-License-Identifier: Apache-2.0
"""What bench/e2e measures: one function a table, each prints its rows with goal and verdict."""
import math
import os
import shutil
import subprocess

from . import corpora, runs

ROOT = os.path.join(corpora.HERE, os.pardir, os.pardir)
MIB = 1024
ZSTD = "zstd -dcq"


class Bench:
    """What all tables share: the program, the seed, where to write; the rows as they come."""

    def __init__(self, options, scratch):
        self.program, self.scratch, self.rounds = options.program, scratch, options.rounds
        self.seed, self.quick, self.cores = options.seed, options.quick, os.cpu_count()
        self.known = {}
        self.missed = 0

    def corpus(self, name):
        if name not in self.known:
            found = self.known[name] = corpora.corpus(name, self.seed, self.quick, self.cores)
            totals = found.totals()
            print("  %s: %d bundles, %d incidents, %d zombies, %d threads, %d chains; %.1f MB of text, %.1f MB packed" % (
                name, totals["bundles"], totals["incidents"], totals["zombies"], totals["threads"], totals["chains"],
                totals["raw_bytes"] / 1e6, totals["packed_bytes"] / 1e6), flush=True)
        return self.known[name]

    def ingest(self, name, groups=(), *options):
        """An ingest of some groups of a corpus, or of all."""
        corpus = self.corpus(name)
        return runs.Ingest(self, corpus.folders(*groups), corpus.totals(*groups), *options)

    def row(self, told, value, aim, acceptable, detail="", form="%.2f"):
        """A row of the table: the less the better, or the more where the aim is above what is acceptable."""
        more = aim > acceptable
        verdict = "missed"
        if value >= aim if more else value <= aim:
            verdict = "aim"
        elif value >= acceptable if more else value <= acceptable:
            verdict = "ok"
        if self.quick:
            verdict = ""        # corpora so small tell nothing of speed
        self.missed += verdict == "missed"
        sign = ">=" if more else "<="
        print("  %-58s %9s  %-22s %-7s %s" % (told, form % value, "%s %g (aim %g)" % (sign, acceptable, aim), verdict, detail),
              flush=True)

    def note(self, text):
        print("  " + text, flush=True)


def seconds(ours, theirs):
    return "%.2f / %.2f s" % (ours, theirs)


def available(bench, *programs):
    for program in programs:
        if not shutil.which(program):
            bench.note("left out: %s is not installed" % program)
            return False
    return True


def usual(bench):
    """Bundles as they come, beside the bytes alone and the lines alone."""
    corpus = bench.corpus("usual")
    commands = [bench.ingest("usual"), runs.Command(runs.streams(ZSTD, corpus.files()))]
    if available(bench, "rg"):
        commands.append(runs.Command(["rg", "-z", "-c", "Waiting for ", *corpus.folders()]))
    ours, base, *rg = runs.alternate(bench.rounds, *commands)
    bench.row("bundles / zstd -dc | wc -l, wall", ours.wall / base.wall, 0.75, 1.0, seconds(ours.wall, base.wall))
    bench.row("bundles / zstd -dc | wc -l, CPU", ours.busy / base.busy, 0.75, 1.0, seconds(ours.busy, base.busy))
    if rg:
        bench.row("bundles / rg -z -c, wall", ours.wall / rg[0].wall, 0.65, 0.85, seconds(ours.wall, rg[0].wall))
        bench.note("of which CPU: / rg %.2f; %.2f CPU-s a GB of text" % (
            ours.busy / rg[0].busy, ours.busy / corpus.totals()["raw_bytes"] * 1e9))


def one(bench):
    """One log in one frame, which one thread has to decode."""
    corpus = bench.corpus("one")
    ours, base = runs.alternate(bench.rounds, bench.ingest("one"), runs.Command(runs.streams(ZSTD, corpus.files())))
    bench.row("one log / zstd -dc | wc -l, wall", ours.wall / base.wall, 0.85, 1.1, seconds(ours.wall, base.wall))
    bench.note("of which CPU: %s, %.2f CPU-s a GB of text" % (
        seconds(ours.busy, base.busy), ours.busy / corpus.totals()["raw_bytes"] * 1e9))


def packs(bench):
    """The same logs in other archives."""
    if not available(bench, "7z", "xz"):
        return
    corpus = bench.corpus("packs")
    groups = {pack: (pack.replace(".", "-"), pack.replace(".", "-") + "-stacks") for pack in corpora.PACKS}
    kinds = ("tar.zst", "tar.gz", "zip")
    zst, gz, zipped = runs.alternate(bench.rounds, *[bench.ingest("packs", groups[kind]) for kind in kinds])
    bench.row(".tar.gz / .tar.zst, wall", gz.wall / zst.wall, 1.05, 1.6, seconds(gz.wall, zst.wall))
    bench.row(".zip / .tar.zst, wall", zipped.wall / zst.wall, 1.05, 1.6, seconds(zipped.wall, zst.wall))
    for kind, told, shell, tool in (("tar.xz", "xz -dc | wc -l", runs.streams, "xz -dcq"),
                                    ("7z", "7z x -so | wc -l", runs.each, "7z x -so -bd")):
        files = corpus.files(*groups[kind])
        ours, alone, cores = runs.alternate(bench.rounds, bench.ingest("packs", groups[kind]),
                                            runs.Command(shell(tool, files, 1)), runs.Command(shell(tool, files)))
        bench.row(".%s / %s, wall" % (kind, told), ours.wall / alone.wall, 1.0, 1.0, seconds(ours.wall, alone.wall))
        bench.row(".%s / the same once a core, wall" % kind, ours.wall / cores.wall, 1.0, 1.0, seconds(ours.wall, cores.wall))


def jobs(bench):
    """What the second thread brings."""
    for name, told in (("usual", "many bundles"), ("one", "one log")):
        alone, both = runs.alternate(bench.rounds, bench.ingest(name, (), "--jobs", "1"), bench.ingest(name, (), "--jobs", "2"))
        bench.row("--jobs 1 / --jobs 2, %s, wall" % told, alone.wall / both.wall, 1.9, 1.75,
                  "%s, CPU %s" % (seconds(alone.wall, both.wall), seconds(alone.busy, both.busy)))


def memory(bench):
    """The most that either process has of its own, whatever it reads."""
    many = list(bench.corpus("many").groups)
    what = [("usual", ()), ("one", ()), ("many", many), ("sizes", ())]
    if available(bench, "7z"):
        what += [("packs", [group]) for group in bench.corpus("packs").groups if not group.endswith("-stacks")]
    for name, groups in what:
        keeper, reader = runs.peak_memory(bench.ingest(name, groups))
        told = name if len(groups) != 1 else groups[0]
        bench.row("peak MiB of reader or keeper, %s" % told, max(keeper, reader) / MIB, 64, 160,
                  "reader %.1f, keeper's own %.1f" % (reader / MIB, keeper / MIB), "%.1f")


def exponent(points):
    """Of the power law through (x, y) that fits best."""
    logs = [(math.log(x), math.log(y)) for x, y in points]
    middle_x, middle_y = (sum(values) / len(logs) for values in zip(*logs))
    return sum((x - middle_x) * (y - middle_y) for x, y in logs) / sum((x - middle_x) ** 2 for x, _ in logs)


def sizes(bench):
    """CPU a byte must not depend on how large a dump is: 1 and the exponent of (zombies, CPU a byte)."""
    corpus = bench.corpus("sizes")
    groups = list(corpus.groups)
    took = runs.alternate(bench.rounds, *[bench.ingest("sizes", (group,)) for group in groups])
    points = [(int(group.rsplit("-", 1)[1]), each.busy / corpus.totals(group)["raw_bytes"])
              for group, each in zip(groups, took)]
    bench.row("CPU a byte by zombies a dump: exponent", 1 + exponent(points), 1.0, 1.03,
              ", ".join("%d: %.2f" % (x, y * 1e9) for x, y in points) + " CPU-s a GB", "%.3f")


def many(bench):
    """CPU must grow as the bundles do; what the program takes to start, told by one bundle, is taken off."""
    corpus = bench.corpus("many")
    groups = list(corpus.groups)
    first = runs.Command(bench.ingest("many").words[:5] + corpus.files(groups[0])[:1])
    first.before = bench.ingest("many").before
    steps = [groups[:at + 1] for at in range(len(groups))]
    start, *took = runs.alternate(bench.rounds, first, *[bench.ingest("many", step) for step in steps])
    points = []
    for step, each in zip(steps, took):
        totals = corpus.totals(*step)
        share = 1 - 1 / totals["bundles"]
        # So few bundles may take no longer than one.
        points.append((totals["bundles"], max(each.busy - start.busy, 1e-4) / (totals["raw_bytes"] * share)))
    bench.row("CPU a byte by bundles: exponent", 1 + exponent(points), 1.0, 1.03,
              ", ".join("%d: %.2f" % (x, y * 1e9) for x, y in points) + " CPU-s a GB", "%.3f")


def rerun(bench):
    """A second ingest of what has not changed, beside a look at the same files."""
    steps = list(bench.corpus("many").groups)
    steps = steps[:-1] if len(steps) > 1 else steps
    again = bench.ingest("many", steps)
    again.before()
    runs.run(again.words)
    again.after()
    again.before = lambda: None
    find = runs.Command(["find", *bench.corpus("many").folders(*steps), "-type", "f", "-printf", "%s %T@\n"])
    ours, theirs = runs.alternate(bench.rounds * (4 if bench.quick else 20), again, find)
    bench.row("re-run, %d bundles unchanged / find" % bench.corpus("many").totals(*steps)["bundles"], ours.wall / theirs.wall,
              3, 10, "%.2f / %.2f ms" % (ours.wall * 1e3, theirs.wall * 1e3))


def python(bench):
    """A script that does part of the same, on the logs it can read."""
    groups = ("storms", "stacks")
    database = os.path.join(bench.scratch, "db")
    script = os.path.join(ROOT, "bench", "peers", "ingest_sqlite.py")
    peer = runs.Command(["python3", script, database, *bench.corpus("usual").folders(*groups)])
    peer.before = lambda: os.path.exists(database) and os.remove(database)
    ours, theirs = runs.alternate(max(1, bench.rounds // 2), bench.ingest("usual", groups), peer)
    bench.row("Python + SQLite / bundles, wall", theirs.wall / ours.wall, 45, 35, seconds(theirs.wall, ours.wall))
    counted = subprocess.run(["python3", "-c", "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute("
                              "'select sum(zombies) from incident').fetchone()[0])", database], stdout=subprocess.PIPE, check=True)
    bench.note("of %d zombies it found %s; it keeps no stacks, evidence, findings, and reads no other archives" % (
        bench.corpus("usual").totals(*groups)["zombies"], counted.stdout.decode().strip()))


TABLES = (usual, one, packs, jobs, memory, sizes, many, rerun, python)
