# SPDX-License-Identifier: Apache-2.0
"""Compares a generated log with its truth file.

A small reader of its own, written from the layout and not from the generator's
data: it collects what the text says by regular expressions and counts, and
reports every difference.  Slow and simple on purpose.
"""
import collections
import re

PROCESS = re.compile(r"^PROCESS ([0-9a-f]+)\b")
CID = re.compile(r"SessionId: (\w+) Cid: ([0-9a-f]+) Peb: [0-9a-f]+ ParentCid: ([0-9a-f]+)")
TABLE = re.compile(r"ObjectTable: ([0-9a-f]+) HandleCount: (.+?)\.?$")
IMAGE = re.compile(r"^Image: (.*)")
THREAD = re.compile(r"^THREAD ([0-9a-f]+) Cid ([0-9a-f]+)\.([0-9a-f]+) Teb: \w+ Win32Thread: \w+ "
                    r"([A-Z]+)(?:: \((\w+)\))?")
OWNING = re.compile(r"Owning Process ([0-9a-f]+) Image: (.*)")
WAIT = re.compile(r"Wait Start TickCount (\d+) Ticks: (\d+)(?: \((\d+):(\d+):(\d+):(\d+)\.(\d+)\))?$")
ALPC = re.compile(r"ALPC Message (\w+) : queued at port (\w+) : owned by process (\w+)")
LPC = re.compile(r"Waiting for reply to LPC MessageId ([0-9a-f]{8}):")
OBJECT = re.compile(r"^([0-9a-f]{8,16}) ([A-Z]\w+)(?: - owning thread ([0-9a-f]+))?")
WAITER = re.compile(r"(?:WaitingThread : |Client thread )(\w+)")
SERVER = re.compile(r"(?:ServerThread : |Server thread )(\w+)")
ROW = re.compile(r"^([0-9a-f]{4,}) (.+) (\d+) \( \d+ Kb\)$")
PROMPT = re.compile(r"^(?:[0-9a-f]+:[0-9a-f]{3,}>)*(?:[0-9a-f.]+: |!)?l?kd(?::x86)?> (.*)", re.I)
RESOURCE = re.compile(r"^Resource @ (?:\S+ \()?0x([0-9a-f]+)\)? (Exclusively|Shared)")
ENTRY = re.compile(r"([0-9a-f]{8,16})-\d\d(<\*>)?(?: \*\*\* Actual Thread ([0-9a-f]+))?")
STACKS_PROCESS = re.compile(r"^\[([0-9a-f]{8,16}) (.*)\]$")
STACKS = re.compile(r"^([0-9a-f]+)\.([0-9a-f]{6}) ([0-9a-f]{8,16}) ([0-9a-f]{7,}) (\w+)")
MESSAGE = re.compile(r"^Message (?:@ )?[0-9a-f]+$")
FIELD = re.compile(r"^(QueueType|QueuePort|ServerThread) : (\w+)")
PORT = re.compile(r"^Port (?:@ )?([0-9a-f]+)$")
QUEUE = re.compile(r"^(?:Main|Large message) queue has \d+ message")
MINIMAL = ("Registry", "MemCompression", "Secure System")
BANNER = "Microsoft (R) Windows Debugger Version"


def plain(text):
    """The text without what line ends, web pages and consoles do to it: single blanks, no indentation."""
    text = re.sub("[^\n]*\r", "", text.replace("\r\n", "\n")).replace("\u00d7", "x").replace("\u00a0", " ")
    text = re.sub("\n[ \t]+", "\n", re.sub("[ \t]+", " ", text))
    return re.sub(r"(WAIT:|queued at port)\n", r"\1 ", text)


