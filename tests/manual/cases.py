# SPDX-License-Identifier: Apache-2.0
"""What the examples of the manual are about: an archive under the names that they use, and an index of it.

All logs are the case study's, with a banner in front and names replaced, but for a deadlock; so every example finds something.
"""
import gzip
import json
import os
import shutil
import subprocess
import zipfile

from truth.program import ROOT, Program

LOGS = os.path.join(ROOT, "tests", "logs")
STORM = 20001


def read(name):
    with open(os.path.join(LOGS, name), encoding="utf-8", newline="") as file:
        return file.read()


def banner(machine, day):
    return "Computer Name: %s\nDebug session time: %s 08:03:11.000 2026 (UTC + 0:00)\n" % (machine, day)


def log(machine, day, replace=(), rows=""):
    text = read("case_study.log")
    for old, new in replace:
        text = text.replace(old, new)
    return banner(machine, day) + text.replace("1: kd> !vm\n[...]\n", "1: kd> !vm\n[...]\n" + rows)


def storm():
    return "".join("         %5x ProcessE.exe            0 (          0 Kb)\n" % (0x20000 + 4 * i) for i in range(STORM))


def write(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return path


def pack(folder, name, member, text):
    with zipfile.ZipFile(os.path.join(folder, name), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, text)


class Cases:
    """A folder with cases/ (/srv/cases), files that examples name, and index/."""

    def __init__(self, folder):
        self.folder, self.index = folder, os.path.join(folder, "index")
        self.archive, self.here = os.path.join(folder, "cases"), os.path.join(folder, "here")
        self.program = Program(self.index)
        os.makedirs(self.archive)
        os.makedirs(self.here)
        self.make_archive()
        self.make_here()
        self.make_index()

    def make_archive(self):
        pack(self.archive, "case.zip", "kd.log", log("TS01", "Mon Jan  5"))
        write(self.archive, "next_day.log", log("TS02", "Tue Jan  6"))
        write(self.archive, "client.log", log("TS03", "Wed Jan  7", [("ProcessA.exe", "ClientApp.exe")]))
        write(self.archive, "storm.log", log("TS01", "Thu Jan  8", rows=storm()))
        write(self.archive, "service.log", log("TS02", "Fri Jan  9", [("ProcessA.exe", "spoolsv.exe")]) +
              "\n1: kd> !process 0 0\na line that nobody understands\n")
        write(self.archive, "deadlock.log", read("semicircular.log"))

    def make_here(self):
        text = log("TS04", "Sat Jan 10")
        write(self.here, "kd.log", text)
        with gzip.open(os.path.join(self.here, "kd.log.gz"), "wt", encoding="utf-8", newline="") as file:
            file.write(text)
        shutil.copy(os.path.join(self.archive, "case.zip"), self.here)
        for name in ("passwords", "pw"):
            write(self.here, name, "secret\n")
            os.chmod(os.path.join(self.here, name), 0o600)
        os.chmod(write(self.here, "key", "a key that everybody knows is of no use but here\n"), 0o600)

    def make_index(self):
        """Three runs: what cannot be read all, the archive, and the latest, which brings a new chain; and a night that told of them."""
        trouble = os.path.join(self.folder, "trouble")
        plain = write(trouble, "cut.log", log("TS05", "Sun Jan 11"))
        with open(plain, "rb") as file:
            whole = gzip.compress(file.read())
        os.remove(plain)
        with open(plain + ".gz", "wb") as file:
            file.write(whole[:len(whole) - 400])
        secret = write(trouble, "secret.log", log("TS06", "Mon Jan 12"))
        subprocess.run(["7z", "a", "-tzip", "-psecret", secret + ".zip", secret], check=True, stdout=subprocess.DEVNULL)
        os.remove(secret)
        self.ingest(4, trouble)
        self.ingest(0, self.archive)
        late = write(self.folder, "later/spooler.log", log("TS01", "Sun Feb  1", [("ProcessC.exe", "spoolsv.exe")]))
        self.ingest(0, late)
        self.program.must("nightly")
        listed = {os.path.basename(row["bundle"]): row["incident"]
                  for row in json.loads(self.program.must("list", "--format", "json"))["incidents"]}
        self.incidents = [listed["case.zip"], listed["next_day.log"]]
        self.signature = json.loads(self.program.must("query", "--chain", "ProcessA.exe", "--format", "json"))["groups"][0]["signature"]

    def ingest(self, wanted, path):
        status, _, err = self.program.run("ingest", "--quiet", path)
        if status != wanted:
            raise RuntimeError("ingest of %s exits %d: %s" % (path, status, err.decode("utf-8", "replace")))

    def top(self, page):
        """Without blanks, as it comes to stand in commands."""
        return os.path.join(self.folder, "pages", page.replace(" ", "_"))

    def place(self, name):
        """A folder of its own for one page: (folder to work in, environment)."""
        top = self.top(name)
        work, state = os.path.join(top, "work"), os.path.join(top, "state", "pipeline")
        shutil.copytree(self.here, work)
        for index in (os.path.join(state, "index"), os.path.join(top, "var", "index")):
            shutil.copytree(self.index, index)
        environment = {"PATH": os.path.dirname(self.program.path) + os.pathsep + os.environ["PATH"], "LC_ALL": "C.UTF-8",
                       "HOME": top, "XDG_STATE_HOME": os.path.join(top, "state"), "XDG_CONFIG_HOME": os.path.join(top, "config"),
                       "TMPDIR": top}
        return work, environment

    def meant(self, command, page):
        """The command with the names of the manual replaced by those that there are."""
        top = self.top(page)
        named = [("/srv/cases", self.archive), ("/var/lib/pipeline", os.path.join(top, "var")),
                 ("9f3c41aa02b7d6e5", self.signature), ("explain 9f3c", "explain " + self.signature[:8]),
                 ("9f3c", self.incidents[0][:8]), ("41aa", self.incidents[1][:8])]
        for name, real in named:
            command = command.replace(name, real)
        return command
