# SPDX-License-Identifier: Apache-2.0
"""Asks the program, compares its answers with those by brute force, and counts what was compared.

Every aspect is a generator of differences in words; nothing is yielded when all is right.
"""
import collections
import json
import random
import subprocess

from . import answers, brute, questions
from .program import Failure

SELECTED = "list"
WRONG_USAGE = (("--zombies", "many"), ("--zombies", "-1"), ("--group-by", "taste", "--recurring"), ("--chain", ""),
               ("--chain", "a.exe >"), ("--min-wait", "long", "--recurring"), ("--cycle", "round", "--recurring"),
               ("--since", "yesterday-ish", "--recurring"), ("--recurring", "--format", "yaml"),
               ("--recurring", "word"),
               ("--occurrences", "some", "--chain", "*"), ("--min-incidents", "few"),
               ("--blocker", "a.exe", "--nothing"))


def named(name, problem):
    return problem if problem.startswith(name) else "%s: %s" % (name, problem)


class Examiner:
    """Asks the program, compares, and counts what was compared."""

    def __init__(self, program, incidents, seed):
        self.program, self.incidents = program, incidents
        self.rng = random.Random(seed)
        self.asker = questions.Asker(incidents, self.rng)
        self.order = brute.ORDERS[0]
        self.levels = {"kind": brute.by_kind}       # how to sign a chain, as far as that is known
        self.compared, self.rows, self.empty = collections.Counter(), collections.Counter(), collections.Counter()
        self.by_format = {name: [] for name in ("jsonl", "csv", "text")}

    def run(self, words, wanted, name):
        """stdout of a run that must find or not find; raises Failure."""
        try:
            status, out, err = self.program.run(*words)
        except (OSError, subprocess.SubprocessError) as error:
            raise Failure("%s: %s" % (name, error)) from error
        if status != wanted:
            raise Failure("%s: exits %d, must exit %d: %s" % (name, status, wanted,
                                                              err.decode("utf-8", "replace").strip()[:300]))
        return out

    def expected(self, asked, level="kind"):
        if brute.is_of_groups(asked):
            return "groups", brute.groups_asked(self.incidents, asked, self.levels[level], self.order)
        return "incidents", brute.incidents_asked(self.incidents, asked)

    def examine(self, kind, asked, level="kind", extra=(), most=None):
        """The differences in one question, in JSON and, at times, in the other formats."""
        words = ["query"] + questions.words(asked, self.rng) + list(extra)
        name = " ".join("'%s'" % word if set(word) & set(" *?>$\"()") else word for word in words)
        key, want = self.expected(asked, level)
        self.compared[kind] += 1
        self.rows[kind] += len(want)
        self.empty[kind] += not want
        status = 0 if want else 1

        def compare(one, other):
            if key == "groups":
                return answers.one_group(one, other, asked, level, most)
            return answers.one_incident(one, other, asked)

        try:
            out = self.run(words + ["--format", "json"], status, name)
            got = answers.rows_of_json(out, key)
            problems = answers.rows(want, got, key, compare)
        except answers.UNREADABLE as error:
            return [named(name, str(error))]
        self.other_formats(words, status, name, got, key)
        return [named(name, problem) for problem in problems]

    def other_formats(self, words, status, name, rows, key):
        """At times asks again in another format."""
        for format_, chance in (("jsonl", 0.3), ("csv", 0.3), ("text", 0.1)):
            if self.rng.random() < chance:
                self.compared[format_] += 1
                self.by_format[format_] += [named(name, problem) for problem in
                                            self.alike(format_, words, status, name, rows, key)]

    def alike(self, format_, words, status, name, rows, key):
        """What another format has in another way than JSON."""
        try:
            out = self.run(words + ["--format=" + format_], status, name)
            if format_ == "csv":
                return answers.csv_like_json(out, rows, key)
            if format_ == "jsonl":
                return [] if answers.rows_of_jsonl(out) == rows else ["other than in JSON"]
            return [] if bool(out.strip()) == bool(rows) else ["%d bytes for %d rows" % (len(out), len(rows))]
        except answers.UNREADABLE as error:
            return [str(error)]

    # -- aspects ---------------------------------------------------------------------------

    def kind(self, kind, times):
        for _ in range(times):
            yield from self.examine(kind, self.asker.ask(kind))

    def find_order(self):
        """Most incidents first; the rest in one of the orders that can be meant, from now on always in that one."""
        out = self.run(["query", "--chain", "*", "--format", "json"], 0, "query --chain '*'")
        got = [group["signature"] for group in answers.rows_of_json(out, "groups")]
        for order in brute.ORDERS:
            if got == [group["signature"] for group in
                       brute.groups_asked(self.incidents, {"chain": "*"}, brute.by_kind, order)]:
                self.order = order
                return
        yield "groups come in no order that is known"

    def selections(self, times):
        """`list` with selectors."""
        for _ in range(times):
            asked = {key: value for key, value in self.asker.ask("zombies").items()
                     if key in questions.SELECTORS + ("limit", "offset")}
            want = brute.listed(self.incidents, asked)
            words = ["list"] + questions.words(asked, self.rng)
            self.compared[SELECTED] += 1
            self.rows[SELECTED] += len(want)
            self.empty[SELECTED] += not want
            try:
                out = self.run(words + ["--format", "json"], int(not want), " ".join(words))
                got = answers.parsed(answers.decoded(out))
                if got["incidents"] != want:
                    yield "%s: %r, must be %r" % (" ".join(words), [row["incident"] for row in got["incidents"]],
                                                  [row["incident"] for row in want])
                self.other_formats(words, int(not want), " ".join(words), got["incidents"], "list")
            except answers.UNREADABLE as error:
                yield "%s" % error

    def learn_level(self, level):
        """Takes from the program which chains are one at this level: that is judged by tests/check-grouping."""
        out = self.run(["query", "--chain", "*", "--group-by", level, "--format", "json"], 0, "--group-by " + level)
        signed = {}
        for group in answers.rows_of_json(out, "groups"):
            for one in group["occurrences"]:
                signed[one["incident"], json.dumps(one["chain"], sort_keys=True)] = group["signature"]
        self.levels[level] = lambda incident, chain: signed[incident, json.dumps(chain, sort_keys=True)]

    def level(self, level, times):
        try:
            self.learn_level(level)
            for kind in ("chain", "recurring", "blocker", "min-incidents") * times:
                asked = self.asker.ask(kind)
                yield from self.examine("--group-by", asked, level, ("--group-by", level))
        except answers.UNREADABLE as error:
            yield "--group-by %s: %s: %s" % (level, type(error).__name__, error)

    def occurrences(self, times):
        for _ in range(times):
            most = self.rng.choice((1, 2, 3, 5, 1000))
            extra = ("--occurrences", str(most))
            yield from self.examine("--occurrences", self.asker.ask("chain"), "kind", extra, most)

    def pages(self):
        """Pages put one after the other are the whole."""
        for question in (["--recurring"], ["--zombies", "1"], ["--chain", "*"]):
            try:
                key = "incidents" if question[0] == "--zombies" else "groups"
                whole = answers.rows_of_json(self.run(["query", *question, "--format", "json"], 0, question[0]), key)
                step = max(2, len(whole) // 7)
                parts = []
                for at in range(0, len(whole), step):
                    page = ["query", *question, "--offset", str(at), "--limit", str(step), "--format", "json"]
                    parts += answers.rows_of_json(self.run(page, 0, " ".join(page)), key)
                if parts != whole:
                    yield "%s: pages of %d are not the whole" % (question[0], step)
            except answers.UNREADABLE as error:
                yield "%s: %s" % (question[0], error)

    def shown_at_once(self):
        """`show --all --format jsonl` has an incident a line, newest first."""
        try:
            rows = answers.rows_of_jsonl(self.run(["show", "--all", "--format", "jsonl"], 0, "show --all"))
        except answers.UNREADABLE as error:
            return ["%s" % error]
        wanted = [one.shown for one in self.incidents]
        ids = [one["id"] for one in wanted]
        if [row.get("id") for row in rows] != ids:
            return ["show --all has %r, list %r" % ([row.get("id") for row in rows], ids)]
        return ["show --all has %s otherwise" % one["id"] for one, row in zip(wanted, rows) if one != row]

    def usage(self):
        for words in WRONG_USAGE:
            status, out, err = self.program.run("query", *words)
            if status != 2 or out or not err.strip():
                yield "%s: exits %d with %d bytes on stdout: %s" % (" ".join(words), status, len(out),
                                                                    err.decode("utf-8", "replace")[:200].strip())

    def table(self):
        yield "%-16s %9s %9s %9s" % ("asked", "compared", "rows", "nothing")
        for kind, count in self.compared.items():
            yield "%-16s %9d %9s %9s" % (kind, count, self.rows.get(kind, "-"), self.empty.get(kind, "-"))
