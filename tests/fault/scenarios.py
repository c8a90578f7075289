# SPDX-License-Identifier: Apache-2.0
"""What the program is disturbed in: commands on an index that was made ready for them, and what they come to if nothing happens."""
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile

from . import program

SMALL = ("--processes", "3", "--threads", "2", "--chains", "2", "--zombies", "0..6", "--pack", "mixed",
         "--from", "2024-01-01", "--days", "40")


class Scenario:
    """A command, the index that it begins with (a folder to copy, or None) and the content that it comes to."""

    def __init__(self, name, words, base, whole):
        self.name, self.words, self.base = name, words, base
        self.whole = whole  # done in one transaction: the index is as before or as after, never between
        self.status = self.before = self.after = self.seconds = None
        self.ids = set()

    def heard(self, status, said, again):
        """Looks at what a run printed that was disturbed and ended so, and the one after it."""

    def begin(self, index):
        shutil.rmtree(index, ignore_errors=True)
        if self.base:
            shutil.copytree(self.base, index)

    def measure(self, index, env):
        """Runs it undisturbed."""
        self.begin(index)
        if self.base:
            self.before = program.content(index, env)
            self.ids |= program.incidents(index, env)
        began = time.monotonic()
        self.status, _, err = program.run(index, self.words, env)
        self.seconds = time.monotonic() - began
        if self.status not in (0, 4):
            raise program.Failure("%s exits %d: %s" % (self.name, self.status, err))
        program.check(index, env)
        self.after = program.content(index, env)
        self.ids |= program.incidents(index, env)
        if self.after == self.before and self.name not in ("compact", "regroup"):
            raise program.Failure("%s changes nothing" % self.name)


class Night(Scenario):
    """Nothing is ever lost between two mails, and the files beside them are whole or not there."""

    FILES = {"--metrics": b"# EOF\n", "--report": b"</html>\n"}  # and how they end

    def __init__(self, paths, base, folder, files):
        self.folder = folder
        self.files = {"file" + option: self.FILES[option] for option in files}
        options = [word for option in files for word in (option, os.path.join(folder, "file" + option))]
        super().__init__("nightly", ("nightly", "--format", "json", *options, *paths), base, False)

    def begin(self, index):
        shutil.rmtree(self.folder, ignore_errors=True)
        os.mkdir(self.folder)
        super().begin(index)

    def measure(self, index, env):
        super().measure(index, env)
        self.begin(index)
        self.news = told(program.must(index, self.words, env, self.status))
        if not self.news:
            raise program.Failure("the mail tells nothing")

    def look_at_files(self, status):
        for name in os.listdir(self.folder):
            if name not in self.files:
                if status >= 0:
                    raise program.Failure("left behind: %s" % name)
                continue
            with open(os.path.join(self.folder, name), "rb") as file:
                if not file.read().endswith(self.files[name]):
                    raise program.Failure("%s is not whole" % name)

    def heard(self, status, said, again):
        before, now = told(said), told(again)
        if not self.news <= before | now:
            raise program.Failure("in no mail: %s" % sorted(self.news - before - now))
        if status == self.status and (before != self.news or now):
            raise program.Failure("exit %d, and the next mail tells %d of %d again" % (status, len(now), len(self.news)))
        self.look_at_files(status)
        missing = set(self.files) - set(os.listdir(self.folder))
        if missing:
            raise program.Failure("not written: %s" % sorted(missing))


def told(mail):
    """The incidents and the quarantined members that a mail names; none where it did not come out whole."""
    try:
        said = json.loads(mail)
    except ValueError:
        return set()
    if said["status"] not in ("news", "quiet"):
        return set()
    return {row["incident"] for row in said["incidents"]["incidents"]} | {
        (row["bundle"], row["member"], row["reason"]) for row in said["quarantined"]["members"]}


