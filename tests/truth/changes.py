# SPDX-License-Identifier: Apache-2.0
"""What is new, worse or gone, by brute force: `query --new-since T`, `diff A B` and `--fail-on`.

Which side an incident is on, and the figures of a group on either side, follow from `show`. What "worse" is the
documents leave to some taste: what is called worse must be more, and nothing else is asked.
"""
from . import answers, brute, questions

SCHEMA = "pipeline/diff/1"
FIGURES = ("incidents", "chains", "machines", "max_wait_seconds")
WORSE = {"wait": "max_wait_seconds", "chains": "chains", "machines": "machines"}


def figures(incidents, asked=None):
    """signature -> what one side has of it, of the chains that are asked about."""
    return {group["signature"]: {key: group[key] for key in FIGURES}
            for group in brute.groups_asked(list(incidents), asked or {})}


APART = ("since", "until", "limit", "offset", "min-incidents")     # what they mean here is not told
NOTHING = {"incidents": 0, "chains": 0, "machines": 0, "max_wait_seconds": None}


def _status(group, before, after):
    """What is wrong with the word for it."""
    status, worse = group.get("status"), group.get("worse") or []
    wanted = "new" if not before["incidents"] else "gone" if not after["incidents"] else None
    if wanted and status != wanted:
        yield "status is %r, must be %r" % (status, wanted)
    if not wanted and status != ("worse" if worse else "recurring"):
        yield "status is %r with %r worse" % (status, worse)
    for key in worse:
        if key not in WORSE or not (after[WORSE[key]] or 0) > (before[WORSE[key]] or 0):
            yield "%r is called worse: %r, then %r" % (key, before, after)


def differences(out, one, other):
    """Of the answer as JSON from the figures of the two sides."""
    answer = answers.parsed(answers.decoded(out))
    if answer.get("schema") != SCHEMA:
        return ["schema is %r" % answer.get("schema")]
    groups = {group["signature"]: group for group in answer["groups"]}
    problems = []
    if len(groups) != len(answer["groups"]):
        problems.append("a signature comes twice")
    if set(groups) != set(one) | set(other):
        problems.append("%d signatures, must be %d" % (len(groups), len(set(one) | set(other))))
    for signature, group in groups.items():
        sides = one.get(signature, NOTHING), other.get(signature, NOTHING)
        for name, side in zip(("before", "after"), sides):
            got = {key: (group.get(name) or {}).get(key, "not there") for key in FIGURES}
            if got != side:
                problems.append("%s: %s is %r, must be %r" % (signature, name, got, side))
        problems += ["%s: %s" % (signature, problem) for problem in _status(group, *sides)]
    return problems


class Changes:
    """Asks an examiner's program."""

    def __init__(self, examiner):
        self.examiner, self.incidents, self.rng = examiner, examiner.incidents, examiner.rng

    def _asked(self, words, before, after, asked=None):
        name = " ".join(words)
        before, after = figures(before, asked), figures(after, asked)
        self.examiner.compared[words[0] if words[0] == "diff" else "--new-since"] += 1
        try:
            out = self.examiner.run(words + ["--format", "json"], 0 if before or after else 1, name)
            for problem in differences(out, before, after):
                yield "%s: %s" % (name, problem)
        except answers.UNREADABLE as error:
            yield error if str(error).startswith(name) else "%s: %s" % (name, error)

    def since(self, times):
        for _ in range(times):
            when = self.rng.choice(self.incidents).row["session_time"]
            when = self.rng.choice((when, when[:10])) if when else "2024-01-20"
            after = [one for one in self.incidents if one.selected({"since": when})]
            before = [one for one in self.incidents if one not in after]
            kind = self.rng.choice(("chain", "blocker", "recurring") + brute.INCIDENT_QUESTIONS)
            asked = {key: value for key, value in self.examiner.asker.ask(kind).items() if key not in APART}
            if self.rng.random() < 0.3:
                asked = {}
            words = ["query", "--new-since", when] + questions.words(asked, self.rng)
            yield from self._asked(words, before, after, asked)

    def diff(self, times):
        for _ in range(times):
            one, other = self.rng.sample(self.incidents, 2)
            yield from self._asked(["diff", one.id, other.id], [one], [other])
        timed = [one.row["session_time"][:10] for one in self.incidents if one.row["session_time"]]
        machines = [one.row["machine"] for one in self.incidents if one.row["machine"]]
        for key, values in (("day", sorted(set(timed))), ("machine", sorted(set(map(brute.lower, machines))))):
            if len(values) < 2:
                continue
            sides = self.rng.sample(values, 2)
            asked = [{"since": side, "until": side} if key == "day" else {"machine": side} for side in sides]
            yield from self._asked(["diff", *sides], *[[one for one in self.incidents if one.selected(of)]
                                                       for of in asked])

    def fail_on(self, times):
        """Exit 3 when it holds, and the same output."""
        for _ in range(times):
            when = self.rng.choice(self.incidents).row["session_time"] or "2024-01-20"
            after = figures(one for one in self.incidents if one.selected({"since": when}))
            before = figures(one for one in self.incidents if not one.selected({"since": when}))
            wanted = 3 if set(after) - set(before) else 0
            yield from self._fails(["query", "--new-since", when], "new-chain", wanted)
        for question, pattern in (("special", "special-process"), ("message-box", "message-box"),
                                  ("missing-threads", "missing-threads")):
            found = any(one.of_pattern(pattern) for one in self.incidents)
            yield from self._fails(["query", "--" + question], question, 3 if found else 1)

    def _fails(self, words, what, wanted):
        name = "%s --fail-on %s" % (" ".join(words), what)
        try:
            out = self.examiner.run(words + ["--fail-on", what, "--format", "json"], wanted, name)
            status, plain, _ = self.examiner.program.run(*words, "--format", "json")
            if plain != out:
                yield "%s: prints another thing than without (which exits %d)" % (name, status)
        except answers.UNREADABLE as error:
            yield str(error)
