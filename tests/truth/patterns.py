# SPDX-License-Identifier: Apache-2.0
"""The findings of an incident against what was planted in it, pattern by pattern.

Every pattern is a function (planted, shown) -> (wanted, found, unclear): sets of
things that can be counted, each with all that has to be right of it. What is
`unclear` the documents leave open, or the log does not tell enough: it counts
neither for nor against. Nothing here knows the program.
"""
import collections

from . import compare

BLOCK = 15          # bytes of an image's name that every listing has
STORM = 1000        # zombies


def folded(image):
    """What all spellings of an image have in common."""
    cut = image.encode("utf-8")[:BLOCK].decode("utf-8", "ignore").rstrip(" ")
    return "".join(c.lower() if c.isascii() else c for c in cut)


def of(shown, pattern):
    return [finding for finding in shown["findings"] if finding["pattern"] == pattern]


def edges(planted, shown):
    """Who waits how for what, and which thread is to let go of it."""
    wanted = {(edge["thread"], edge["kind"], edge["object"], edge.get("owner_thread"))
              for edge in compare.real_edges(planted)}
    return wanted, {(edge["thread"], edge["kind"], edge["object"], edge["owner_thread"])
                    for edge in shown["edges"]}, set()


# -- chains --------------------------------------------------------------------------------


def _hops(chain):
    return tuple((hop["image"], hop["pid"], hop["thread"], hop["via"]) for hop in chain["hops"])


def _chains(kind):
    """Chains with this kind of cycle: all hops, where it closes, and the kind of end."""
    def chains(planted, shown):
        wanted = {(_hops(chain), chain["cycle_start"], chain["endpoint"]["kind"])
                  for chain in planted["chains"] + planted["other_chains"] if (chain["cycle_kind"] or "none") == kind}
        found = collections.Counter((_hops(chain), chain["cycle_start"], chain["endpoint"]["kind"])
                                    for chain in shown["chains"] if chain["cycle"] == kind)
        return wanted, set(found) | {("twice", chain) for chain, n in found.items() if n > 1}, set()
    return chains


def wait_chains(planted, shown):
    """One finding for all chains of a signature: kind of cycle and end, and how many chains."""
    by_hops = {_hops(chain): chain for chain in shown["chains"]}
    wanted = collections.Counter()
    for chain in planted["chains"] + planted["other_chains"]:
        twin = by_hops.get(_hops(chain), {"signature": "none has these hops"})
        wanted[twin["signature"], chain["cycle_kind"] or "none", chain["endpoint"]["kind"]] += 1
    found = {(f["signature"], f["cycle"], f["endpoint"], f["count"]) for f in of(shown, "wait-chain")}
    return {(*key, count) for key, count in wanted.items()}, found, set()


# -- one process or thread -----------------------------------------------------------------


def _boxes(confidence):
    def boxes(planted, shown):
        wanted = {(box["thread"], box["pid"], box["kind"]) for box in planted["message_box_threads"]
                  if box["confidence"] == confidence}
        return wanted, {(f["thread"], f["pid"], f["detail"]) for f in of(shown, "message-box")
                        if f["confidence"] == confidence}, set()
    return boxes


def terminating(planted, shown):
    wanted = {(proc["process"], proc["pid"], proc["threads"]) for proc in planted["terminating"]}
    return wanted, {(f["process"], f["pid"], f["threads"]) for f in of(shown, "terminating")}, set()


def _missing(siblings):
    """Told by its siblings in the dump, or by other dumps alone."""
    def missing(planted, shown):
        wanted = {(proc["process"], proc["threads_present"])
                  for proc in planted["missing_thread_suspects" if siblings else "index_suspects"]}
        return wanted, {(f["process"], f["threads"]) for f in of(shown, "missing-threads")
                        if (f["basis"] == "siblings") == siblings}, set()
    return missing


# -- many ----------------------------------------------------------------------------------


def blocked_queues(planted, shown):
    wanted = {message["port"] for message in planted["blocked_queues"]}
    unclear = {message["port"] for message in planted["blocked_queues"] if not message["evident"]}
    return wanted, {f["port"] for f in of(shown, "blocked-queue")}, unclear


