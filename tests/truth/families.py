# SPDX-License-Identifier: Apache-2.0
"""Which planted chains are the same chain, at each of the four levels, and how well somebody grouped them.

The rules are those of the documents: images without case and cut, equal hops in a row once, rings from their least
rotation, and what the chain ends in; never addresses, PIDs or counts. Of frames the truth tells nothing, so that
`frame` is scored against the families of `kind`: it may divide them, never join two.
"""
import collections

from . import brute

LEVELS = ("root", "path", "kind", "frame")


def _ring(tokens):
    """Equal ones in a row once, round the ring, from the least rotation."""
    tokens = [token for place, token in enumerate(tokens) if len(tokens) == 1 or token != tokens[place - 1]] \
        or list(tokens[:1])
    return min(tuple(tokens[place:] + tokens[:place]) for place in range(len(tokens)))


def _runs(tokens):
    return tuple(token for place, token in enumerate(tokens) if place == 0 or token != tokens[place - 1])


def _shape(tokens, back):
    """Those in front of the ring and, of a deadlock, the ring: from its least rotation when nobody is in front."""
    if back is None:
        return _runs(tokens)
    if back == 0:
        return ("ring", _ring(tokens))
    return (_runs(tokens[:back]), "ring", _runs(tokens[back:]))


def family(planted, level):
    """What makes a chain of the truth files this one and no other."""
    images = [brute.folded(hop["image"]) for hop in planted["hops"]]
    vias = [hop["via"] or "" for hop in planted["hops"]]
    back, end = planted["cycle_start"], planted["endpoint"]
    root = (images[-1] if back is None else min(images[back:]), end["kind"])
    if level == "root":
        return root
    cycle = planted["cycle_kind"] or "none"
    if level == "path":
        return (cycle, _shape(images, back), root)
    reason = end.get("wait_reason") if end["kind"] == "wait" else None
    return (cycle, _shape(list(zip(images, vias)), back), root, reason or "")


def identity(chain, moved=lambda address: address):
    """A chain inside its incident: by threads, and by images where no thread is known; a ring from any of its hops."""
    hops = [(moved(hop["thread"]) if hop["thread"] else brute.folded(hop["image"] or "?"), hop["via"] or "")
            for hop in chain["hops"]]
    if chain["cycle_start"] == 0:
        return min(tuple(hops[place:] + hops[:place]) for place in range(len(hops)))
    return tuple(hops)


def planted_chains(truth):
    return truth["chains"] + truth["other_chains"]


def _pairs(counts):
    return sum(count * (count - 1) // 2 for count in counts.values())


class Grouping:
    """Pairs of chains that are together and should be."""

    def __init__(self, level):
        self.level, self.both = level, collections.Counter()

    def add(self, planted, signature):
        self.both[planted, signature] += 1

    def scores(self):
        planted, groups = collections.Counter(), collections.Counter()
        for (one, other), count in self.both.items():
            planted[one] += count
            groups[other] += count
        right, wanted, found = _pairs(self.both), _pairs(planted), _pairs(groups)
        return {"level": self.level, "chains": sum(planted.values()), "planted": len(planted), "groups": len(groups),
                "pairs": wanted, "precision": right / found if found else 1.0,
                "recall": right / wanted if wanted else 1.0}

    def torn(self):
        """Families that are in several groups, and groups of several families."""
        by_planted, by_signature = collections.defaultdict(set), collections.defaultdict(set)
        for planted, signature in self.both:
            by_planted[planted].add(signature)
            by_signature[signature].add(planted)
        for planted, signatures in sorted(by_planted.items(), key=repr):
            if len(signatures) > 1:
                yield "%r is divided: %s" % (planted, ", ".join(sorted(signatures)))
        for signature, families in sorted(by_signature.items()):
            if len(families) > 1:
                yield "%s joins %s" % (signature, " and ".join(sorted(map(repr, families))))


HEAD = ("level", "chains", "planted", "groups", "pairs", "precision", "recall")


def table(groupings):
    yield "%-8s %8s %8s %8s %9s %10s %8s" % HEAD
    for grouping in groupings:
        row = grouping.scores()
        yield "%-8s %8d %8d %8d %9d %10.4f %8.4f" % tuple(row[key] for key in HEAD)
