# SPDX-License-Identifier: Apache-2.0
"""Missing threads by the rule, counted out over all dumps of a corpus.

A process counts that lives (handles above 0) and whose threads were listed. It
misses threads when it has far fewer than the others of its image: those in its
dump, or those in all dumps of its build where there are enough, else in all.
"""
import collections
import statistics

from .patterns import folded

SAMPLE = 4          # fewer others say nothing
CENTRE = 6


def _counted(planted):
    """[(address, image, threads)] of one dump."""
    threads = collections.Counter(thread["process_addr"] for thread in planted["threads"])
    return [(process["addr"], folded(process["image"]), threads[process["addr"]]) for process in planted["processes"]
            if process["handle_count"] and not process["zombie"] and process["threads_listed"]]


def _centre_far_above(count, others):
    """The centre of the others where `count` is far fewer, else None."""
    if len(others) < SAMPLE:
        return None
    centre = statistics.median(others)
    return centre if centre >= CENTRE and (count <= 2 or count * 4 <= centre) else None


def _without(counts, count):
    """The others of one that has `count`."""
    rest = list(counts)
    rest.remove(count)
    return rest


class Baseline:
    def __init__(self, incidents):
        self.by_build, self.all = collections.defaultdict(list), collections.defaultdict(list)
        for planted in incidents:
            for _, image, threads in _counted(planted):
                self.by_build[image, planted["metadata"]["build"]].append(threads)
                self.all[image].append(threads)

    def missing(self, planted):
        """{address: (threads, centre, others, whether they are siblings)} of those of a dump that miss threads."""
        here, found = collections.defaultdict(list), {}
        counted = _counted(planted)
        for _, image, threads in counted:
            here[image].append(threads)
        for address, image, threads in counted:
            usual = self.by_build[image, planted["metadata"]["build"]]
            if len(usual) <= SAMPLE:
                usual = self.all[image]
            for siblings, counts in ((True, here[image]), (False, usual)):
                others = _without(counts, threads)
                centre = _centre_far_above(threads, others)
                if centre is not None:
                    found[address] = threads, centre, len(others), siblings
                    break
        return found
