# SPDX-License-Identifier: Apache-2.0
"""Corpora made by scripts/gen-corpus, one of several put together."""
import json
import os
import subprocess
import sys

from .program import ROOT

WINDOWS = ("2003x86", "xp", "2008", "7", "8.1", "10", "11", "2022")
# Every kind of bundle, encoding and layout, with what mails, disks and web pages do to logs.
MIXED = ("--pack", "mixed", "--encoding", "mixed", "--eol", "mixed", "--layout", "mixed", "--noise",
         "--dumps", "mixed", "--damage", "mixed")


def generate(folder, *options):
    done = subprocess.run([os.path.join(ROOT, "scripts", "gen-corpus"), "--out", folder, *options],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        sys.exit("gen-corpus %s: exit %d\n%s" % (" ".join(options), done.returncode,
                                                 done.stdout.decode("utf-8", "replace")))


def gather(folder, part, prefix):
    """Moves the dumps of the corpus `part` into the corpus `folder`."""
    for name in sorted(os.listdir(os.path.join(part, "truth"))):
        with open(os.path.join(part, "truth", name), encoding="utf-8") as file:
            truth = json.load(file)
        bundle = os.path.join("bundles", prefix, os.path.basename(truth["bundle"]))
        os.makedirs(os.path.dirname(os.path.join(folder, bundle)), exist_ok=True)
        os.makedirs(os.path.join(folder, "truth"), exist_ok=True)
        os.rename(os.path.join(part, truth["bundle"]), os.path.join(folder, bundle))
        truth["bundle"] = bundle
        with open(os.path.join(folder, "truth", prefix + "-" + name), "w", encoding="utf-8") as file:
            json.dump(truth, file)


def of_windows(folder, name, seed, incidents, *options, windows=WINDOWS):
    """A corpus of `incidents` logs of each Windows; returns its folder."""
    corpus = os.path.join(folder, name)
    for number, key in enumerate(windows):
        part = os.path.join(folder, name + ".parts", key)
        generate(part, "--seed", str(seed + number), "--incidents", str(incidents), "--windows", key, *options)
        gather(corpus, part, key)
    return corpus
