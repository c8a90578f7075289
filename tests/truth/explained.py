# SPDX-License-Identifier: Apache-2.0
"""What goes with a signature, counted again: `explain SIGNATURE`.

Of each feature that is told the counts on both sides are compared with those over `show`, as far as the documents
say what has the feature: the build and the machine. The chi-squared is computed again from the counts that were
printed, with and without the correction of Yates, since either is in use.
"""
import collections

from . import answers, brute

SCHEMA = "pipeline/explain/1"
LEAST = 5           # incidents of a signature, below which nothing is said to go with it
COUNTS = ("with", "of_with", "without", "of_without")


def chi_squared(a, b, c, d, yates):
    """Of the table a, b / c, d."""
    total = a + b + c + d
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    if not margins:
        return 0.0
    off = abs(a * d - b * c)
    return total * max(0.0, off - total / 2 if yates else off) ** 2 / margins


def _feature(one, having, others):
    name, value = one["feature"], one["value"]
    counts = [one[key] for key in COUNTS]
    if (counts[1], counts[3]) != (len(having), len(others)):
        yield "%s %s: of %d and %d, must be %d and %d" % (name, value, counts[1], counts[3], len(having), len(others))
    if not (0 <= counts[0] <= counts[1] and 0 <= counts[2] <= counts[3]):
        yield "%s %s: %r" % (name, value, counts)
    told = {"build": lambda incident: str(incident.row["build"]) == str(value),
            "machine": lambda incident: brute.lower(incident.row["machine"] or "") == brute.lower(str(value))}.get(name)
    if told and (counts[0], counts[2]) != (sum(map(told, having)), sum(map(told, others))):
        yield "%s %s: %d and %d, must be %d and %d" % (name, value, counts[0], counts[2], sum(map(told, having)),
                                                      sum(map(told, others)))
    table = counts[0], counts[1] - counts[0], counts[2], counts[3] - counts[2]
    either = [chi_squared(*table, yates) for yates in (False, True)]
    if not any(abs(one["chi_squared"] - wanted) <= 0.01 + wanted * 0.001 for wanted in either):
        yield "%s %s: chi-squared of %r is %r, must be of %r" % (name, value, table, one["chi_squared"], either)
    if not 0 <= one["p"] <= one["p_corrected"] <= 1:
        yield "%s %s: p is %r, corrected %r" % (name, value, one["p"], one["p_corrected"])


def _answer(answer, signature, level, mine, others):
    if (answer["schema"], answer["signature"], answer["level"]) != (SCHEMA, signature, level):
        yield "of %r" % [answer[key] for key in ("schema", "signature", "level")]
    if not answer["rules"] or not all(rule["rule"] and rule["text"] for rule in answer["rules"]):
        yield "rules are %r" % answer["rules"]
    if len(mine) < LEAST and answer["goes_with"]:
        yield "%d incidents are too few to say what goes with them" % len(mine)
    for one in answer["goes_with"]:
        yield from _feature(one, mine, others)


def signatures(examiner, level, times):
    """Explains the commonest signatures of a level and some others."""
    having = collections.defaultdict(dict)
    for incident in examiner.incidents:
        for chain in incident.chains:
            having[examiner.levels[level](incident.id, chain)][incident.id] = incident
    common = sorted(having, key=lambda signature: (-len(having[signature]), signature))
    for signature in common[:times] + examiner.rng.sample(common, min(times, len(common))):
        name = "explain " + signature
        mine = list(having[signature].values())
        others = [incident for incident in examiner.incidents if incident.id not in having[signature]]
        try:
            out = examiner.run(["explain", signature, "--format", "json"], 0, name)
            answer = answers.parsed(answers.decoded(out))
            examiner.compared["explain"] += 1
            examiner.rows["explain"] += len(answer["goes_with"])
            for problem in _answer(answer, signature, level, mine, others):
                yield "%s: %s" % (name, problem)
        except answers.UNREADABLE as error:
            yield str(error) if str(error).startswith(name) else "%s: %s: %s" % (name, type(error).__name__, error)


def unknown(examiner):
    status, out, _ = examiner.program.run("explain", "0123456789abcdef")
    if status not in (1, 2) or out:
        yield "explain of what is no signature exits %d with %d bytes on stdout" % (status, len(out))
