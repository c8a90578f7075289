# SPDX-License-Identifier: Apache-2.0
"""`gen-corpus --self-test`: small corpora of every kind, checked and made twice."""
import hashlib
import json
import os
import sys
import tempfile

from . import check, incident, pack, unpack, versions

MINIMUM = 3         # incidents a corpus


def corpora():
    """The argument lists to try: every version, layout, encoding and kind of bundle."""
    for key in versions.KEYS:
        for layout in ("full", "vm"):
            yield ["--windows", key, "--layout", layout, "--chains", "12"]
        yield ["--windows", key, "--noise", "--processes", "60", "--zombies", "0..400"]
    for kind in pack.KINDS:
        yield ["--pack", kind, "--incidents", "2", "--layout", "mixed"]
    for encoding in incident.ENCODINGS:
        for eol in ("lf", "crlf"):
            yield ["--encoding", encoding, "--eol", eol, "--incidents", "2"]
    mixed = ["--pack", "mixed", "--encoding", "mixed", "--eol", "mixed", "--layout", "mixed", "--noise"]
    yield mixed + ["--incidents", "12", "--threads", "3", "--zombies", "0..3000"]
    small = ["--processes", "16", "--threads", "3"]
    special = ["--dumps", "mixed", "--damage", "mixed", "--extras", "all,owners"] + small
    for key in versions.KEYS:
        yield ["--windows", key, "--extras", "all,owners", "--layout", "mixed"] + small
        yield special + ["--windows", key, "--layout", "mixed", "--noise", "--incidents", "6"]
    yield small + ["--extras", "runs,locks", "--incidents", "9", "--layout", "mixed"]
    for damage in incident.DAMAGES:
        for encoding in incident.ENCODINGS:
            yield ["--damage", damage, "--encoding", encoding, "--eol", "mixed", "--dumps", "mixed"] + small
    yield mixed + special + ["--incidents", "24"]
    yield special + ["--from", "2024-01-01", "--days", "3", "--machines", "1", "--incidents", "8"]
    yield ["--chains", "0", "--zombies", "0", "--threads", "20", "--incidents", "4"]


def tree_hash(folder):
    """One hash over all files that a run wrote."""
    total = hashlib.sha256()
    for root, _, files in sorted(os.walk(folder)):
        for name in sorted(files):
            with open(os.path.join(root, name), "rb") as content:
                total.update(name.encode() + b"\0" + hashlib.sha256(content.read()).digest())
    return total.hexdigest()


def problems(folder):
    """What is wrong in one corpus."""
    with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as source:
        manifest = json.load(source)
    for number, row in enumerate(manifest["bundles"], 1):
        with open(os.path.join(folder, "truth", "%04d.truth.json" % number), encoding="utf-8") as source:
            truth = json.load(source)
        data = [unpack.member(os.path.join(folder, row["bundle"]), member)
                for member in truth.get("members", [row["member"]])]
        if None in data:
            sys.stderr.write("self-test: no program reads %s, not compared\n" % row["bundle"])
            continue
        for problem in check.differences(data, truth):
            yield "%s: %s" % (row["bundle"], problem)


def run(arguments, generate):
    bad = runs = 0
    for number, extra in enumerate(corpora(), 1):
        base = ["--seed", str(100 + number)] + ([] if "--incidents" in extra else ["--incidents", str(MINIMUM)])
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
            generate(arguments(["--out", one] + base + extra))
            found = [p for p in problems(one)]
            generate(arguments(["--out", two, "--jobs", "1"] + base + extra))
            if tree_hash(one) != tree_hash(two):
                found.append("two runs differ")
        runs += 1
        for problem in found:
            bad += 1
            print("not ok %s: %s" % (" ".join(base + extra), problem[:600]))
    print("%d corpora, %d problems" % (runs, bad))
    return 1 if bad else 0
