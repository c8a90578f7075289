# SPDX-License-Identifier: Apache-2.0
"""Runs the aspects over logs and corpora: a TAP line per log and aspect."""
import functools
import glob
import json
import os
import sys

from . import compare, member
from .program import Failure, Program
from .tap import Tap

ASPECTS = ("host", "processes", "threads", "edges", "chains", "zombies", "counts", "findings", "evidence")


def judge(aspect, truth, shown, text_of):
    """The differences in one aspect; a missing key is one, not a crash."""
    try:
        if aspect == "evidence":
            return compare.evidence(truth, shown, text_of)
        return getattr(compare, aspect)(truth, shown)
    except (KeyError, TypeError, AttributeError, IndexError, OSError, ValueError) as error:
        return ["`show` cannot be compared: %s: %s" % (type(error).__name__, error)]


def reader(locate):
    """text_of for `compare.evidence`; `locate` gives the file of a bundle."""
    @functools.lru_cache(maxsize=4)
    def text_of(bundle, path):
        return compare.Text(member.decoded(member.read(locate(bundle), path)))
    return text_of


def report(tap, name, truth, shown, text_of, aspects=ASPECTS):
    for aspect in aspects:
        tap.result("%s: %s" % (name, aspect),
                   ["not shown"] if shown is None else judge(aspect, truth, shown, text_of))


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


# -- the logs of the repository ----------------------------------------------------------


def check_logs(folder, keep):
    truths = sorted(glob.glob(os.path.join(folder, "*.truth.json")))
    if not truths:
        sys.exit("no *.truth.json in " + folder)
    tap = Tap(len(truths) * (1 + len(ASPECTS)))
    for path in truths:
        name = os.path.basename(path)[:-len(".truth.json")]
        log = os.path.join(folder, name + ".log")
        program, shown, differences = Program(os.path.join(keep, name)), None, []
        truth = load(path)["incidents"]
        try:
            program.must("ingest", log)
            shown = program.json("show", log)
            field = shown.get("schema")
            if field != "pipeline/incident/1":
                differences.append("schema is %r" % field)
            listed = program.json("list")["incidents"]
            if [row["incident"] for row in listed] != [shown.get("id")] or len(truth) != 1:
                differences.append("list names %r, show %r" % (listed, shown.get("id")))
        except (Failure, KeyError, TypeError) as error:
            differences.append(str(error))
        tap.result("%s: goes in, and comes out as one incident" % name, differences)
        report(tap, name, truth[0], shown, reader(lambda bundle, log=log: log))
    return tap.exit_code()


# -- a generated corpus ------------------------------------------------------------------


def likeness(truth, shown):
    """How much of the truth's incident is in the shown one: addresses in common."""
    real = {thread["addr"] for thread in truth["threads"]}
    real.update(process["addr"] for process in truth["processes"])
    got = {thread["address"] for thread in shown["threads"]}
    got.update(process["address"] for process in shown["processes"])
    same_dump = truth["metadata"].get("dump_tick_count") == shown["host"]["tick_count"]
    return len(real & got) + (len(real) if same_dump else 0)


def matched(truths, candidates):
    """[(truth, shown or None)]: the best pairs of the incidents of one bundle."""
    scores = sorted(((likeness(truth, shown), i, j) for i, truth in enumerate(truths)
                     for j, shown in enumerate(candidates)), key=lambda score: -score[0])
    taken, used = {}, set()
    for score, i, j in scores:
        if score and i not in taken and j not in used:
            taken[i] = candidates[j]
            used.add(j)
    return [(truth, taken.get(i)) for i, truth in enumerate(truths)]


class Corpus:
    """A folder of bundles/ and truth/, as scripts/gen-corpus makes it."""

    def __init__(self, folder):
        self.folder, self.truths = folder, {}
        for path in sorted(glob.glob(os.path.join(folder, "truth", "*.truth.json"))):
            content = load(path)
            self.truths.setdefault(content["bundle"], []).extend(
                dict(incident, member=content["member"]) for incident in content["incidents"])
        self.incidents = sum(len(incidents) for incidents in self.truths.values())

    @property
    def tests(self):
        return 2 + self.incidents * (1 + len(ASPECTS))

    def check(self, tap, program):
        """Ingests all in one run and judges every incident; `tests` lines of TAP."""
        listed, differences = [], []
        try:
            program.must("ingest", os.path.join(self.folder, "bundles"))
            listed = program.json("list")["incidents"]
        except (Failure, KeyError, TypeError) as error:
            differences.append(str(error))
        tap.result("the folder goes in", differences)
        ids = {row["incident"] for row in listed}
        tap.result("list has every incident once",
                   [] if len(listed) == self.incidents == len(ids)
                   else ["%d rows with %d ids for %d incidents"
                         % (len(listed), len(ids), self.incidents)])
        rows = {}
        for row in listed:
            rows.setdefault(os.path.realpath(row["bundle"]), []).append(row)
        for bundle, incidents in sorted(self.truths.items()):
            path = os.path.realpath(os.path.join(self.folder, bundle))
            self._check_bundle(tap, program, path, incidents, rows.get(path, []))

    @staticmethod
    def _check_bundle(tap, program, path, incidents, rows):
        shown = []
        for row in rows:
            try:
                shown.append(program.json("show", row["incident"]))
            except Failure as error:
                tap.comment(str(error))
        for truth, got in matched(incidents, shown):
            name = "%s!/%s" % (os.path.basename(path), truth["member"])
            tap.result("%s: list" % name, row_differences(
                [row for row in rows if got and row["incident"] == got["id"]], truth))
            report(tap, name, truth, got, reader(lambda _: path))


def row_differences(rows, truth):
    """A row of `list` against the truth."""
    if len(rows) != 1:
        return ["%d rows" % len(rows)]
    differences, banner = [], truth["metadata"]
    for key, want in (("zombies", truth["zombies"]["count"]),
                      ("processes", len(truth["processes"])), ("threads", len(truth["threads"])),
                      ("chains", len(truth["chains"]) + len(truth["other_chains"])),
                      ("build", banner.get("build")),
                      ("machine", banner.get("machine_name") or None)):
        compare.field(differences, "list", key, want, rows[0][key])
    return differences


def check_corpus(folder, keep):
    corpus = Corpus(folder)
    if not corpus.incidents:
        sys.exit("no truth/*.truth.json in " + folder)
    tap = Tap(corpus.tests)
    corpus.check(tap, Program(os.path.join(keep, "corpus")))
    return tap.exit_code()