class Log:
    """What the text says."""

    def __init__(self, text):
        self.procs, self.threads, self.waits, self.served, self.rows = {}, {}, {}, {}, set()
        self.sums, self.frames, self.counts = set(), {}, {}
        self.locks, self.waiting = {}, set()
        self.stacks, self.stacks_processes = {}, {}
        self.busy, self.blocked = set(), set()
        self.message, self.port = {}, None
        self.proc = self.thread = self.waiter = self.resource = None
        self.short = False
        for line in plain(text).split("\n"):
            self._line(line)
        self._queues("Message 0")

    def _in_stacks(self, line):
        if found := STACKS_PROCESS.match(line):
            self.stacks_processes[found[1]] = found[2]
            self.home = found.groups()
        elif found := STACKS.match(line):
            state = found[5] if found[5] in ("RUNNING", "READY") else "WAIT"
            self.stacks[found[3]] = {"pid": int(found[1], 16), "tid": int(found[2], 16), "state": state, "reason": None,
                                     "ticks": int(found[4], 16), "seconds": None, "process": self.home[0],
                                     "image": self.home[1], "objects": []}

    def _line(self, line):
        self._in_stacks(line)
        self._queues(line)
        if found := PROCESS.match(line):
            self.proc = self.procs.setdefault(found[1], {"threads": set()})
            self.thread = None
        prompt = PROMPT.match(line)
        if prompt or line.startswith("Message "):
            self.waiter = self.thread = self.resource = None
            if not prompt or "!process" not in line:
                self.proc = None
            if prompt:
                self.short = prompt[1].startswith("!alpc")
                return
        if found := RESOURCE.match(line):
            self.resource = self.locks.setdefault(found[1], {"owners": set(), "waiters": set()})
            self.thread, self.exclusive = None, False
        elif self.resource is not None and not line.startswith("THREAD") and not self.thread:
            self._in_resource(line)
        if found := THREAD.match(line):
            self._thread(found)
        elif self.thread:
            self._in_thread(line)
        elif self.proc is not None:
            self._in_process(line)
        elif found := ROW.match(line):
            (self.busy if int(found[3]) else self.rows).add((int(found[1], 16), found[2].strip()))
        self._message(line)
        if self.proc is not None and (found := CID.search(line)):
            self.proc.update(session=None if found[1] == "none" else int(found[1]), pid=int(found[2], 16),
                             ppid=int(found[3], 16))

    def _in_resource(self, line):
        if line.startswith("Threads Waiting On Exclusive"):
            self.exclusive = True
        elif self.exclusive:
            if re.fullmatch("(?:[0-9a-f]{8,16} ?)+", line):
                self.resource["waiters"].update(line.split())
        else:
            for found in ENTRY.finditer(line):
                self.resource["owners" if found[2] else "waiters"].add(found[3] or found[1])

    def _in_process(self, line):
        if found := TABLE.search(line):
            self.proc.update(table=int(found[1], 16), handles=found[2].strip())
        elif found := IMAGE.match(line):
            self.proc["image"] = found[1]
        elif line.startswith("No active threads"):
            self.proc["listed"] = True
        elif line in ("[...]", "<snip>") and self.proc["threads"]:
            self.proc["cut"] = True

    def _queues(self, line):
        """Ports with messages that nobody took."""
        if MESSAGE.match(line) or PROMPT.match(line):
            said = self.message
            if said.get("QueueType", "").endswith(("MAIN", "LARGE")) and int(said.get("ServerThread", "0"), 16) == 0:
                self.blocked.add(said["QueuePort"])
            self.message, self.port = {}, None
        elif found := FIELD.match(line):
            self.message[found[1]] = found[2]
        elif found := PORT.match(line):
            self.port = found[1]
        elif QUEUE.match(line) and self.port:
            self.blocked.add(self.port)

    def _thread(self, found):
        self.thread = self.threads.setdefault(found[1], {"addr": found[1], "frames": ""})
        if self.short:                  # among the threads of a port: poorer than what is known
            self.thread = None
            return
        self.thread.update(pid=int(found[2], 16), tid=int(found[3], 16), state=found[4], reason=found[5], objects=[])
        if self.proc is not None:
            self.proc["threads"].add(found[1])
            self.proc["listed"] = True

    def _in_thread(self, line):
        thread = self.thread
        if found := OWNING.search(line):
            thread.update(process=found[1], image=found[2])
        elif found := WAIT.search(line):
            thread["ticks"] = int(found[2])
            clock = [int(part or 0) for part in found.groups()[2:]]
            seconds = ((clock[0] * 24 + clock[1]) * 60 + clock[2]) * 60 + clock[3]
            thread["seconds"] = (seconds * 1000 + clock[4]) / 1000
            self.sums.add(int(found[1]) + int(found[2]))
        elif found := ALPC.search(line):
            self.waits[thread["addr"]] = found.groups()
        elif found := LPC.search(line):
            self.waits[thread["addr"]] = (found[1],)
        elif line in ("[...]", "<snip>") and self.proc is not None:
            self.proc["cut"] = True
        elif found := OBJECT.match(line):
            thread["objects"].append(found.groups())
        elif "!" in line:
            thread["frames"] += line + "\n"

    def _message(self, line):
        if (found := SERVER.match(line)) and int(found[1], 16):
            self.server = found[1]
            if self.waiter:                     # !alpc /m: the waiter comes first
                self.served[self.waiter] = found[1]
        elif line.startswith("Searching message"):
            self.server = self.waiter = None
        elif found := WAITER.search(line):
            self.waiter = found[1]
            if line.startswith("Client thread") and self.server:
                self.served[self.waiter] = self.server


