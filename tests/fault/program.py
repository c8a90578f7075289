# SPDX-License-Identifier: Apache-2.0
"""Runs the program with calls that fail (fault.c), and says what an index holds."""
import ctypes
import json
import os
import signal
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PIPELINE = os.path.abspath(os.environ.get("PIPELINE") or os.path.join(ROOT, "build", "pipeline"))
FAULTS = os.path.join(ROOT, "build", "tests", "fault.so")
HANGS = 30  # seconds after which a run is taken for one that never ends
OWN_FILES = {"data.mdb", "lock.mdb", "writer.lock"}

# What does not depend on in which run, or how often, something was written.
ASKED = (("list",), ("show", "--all", "--format", "jsonl"), ("query", "--recurring", "--occurrences", "all"),
         ("query", "--zombies", "1"), ("query", "--missing-threads"), ("quarantine", "list"), ("pin",))
BY_RUN = ("run", "arrival")


class Failure(Exception):
    """Something is not as it has to be."""


def environment(scratch, **faults):
    """What the program is given: no locale, no index of somebody's, and the faults."""
    env = {"PATH": os.environ["PATH"], "TMPDIR": scratch, "HOME": scratch}
    if faults:
        env["LD_PRELOAD"] = FAULTS
        env.update(("FAULT_" + name.upper(), str(value)) for name, value in faults.items())
    return env


def start(index, words, env, before=None):
    """As a shell would: a word "<FILE" is what its standard input comes from."""
    given = [word[1:] for word in words if word.startswith("<")]
    told = [word for word in words if not word.startswith("<")]
    with open(given[0] if given else os.devnull, "rb") as file:
        return subprocess.Popen([PIPELINE, "--index", index, *told], stdin=file,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, preexec_fn=before,
                                start_new_session=True)


def end(process):
    """(exit status, stdout, stderr); a signal is a status below 0."""
    try:
        out, err = process.communicate(timeout=HANGS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise Failure("it does not end") from None
    return process.returncode, out, err.decode("utf-8", "replace").strip()


def run(index, words, env):
    return end(start(index, words, env))


def must(index, words, env, status=0):
    """What it prints; a status of None is 0 or 4."""
    got, out, err = run(index, words, env)
    if got not in ((0, 4) if status is None else (status,)):
        raise Failure("`%s` exits %d, not %s: %s" % (" ".join(words), got, status, err))
    return out


def check(index, env):
    """That the index opens, and that verify finds nothing, nor anything left of what was done in it."""
    status, out, err = run(index, ("verify",), env)
    if status != 0:
        raise Failure("verify exits %d: %s %s" % (status, out.decode("utf-8", "replace"), err))


def left_behind(index):
    return sorted(set(os.listdir(index)) - OWN_FILES)


def content(index, env):
    """All that the index says, as one text for each question."""
    said = {}
    for words in ASKED:
        asked = words if "--format" in words else (*words, "--format", "json")
        status, out, err = run(index, asked, env)
        if status not in (0, 1):
            raise Failure("`%s` exits %d: %s" % (" ".join(words), status, err))
        said[words] = out
    stats = json.loads(must(index, ("stats", "--format", "json"), env))
    rows = {table["table"]: table["rows"] for table in stats["tables"] if table["table"] not in BY_RUN}
    said["rows"] = json.dumps(rows).encode()
    return said


def differences(have, want):
    return ["%s differs: %s" % (" ".join(key) if isinstance(key, tuple) else key, first_difference(have[key], want[key]))
            for key in want if have[key] != want[key]]


def first_difference(have, want):
    at = next((i for i, (a, b) in enumerate(zip(have, want)) if a != b), min(len(have), len(want)))
    return "%r instead of %r" % (have[max(at - 40, 0):at + 60], want[max(at - 40, 0):at + 60])


def incidents(index, env):
    """The ids in an index, None when there is none yet."""
    status, out, err = run(index, ("list", "--format", "json"), env)
    if status == 2 and "no index at" in err and "`pipeline ingest`" in err:
        return None
    if status not in (0, 1):
        raise Failure("list exits %d: %s" % (status, err))
    return {row["incident"] for row in json.loads(out)["incidents"]}


def session(leader):
    """Who lives of all that this process, itself included, has started."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % name, encoding="utf-8") as file:
                fields = file.read().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[3]) == leader and fields[0] not in "ZX":
            found.append(int(name))
    return found


def children(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


class Counters:
    """The file in which fault.c counts: how many faults there were, and how often each call was made."""

    def __init__(self, path, calls):
        self.path, self.calls = path, calls

    def read(self):
        size = 8 * (1 + len(self.calls))
        data = b""
        if os.path.exists(self.path):
            with open(self.path, "rb") as file:
                data = file.read(size)
        if len(data) < size:
            raise Failure("the program was not run with the faults: is it linked statically, and is there a build/tests/fault.so?")
        numbers = list((ctypes.c_uint64 * (1 + len(self.calls))).from_buffer_copy(data))
        return numbers[0], dict(zip(self.calls, numbers[1:]))

    def clear(self):
        if os.path.exists(self.path):
            os.remove(self.path)


def known_calls():
    """{call: (group, [what may become of it])} as calls.def has them."""
    out = subprocess.run([PIPELINE], env={"LD_PRELOAD": FAULTS, "FAULT_LIST": "1"}, stdout=subprocess.PIPE,
                         check=True).stdout.decode("ascii")
    lines = [line.split() for line in out.splitlines()]
    return {words[1]: (words[0], words[2:]) for words in lines}