def special_processes(planted, shown):
    wanted = collections.Counter()
    for image, count in planted["special_processes"].items():
        wanted[folded(image)] += count
    return set(wanted.items()), {(folded(f["image"]), f["count"]) for f in of(shown, "special-process")}, set()


def _folded_counts(by_image):
    counts = collections.Counter()
    for image, count in by_image.items():
        counts[folded(image)] += count
    return tuple(sorted(counts.items()))


def zombies(planted, shown):
    """How many, whether that is a storm, of which images and of which parents."""
    dead = planted["zombies"]
    parents = tuple(sorted((int(pid), count) for pid, count in dead["by_parent_pid"].items()))
    wanted = {(dead["count"], dead["count"] >= STORM, _folded_counts(dead["by_image"]), parents)}
    listed, found = _folded_counts(shown["zombies"]["by_image"]), set()
    for f in of(shown, "zombie-process"):
        images = _folded_counts(f["by_image"])      # the most common ones
        found.add((f["count"], f["storm"], listed if images and set(images) <= set(listed) else images,
                   tuple(sorted((parent["pid"], parent["zombies"]) for parent in f["parents"]))))
    return wanted if dead["count"] else set(), found, set()


def holders(planted, shown):
    """In a storm, whoever has more handles than there are zombies may hold them all."""
    count = planted["zombies"]["count"]
    wanted = {(process["addr"], process["handle_count"]) for process in planted["processes"]
              if (process["handle_count"] or 0) > count >= STORM}
    found = {(party["process"], party["handle_count"]) for f in of(shown, "zombie-process") for party in f["holders"]}
    return wanted, found, {holder for holder in found if holder[1] <= count or count < STORM}


def restart_loops(planted, shown):
    """Clear from 20 dead ones on; two are none. Between lies what "many" means."""
    wanted = {(image, dead) for image, dead in planted["restart_loops"].items() if dead >= 20}
    unclear = {(image, dead) for image, dead in planted["restart_loops"].items() if 3 <= dead < 20}
    return wanted, {(folded(f["image"]), f["count"]) for f in of(shown, "restart-loop")}, unclear


PATTERNS = {"wait edges": edges,
            "chains without a cycle": _chains("none"), "semicircular chains": _chains("process"),
            "deadlocks": _chains("thread"), "wait-chain": wait_chains,
            "message-box, definite": _boxes("definite"), "message-box, potential": _boxes("potential"),
            "missing-threads, siblings": _missing(True), "missing-threads, other dumps": _missing(False),
            "blocked-queue": blocked_queues,
            "special-process": special_processes, "zombie-process": zombies, "zombie holders": holders,
            "restart-loop": restart_loops, "terminating": terminating}


def ranked(planted, shown):
    """A box that a chain ends in is told before all else."""
    boxes = {box["thread"] for box in planted["message_box_threads"]}
    ends = {chain["endpoint"].get("thread") for chain in planted["chains"] + planted["other_chains"]} & boxes
    first = [finding.get("thread") for finding in shown["findings"][:1]]
    return not ends or first[0] in ends


class Score:
    """How often a pattern was right."""

    def __init__(self, name):
        self.name, self.planted, self.right, self.invented, self.missed, self.open = name, 0, 0, 0, 0, 0

    def add(self, wanted, found, unclear):
        """Returns (missed, invented)."""
        self.open += len((wanted | found) & unclear)
        wanted, found = wanted - unclear, found - unclear
        self.planted += len(wanted)
        self.right += len(wanted & found)
        self.missed += len(wanted - found)
        self.invented += len(found - wanted)
        return wanted - found, found - wanted

    @staticmethod
    def _share(right, of_all):
        return "%.4f" % (right / of_all) if of_all else "-"

    def row(self):
        return (self.name, self.planted, self.right, self.invented, self.missed,
                self._share(self.right, self.right + self.invented),
                self._share(self.right, self.right + self.missed), self.open)


HEAD = ("pattern", "planted", "found", "invented", "missed", "precision", "recall", "unclear")


def table(scores):
    """The lines of a table."""
    rows = [HEAD] + [score.row() for score in scores]
    widths = [max(len(str(row[column])) for row in rows) for column in range(len(HEAD))]
    for row in rows:
        yield "  ".join([str(row[0]).ljust(widths[0])] + [str(cell).rjust(width)
                                                          for cell, width in zip(row[1:], widths[1:])])