def differences(data, truth):
    """Yields what is wrong."""
    codec = {"utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}.get(truth["encoding"], truth["encoding"])
    members = [data] if isinstance(data, bytes) else data
    if sum(map(len, members)) != truth["raw_bytes"]:
        yield "%d bytes, %d in truth" % (sum(map(len, members)), truth["raw_bytes"])
    text = "\n".join(member.decode(codec, "ignore").lstrip("\ufeff") for member in members)
    if truth.get("cut"):
        text = _before_cut(text, truth["cut_in"])
    dumps = text.split(BANNER)[1:]
    if len(truth["incidents"]) == 1:
        dumps = [text]
    if len(dumps) != len(truth["incidents"]):
        yield "%d dumps, %d in truth" % (len(dumps), len(truth["incidents"]))
    for dump, inc in zip(dumps, truth["incidents"]):
        yield from _incident(Log(dump), inc, truth.get("cut_in") if dump is dumps[-1] else None)


def _before_cut(text, where):
    """The text without its last command, but for a message that was said to the end."""
    lines = text.split("\n")[:-1]
    if where not in ("message but for its end", "list of threads"):
        while not PROMPT.match(plain(lines[-1].rstrip("\r"))):
            lines.pop()
        lines.pop()
    return "\n".join(lines)


def _incident(log, inc, cut_in):
    if cut_in == "list of threads" and log.proc:
        log.proc["cut"] = True
    yield from _processes(log, inc)
    yield from _threads(log, inc)
    yield from _edges(log, inc)
    yield from _chains(inc)
    yield from _findings(log, inc)


def _zombie(proc):
    return proc["table"] == 0 and proc["handles"] == "0" and not proc["threads"]


def _processes(log, inc):
    seen = {p["addr"]: p for p in inc["processes"]}
    if set(seen) != set(log.procs):
        yield "processes differ: %d in log, %d in truth" % (len(log.procs), len(seen))
        return
    for addr, p in seen.items():
        q = log.procs[addr]
        handles = None if q["handles"].startswith("<") else int(q["handles"])
        said = (q["pid"], q["ppid"], q["session"], q["image"], handles, _zombie(q))
        planted = tuple(p[k] for k in ("pid", "ppid", "session", "image", "handle_count", "zombie"))
        if said != planted:
            yield "process %s: %r against %r" % (addr, said, planted)
    blocks = sum(p["zombie"] for p in inc["processes"])
    known = {(p["pid"], p["image"][:15]) for p in log.procs.values()}
    rows = [row for row in log.rows if row[1] not in MINIMAL and row not in known]
    zombies = inc["zombies"]
    if (blocks, len(rows)) != (zombies["from_process_blocks"], zombies["from_vm_only"]):
        yield "zombies: %d blocks and %d rows, truth %r" % (blocks, len(rows), zombies)
    if sum(zombies["by_image"].values()) != zombies["count"]:
        yield "zombies by image do not add up"


def _threads(log, inc):
    seen = {t["addr"]: t for t in inc["threads"]}
    threads = {**log.stacks, **log.threads}
    if set(seen) != set(threads):
        yield "threads differ: %d in log, %d in truth" % (len(threads), len(seen))
        return
    if log.stacks_processes != {p["addr"]: p["image"] for p in inc["stacks_processes"]}:
        yield "processes of !stacks differ"
    full = [t for t in threads.values() if "ticks" in t]
    if len(full) != len(seen):
        yield "threads without ticks"
        return
    for addr, t in seen.items():
        q = threads[addr]
        said = tuple(q[k] for k in ("pid", "tid", "state", "reason", "ticks", "seconds", "process", "image"))
        said += ([kind for _, kind, _ in q["objects"]],)
        planted = tuple(t[k] for k in ("pid", "tid", "state", "wait_reason", "wait_ticks", "wait_seconds",
                                       "process_addr", "image", "wait_objects"))
        if said != planted:
            yield "thread %s: %r against %r" % (addr, said, planted)
    if log.sums != {inc["metadata"]["dump_tick_count"]}:
        yield "tick sums %r" % sorted(log.sums)


def _edges(log, inc):
    waits = {e["waiting_thread"]: (e["message"],) if e["kind"] == "lpc" else
             (e["message"], e["port"], e["owner_process"]) for e in inc["alpc_edges"]}
    if waits != log.waits:
        yield "messages differ: %r" % (set(waits.items()) ^ set(log.waits.items()))
    served = {e["waiting_thread"]: e["server_thread"] for e in inc["alpc_edges"] if e["server_thread"]}
    if served != log.served:
        yield "servers differ: %r" % (set(served.items()) ^ set(log.served.items()))
    others = {(e["kind"], e["waiting_thread"], e["object"], e.get("owner_thread") or e["owner_process"])
              for e in inc["other_edges"]}
    if others != _other_waits(log):
        yield "other edges differ: %r" % (others ^ _other_waits(log))


def _other_waits(log):
    """(kind, waiting thread, object, its owner) of resources, mutants, threads and processes."""
    found = {("resource", waiter, address, owner) for address, lock in log.locks.items()
             for waiter in lock["waiters"] for owner in lock["owners"]}
    for thread in log.threads.values():
        for address, kind, owner in thread["objects"]:
            if owner:
                found.add(("mutant", thread["addr"], address, owner))
            elif kind == "Thread":
                found.add(("thread", thread["addr"], address, address))
            elif kind == "ProcessObject" and len(thread["objects"]) == 1:
                found.add(("process", thread["addr"], address, address))
    return found


def _chains(inc):
    edges = {}
    for edge in inc["alpc_edges"] + inc["other_edges"]:
        owner = edge.get("server_thread") if "message" in edge else edge.get("owner_thread")
        edges.setdefault(edge["waiting_thread"], set()).add(owner)
    used = set()
    for chain in inc["chains"] + inc["other_chains"]:
        hops = chain["hops"]
        for hop, after in zip(hops, hops[1:]):
            if after["thread"] not in edges.get(hop["thread"], ()):
                yield "chain leaves its edges at %s" % hop["thread"]
        if chain["cycle_start"] is not None and hops[chain["cycle_start"]]["thread"] not in edges[hops[-1]["thread"]]:
            yield "a ring is open"
        used.update(hop["thread"] for hop in hops if hop["via"])
    if used != set(edges):
        yield "edges in no chain: %r" % (set(edges) - used)


def _findings(log, inc):
    yield from _boxes(log, inc)
    yield from _missing(log, inc)
    yield from _queues(log, inc)
    exits = {addr for addr, proc in log.procs.items() if proc["table"] == 0 and proc["threads"]}
    if exits != {item["process"] for item in inc["terminating"]}:
        yield "terminating: %r" % exits
    live = collections.Counter(image for _, image in _live(log))
    dead = collections.Counter(image for _, image in _dead(log))
    loops = {image: n for image, n in dead.items() if live[image] == 1}
    for image in set(loops) ^ set(inc["restart_loops"]):
        if image not in inc["restart_loops"] and image in {_folded(name) for name in inc["special_processes"]}:
            continue
        yield "restart loop: %s" % image
    for image in set(loops) & set(inc["restart_loops"]):
        if loops[image] != inc["restart_loops"][image]:
            yield "restart loop: %s %d" % (image, loops[image])


def _folded(image):
    return image.encode()[:15].decode("utf-8", "ignore").lower()


def _live(log):
    """(pid, image) of what lives, by its block or its row."""
    blocks = {(p["pid"], _folded(p["image"])): p["table"] for p in log.procs.values()}
    return {key for key, table in blocks.items() if table} | {
        (pid, _folded(image)) for pid, image in log.busy if blocks.get((pid, _folded(image)), 1)}


def _dead(log):
    dead = [(p["pid"], _folded(p["image"])) for p in log.procs.values() if _zombie(p)]
    known = {(p["pid"], _folded(p["image"])) for p in log.procs.values()}
    return dead + [(pid, _folded(image)) for pid, image in log.rows
                   if image not in MINIMAL and (pid, _folded(image)) not in known]


def _boxes(log, inc):
    kinds, vista = {}, inc["metadata"]["build"] >= 6000
    services = {proc["pid"] for proc in log.procs.values() if proc["image"] == "services.exe"}
    for addr, thread in log.threads.items():
        proc = log.procs.get(thread["process"], {})
        if thread["reason"] != "WrUserRequest":
            continue
        if "!MessageBox" in thread["frames"]:
            kinds[addr] = "message_box"
        elif "!DialogBox" in thread["frames"] or "comdlg32!" in thread["frames"]:
            kinds[addr] = "dialog"
        elif "SleepThread" in thread["frames"] and thread["image"] != "explorer.exe":
            if proc.get("session", 0) == 0 if vista else proc.get("ppid") in services:
                kinds[addr] = "ui_message_wait"
    planted = {b["thread"]: b["kind"] for b in inc["message_box_threads"]}
    for addr in set(kinds.items()) ^ set(planted.items()):
        yield "message box: %r" % (addr,)


def _missing(log, inc):
    """By siblings alone; a list that was cut short says nothing."""
    cut, counts = {addr for addr, proc in log.procs.items() if proc.get("cut")}, {}
    unlisted = {proc["addr"] for proc in inc["processes"] if not proc["threads_listed"]}
    if not cut <= unlisted:
        yield "cut lists: %r" % (cut - unlisted)
    for addr, proc in log.procs.items():
        if proc["handles"].isdigit() and proc["handles"] != "0" and "listed" in proc:
            counts.setdefault(_folded(proc["image"]), []).append((len(proc["threads"]), addr))
    found = set()
    for group in counts.values():
        for count, addr in group if len(group) > 4 else ():
            others = sorted(c for c, a in group if a != addr)
            centre = others[len(others) // 2]
            if centre >= 6 and (count <= 2 or count * 4 <= centre) and addr not in cut:
                found.add(addr)
    planted = {s["process"] for s in inc["missing_thread_suspects"]}
    if found != planted:
        yield "missing threads: %r, planted %r" % (found, planted)


def _queues(log, inc):
    planted = {item["port"] for item in inc["blocked_queues"]}
    if log.blocked != planted:
        yield "blocked queues: %r, planted %r" % (log.blocked, planted)
