#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of scripts/gen-corpus: its self-test passes, and its checker has teeth.

The second half spoils one fact of a truth file at a time and expects the
checker to notice each.  Run directly or by `python3 -m unittest`.
"""
import copy
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
SCRIPTS = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "scripts")
GENERATOR = os.path.join(SCRIPTS, "gen-corpus")
sys.path.insert(0, SCRIPTS)
from corpus import check, unpack  # noqa: E402


def shift(record, key):
    record[key] = 1 if record[key] is None else record[key] + 4


SPOIL = {
    "pid": lambda inc: shift(inc["processes"][3], "pid"),
    "parent": lambda inc: shift(inc["processes"][5], "ppid"),
    "zombie": lambda inc: inc["processes"][8].update(zombie=not inc["processes"][8]["zombie"]),
    "process lost": lambda inc: inc["processes"].pop(),
    "thread lost": lambda inc: inc["threads"].pop(),
    "ticks": lambda inc: shift(inc["threads"][9], "wait_ticks"),
    "objects": lambda inc: inc["threads"][9]["wait_objects"].append("Gate"),
    "tick count": lambda inc: shift(inc["metadata"], "dump_tick_count"),
    "port": lambda inc: inc["alpc_edges"][0].update(port="fffffa8000000010"),
    "server": lambda inc: next(e for e in inc["alpc_edges"] if e["server_thread"]).update(server_thread=None),
    "chain lost": lambda inc: inc["chains"].pop(),
    "hop": lambda inc: inc["chains"][0]["hops"][1].update(thread="fffffa8000000010"),
    "box": lambda inc: inc["message_box_threads"].pop(),
    "suspect": lambda inc: inc["missing_thread_suspects"].pop(),
    "zombie count": lambda inc: inc["zombies"].update(from_process_blocks=1),
}


def other_edge(inc, kind):
    return next(edge for edge in inc["other_edges"] if edge["kind"] == kind)


SPOIL_EXTRAS = {
    "owner": lambda inc: other_edge(inc, "resource").update(owner_thread="fffffa8000000010"),
    "resource": lambda inc: other_edge(inc, "resource").update(object="fffffa8000000010"),
    "waiter lost": lambda inc: inc["other_edges"].remove(other_edge(inc, "resource")),
    "process wait lost": lambda inc: inc["other_edges"].remove(other_edge(inc, "process")),
    "thread wait": lambda inc: other_edge(inc, "thread").update(waiting_thread="fffffa8000000010"),
    "branch lost": lambda inc: inc["other_chains"].clear(),
}


class GenCorpus(unittest.TestCase):
    def test_self_test(self):
        run = subprocess.run([GENERATOR, "--self-test"], stdout=subprocess.PIPE, text=True)
        self.assertEqual(run.returncode, 0, run.stdout)

    def test_usage(self):
        run = subprocess.run([GENERATOR], stderr=subprocess.PIPE)
        self.assertEqual(run.returncode, 2)

    def make(self, *arguments):
        """(bytes of the members, truth) of a corpus of one log."""
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([GENERATOR, "--out", folder, "--seed", "4", "--windows", "2008", *arguments], check=True,
                           stderr=subprocess.DEVNULL)
            with open(os.path.join(folder, "truth", "0001.truth.json"), encoding="utf-8") as source:
                truth = json.load(source)
            path = os.path.join(folder, truth["bundle"])
            return [unpack.member(path, name) for name in truth.get("members", [truth["member"]])], truth

    def notices(self, spoils, *arguments):
        data, truth = self.make(*arguments)
        self.assertEqual(list(check.differences(data, truth)), [])
        for name, spoil in spoils.items():
            with self.subTest(name):
                spoiled = copy.deepcopy(truth)
                spoil(spoiled["incidents"][-1])
                self.assertNotEqual(list(check.differences(data, spoiled)), [])

    def test_checker_notices(self):
        self.notices(SPOIL)

    def test_checker_notices_in_extras(self):
        self.notices(SPOIL_EXTRAS, "--extras", "all,owners")

    def test_checker_notices_in_damage(self):
        self.notices(SPOIL, "--damage", "web")
        self.notices(SPOIL, "--dumps", "split")
        self.notices(SPOIL, "--dumps", "two")
        self.notices(SPOIL, "--damage", "cut")

    def test_two_dumps_share_addresses(self):
        first, second = self.make("--dumps", "two")[1]["incidents"]
        at = [{process["addr"]: (process["pid"], process["image"]) for process in inc["processes"]}
              for inc in (first, second)]
        both = set(at[0]) & set(at[1])
        self.assertTrue(both)
        self.assertLess(len(both), len(at[1]))
        self.assertTrue(any(at[0][address] != at[1][address] for address in both))

    def test_split_has_one_incident(self):
        data, truth = self.make("--dumps", "split")
        self.assertEqual((len(data), len(truth["members"]), len(truth["incidents"])), (2, 2, 1))

    def test_cut_is_said(self):
        self.assertIs(self.make("--damage", "cut")[1]["cut"], True)
        self.assertNotIn("cut", self.make()[1])


if __name__ == "__main__":
    unittest.main()
