# SPDX-License-Identifier: Apache-2.0
"""Runs the program under test on an index of its own."""
import json
import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Failure(Exception):
    """The program did not do what the test needs to go on."""


class Program:
    def __init__(self, index):
        path = os.environ.get("PIPELINE") or os.path.join(ROOT, "build", "pipeline")
        self.path, self.index = os.path.abspath(path), index

    def run(self, *words):
        """(exit status, stdout, stderr), the outputs as bytes."""
        done = subprocess.run([self.path, "--index", self.index, *words], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600)
        return done.returncode, done.stdout, done.stderr

    def must(self, *words):
        """stdout of a run that has to exit 0."""
        try:
            status, out, err = self.run(*words)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Failure("%s: %s" % (words[0], error)) from error
        if status:
            raise Failure("`%s` exits %d\n%s" % (" ".join(words), status,
                                                 err.decode("utf-8", "replace").strip()))
        return out

    def json(self, *words):
        out = self.must(*words, "--format", "json")
        try:
            return json.loads(out.decode("utf-8"))
        except ValueError as error:
            raise Failure("`%s` does not print JSON: %s" % (" ".join(words), error)) from error
