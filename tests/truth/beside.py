# SPDX-License-Identifier: Apache-2.0
"""Questions beside an ingest: every answer is of whole incidents, whatever has been committed by then."""
import collections
import os
import subprocess

from . import answers
from .program import Program

CHAINS = ("query", "--chain", "*", "--format", "json")
ZOMBIES = ("query", "--zombies", "1", "--format", "json")


def _whole(out, asked, incidents):
    """(problems, incidents seen) of one answer."""
    found, problems = collections.Counter(), []
    if asked is CHAINS:
        for group in answers.rows_of_json(out, "groups"):
            had = collections.Counter(one["incident"] for one in group["occurrences"])
            if (group["incidents"], group["chains"]) != (len(had), sum(had.values())):
                problems.append("%s counts %d incidents, %d chains, and shows %d, %d" % (
                    group["signature"], group["incidents"], group["chains"], len(had), sum(had.values())))
            found.update(had)
        wanted = {one.id: len(one.chains) for one in incidents}
    else:
        found.update({row["incident"]: row["count"] for row in answers.rows_of_json(out, "incidents")})
        wanted = {one.id: one.shown["zombies"]["count"] for one in incidents}
    problems += ["%s: %s has %d, of %r" % (asked[1], incident, count, wanted.get(incident))
                 for incident, count in found.items() if wanted.get(incident) != count]
    return problems, set(found)


def an_ingest(folder, paths, incidents):
    """(differences, answers, of how many different sets of incidents)."""
    program = Program(os.path.join(folder, "beside.index"))
    problems, seen, asked = [], set(), 0
    for path in paths[:1]:
        program.run("ingest", path)         # so that there is an index to ask
    with subprocess.Popen([program.path, "--index", program.index, "ingest", "--jobs", "1", "--quiet", *paths],
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as ingest:
        ended = False
        while not ended:
            ended = ingest.poll() is not None       # and once more when it is done
            for words in (CHAINS, ZOMBIES):
                status, out, err = program.run(*words)
                asked += 1
                if status not in (0, 1):
                    problems.append("%s exits %d: %s" % (words[1], status, err.decode("utf-8", "replace").strip()))
                    continue
                try:
                    wrong, found = _whole(out, words, incidents)
                    problems += wrong
                    seen.add(frozenset(found))
                except answers.UNREADABLE as error:
                    problems.append("%s: %s" % (words[1], error))
    if ingest.returncode not in (0, 4):
        problems.append("ingest exits %d" % ingest.returncode)
    return problems, asked, len(seen)