def generate(folder, seed, count):
    done = subprocess.run([os.path.join(program.ROOT, "scripts", "gen-corpus"), "--out", folder, "--seed", str(seed),
                           "--incidents", str(count), *SMALL], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        sys.exit("gen-corpus: exit %d\n%s" % (done.returncode, done.stdout.decode("utf-8", "replace")))
    bundles = os.path.join(folder, "bundles")
    return [os.path.join(bundles, name) for name in sorted(os.listdir(bundles))]


def cut(path, into):
    with open(path, "rb") as file, open(into, "wb") as out:
        out.write(file.read(os.path.getsize(path) // 2))


def add_odd_ones(bundles, paths):
    """The same dump in another bundle, bundles that were cut, and what is none."""
    shutil.copy(paths[0], os.path.join(bundles, "again-" + os.path.basename(paths[0])))
    cut(paths[1], os.path.join(bundles, "cut-" + os.path.basename(paths[1])))
    open(os.path.join(bundles, "empty"), "wb").close()
    with open(os.path.join(bundles, "notes.txt"), "w", encoding="ascii") as file:
        file.write("The server hung again on Tuesday.\n" * 20)


def ingested(scratch, name, paths, env):
    """A folder with the index of these."""
    index = os.path.join(scratch, "base-" + name)
    status, _, err = program.run(index, ("ingest", *paths), env)
    if status not in (0, 4):
        raise program.Failure("ingest exits %d: %s" % (status, err))
    return index


def changed(scratch, paths, env):
    """Bundles that were others when they were read: paths, in part with the content of the one before."""
    folder = os.path.join(scratch, "changing")
    shutil.copytree(os.path.dirname(paths[0]), folder)
    now = [os.path.join(folder, os.path.basename(path)) for path in paths]
    for path, other in zip(now[1::2], paths[0::2]):
        shutil.copyfile(other, path)
    base = ingested(scratch, "changed", (folder,), env)
    for path, own in zip(now, paths):
        shutil.copyfile(own, path)
    return Scenario("changed", ("ingest", folder), base, False)


def retried(scratch, paths, env):
    """Bundles that were cut when they were read and are whole now."""
    folder = os.path.join(scratch, "mended")
    os.mkdir(folder)
    now = [os.path.join(folder, os.path.basename(path)) for path in paths]
    for path, own in zip(now, paths):
        cut(own, path)
    base = ingested(scratch, "retry", (folder,), env)
    for path, own in zip(now, paths):
        shutil.copyfile(own, path)
    return Scenario("retry", ("quarantine", "retry"), base, False)


def merged(scratch, paths, notes, env):
    """Two other indexes. Of one has come a part, in an earlier state, and it has a pin; the other has `notes` bundles without a dump."""
    folder = os.path.join(scratch, "merging")
    shutil.copytree(os.path.dirname(paths[0]), folder)
    now = [os.path.join(folder, os.path.basename(path)) for path in paths]
    part = len(now) // 3
    for path, other in zip(now[:part], paths[part:]):
        shutil.copyfile(other, path)
        os.utime(path, (1000000000, 1000000000))
    base = ingested(scratch, "merge", now[:part], env)
    for path, own in zip(now[:part], paths):
        shutil.copyfile(own, path)
    one = ingested(scratch, "one", now[:2 * part], env)
    program.must(one, ("pin", max(program.incidents(one, env))), env)
    without = os.path.join(scratch, "without")
    os.mkdir(without)
    for number in range(notes):
        with open(os.path.join(without, "note-%d.txt" % number), "w", encoding="ascii") as file:
            file.write("Tuesday %d: it hangs.\n" % number)
    two = ingested(scratch, "two", [*now[2 * part:], without], env)
    return Scenario("merge", ("merge", one, two), base, False)


def night(scratch, paths, bundles, files, env):
    """The second of a growing archive."""
    base = ingested(scratch, "night", paths, env)
    program.must(base, ("nightly",), env, None)
    return Night((bundles,), base, os.path.join(scratch, "mail"), files)


def middle_time(index, env):
    rows = json.loads(program.must(index, ("list", "--format", "json"), env))["incidents"]
    times = sorted(row["session_time"] for row in rows if row["session_time"])
    return times[len(times) // 2]


def upkeep(scratch, bundles, env):
    """Commands that only change what the index holds already."""
    full = ingested(scratch, "full", (bundles,), env)
    before = middle_time(full, env)
    thin = ingested(scratch, "thin", (bundles,), env)
    program.must(thin, ("gc", "--before", before), env)
    return [
        Scenario("gc", ("gc", "--before", before), full, True),
        Scenario("compact", ("compact",), thin, True),
        Scenario("regroup", ("regroup",), full, True),
        Scenario("pin", ("pin", min(program.incidents(full, env))), full, True),
    ]


def measured(scratch, found, env):
    for scenario in found:
        scenario.measure(os.path.join(scratch, "measured"), env)
    return found


def many(scratch, seed, count, env):
    """Over one corpus of `count` dumps and some odd ones."""
    paths = generate(os.path.join(scratch, "corpus"), seed, count)
    bundles = os.path.dirname(paths[0])
    add_odd_ones(bundles, paths)
    part = ingested(scratch, "part", paths[:len(paths) // 2], env)
    found = [Scenario("fresh", ("ingest", bundles), None, False),
             Scenario("more", ("ingest", bundles), part, False),
             changed(scratch, paths, env),
             retried(scratch, paths[:6], env),
             merged(scratch, paths, 300, env),
             night(scratch, paths[:len(paths) // 2], bundles, ("--metrics", "--report"), env)]
    return measured(scratch, found + upkeep(scratch, bundles, env), env)


def zipped(path):
    """The bundle in a zip, whose parts would be looked for beside it."""
    with zipfile.ZipFile(path + ".zip", "w") as out:
        out.write(path, os.path.basename(path))
    os.remove(path)
    return path + ".zip"


def few(scratch, seed, env):
    """Over two or three dumps, all of which can be read: many runs take little time, and exit 0 says that all is there."""
    paths = generate(os.path.join(scratch, "corpus"), seed, 3)
    paths[1] = zipped(paths[1])
    found = [Scenario("fresh", ("ingest", *paths[:2]), None, False),
             Scenario("stdin", ("ingest", "-", "<" + paths[0]), None, False),
             changed(scratch, paths, env),
             retried(scratch, paths[:2], env),
             merged(scratch, paths, 0, env),
             night(scratch, paths[:1], os.path.dirname(paths[0]), ("--metrics",), env)]
    return measured(scratch, found + upkeep(scratch, os.path.dirname(paths[0]), env), env)
