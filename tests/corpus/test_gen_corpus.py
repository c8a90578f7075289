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
from corpus import check  # noqa: E402


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


class GenCorpus(unittest.TestCase):
    def test_self_test(self):
        run = subprocess.run([GENERATOR, "--self-test"], stdout=subprocess.PIPE, text=True)
        self.assertEqual(run.returncode, 0, run.stdout)

    def test_usage(self):
        run = subprocess.run([GENERATOR], stderr=subprocess.PIPE)
        self.assertEqual(run.returncode, 2)

    def test_checker_notices(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([GENERATOR, "--out", folder, "--seed", "4", "--windows", "2008"], check=True,
                           stderr=subprocess.DEVNULL)
            with open(os.path.join(folder, "truth", "0001.truth.json"), encoding="utf-8") as source:
                truth = json.load(source)
            with open(os.path.join(folder, truth["bundle"]), "rb") as source:
                data = source.read()
        self.assertEqual(list(check.differences(data, truth)), [])
        for name, spoil in SPOIL.items():
            with self.subTest(name):
                spoiled = copy.deepcopy(truth)
                spoil(spoiled["incidents"][0])
                self.assertNotEqual(list(check.differences(data, spoiled)), [])


if __name__ == "__main__":
    unittest.main()
