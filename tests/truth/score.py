# SPDX-License-Identifier: Apache-2.0
"""How much of the planted truth is found, and how much of what is found was planted, as a table."""
import collections

from . import compare


def _planted(truth):
    """(kind, key) of everything the generator planted."""
    for edge in compare.real_edges(truth):
        yield "edges", (edge["thread"], edge["kind"], edge["object"], edge.get("owner_thread"))
    for chain in truth["chains"] + truth["other_chains"]:
        hops, cycle, start, end = compare.real_chain(chain)
        yield "chains, cycle %s" % cycle, (hops, start, end[0])
    for box in truth["message_box_threads"]:
        yield "message boxes, %s" % box["confidence"], (box["thread"], box["kind"])
    for one in truth["missing_thread_suspects"]:
        if one["evident"]:
            yield "missing threads", (one["process"], one["threads_present"], one["expected"], one["sample"])
    for port in {one["port"] for one in truth.get("blocked_queues", ())}:
        yield "blocked queues", port
    for image, count in truth["special_processes"].items():
        yield "special processes", (compare.short(image), count)
    for image, count in truth["zombies"]["by_image"].items():
        yield "zombies by image", (image, count)


def _found(shown):
    """The same of what the program says."""
    for edge in shown["edges"]:
        yield "edges", (edge["thread"], edge["kind"], edge["object"], edge["owner_thread"])
    for chain in shown["chains"]:
        hops, cycle, start, end = compare.shown_chain(chain, False)
        yield "chains, cycle %s" % cycle, (hops, start, end[0])
    for one in shown["findings"]:
        if one["pattern"] == "message-box":
            yield "message boxes, %s" % one["confidence"], (one["thread"], one["detail"])
        elif one["pattern"] == "missing-threads" and one["basis"] == "siblings":
            yield "missing threads", (one["process"], one["threads"], one["expected"], one["sample"])
        elif one["pattern"] == "blocked-queue":
            yield "blocked queues", one["port"]
        elif one["pattern"] == "special-process":
            yield "special processes", (compare.short(one["image"]), one["count"])
    for image, count in shown["zombies"]["by_image"].items():
        yield "zombies by image", (image, count)


class Score:
    """Sums over incidents; `rows` has a line of the table for each kind."""

    def __init__(self):
        self.planted, self.found, self.right = (collections.Counter() for _ in range(3))
        self.incidents = 0

    def add(self, truth, shown):
        """`shown` is None for an incident that did not come out at all."""
        self.incidents += 1
        planted = collections.Counter(_planted(truth))
        found = collections.Counter(_found(shown) if shown else ())
        for sums, items in ((self.planted, planted), (self.found, found), (self.right, planted & found)):
            for (kind, _), count in items.items():
                sums[kind] += count

    def rows(self):
        yield "%-27s %8s %8s %8s  %9s %9s" % ("%d incidents" % self.incidents, "planted", "found",
                                            "right", "precision", "recall")
        for kind in sorted(set(self.planted) | set(self.found)):
            planted, found, right = self.planted[kind], self.found[kind], self.right[kind]
            yield "%-27s %8d %8d %8d  %9.4f %9.4f" % (kind, planted, found, right,
                                                    right / found if found else 1,
                                                    right / planted if planted else 1)
