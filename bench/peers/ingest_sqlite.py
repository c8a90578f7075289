#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a capable script makes of the same logs: Python's re and SQLite.

    ingest_sqlite.py DB FOLDER...   reads every *.log and *.log.zst of the folders into a new DB

It takes the processes, zombies, threads, (A)LPC edges and mutants, and makes the chains, with an index for looking
up chains by image: what three questions of bench/peers.sh need.  It does not keep stacks, evidence, ports, memory
or findings, reads no other archives, no UTF-16, no damaged logs, and believes whatever it finds: it has less to do.

What makes it fast: whole logs as bytes, cut by bytes.split() into blocks so that no pattern is ever searched for,
one compiled pattern matched a block, no thread pattern where no thread is; a process per core that reads while
this one writes; one transaction without journal or sync, executemany of integers, indexes last, one fsync.
"""
import collections
import concurrent.futures
import os
import re
import sqlite3
import subprocess
import sys

PROCESS = re.compile(
    rb"([0-9a-f]{8,16})\s+SessionId: (\S+) +Cid: ([0-9a-f]+) +Peb: \S+ +ParentCid: ([0-9a-f]+)[^\n]*\n"
    rb" +DirBase: \S+ +ObjectTable: ([0-9a-f]+)(?: +HandleCount: +(\d+))?[^\n]*\n +Image: ([^\n]*)")
THREAD = re.compile(
    rb"([0-9a-f]{8,16})  Cid ([0-9a-f]+)\.([0-9a-f]+) [^\n]*?Win32Thread: [0-9a-f]+ (?:WAIT: \((\w+)\)|(\w+))[^\n]*\n"
    rb"((?:(?! +(?:Owning Process|Not imp))[^\n]*\n)*)"
    rb"(?:[^\n]*\n){0,3}? +Owning Process +([0-9a-f]+)[^\n]*\n(?:[^\n]*\n)?"
    rb" +Wait Start TickCount +\d+ +Ticks: (\d+)")
REPLY = re.compile(rb"Waiting for reply to (?:ALPC Message ([0-9a-f]+) : queued at port [0-9a-f]+ : owned by process "
                   rb"([0-9a-f]+)|LPC MessageId ([0-9a-f]+))")
MUTANT = re.compile(rb" ([0-9a-f]{8,16})  Mutant - owning thread ([0-9a-f]+)")
MESSAGE = re.compile(rb"([0-9a-f]{8,16})\s*\n")
SERVER = re.compile(rb" ServerThread +: ([0-9a-f]+)")
OWNER = re.compile(rb" QueuePortOwnerProcess +: ([0-9a-f]+)")
LPC = re.compile(rb"Server thread ([0-9a-f]+) is working on message ([0-9a-f]+)")
MACHINE = re.compile(rb"^Machine Name:[ \t]*(\S*)", re.M)
SESSION = re.compile(rb"^Debug session time: ([^\n]*)", re.M)
SYSTEM = re.compile(rb"^(Windows [^\n]*Version[^\n]*)", re.M)

TABLES = """
create table incident(id integer primary key, bundle, machine, system, session, zombies);
create table image(id integer primary key, name);
create table process(incident, address, pid, parent, session, handles, image, zombie);
create table storm(incident, image, zombies);
create table thread(incident, address, process, pid, tid, state, ticks);
create table edge(incident, kind, thread, object, owner_process, owner_thread);
create table chain(id integer primary key, incident, signature, label, ticks);
create table passes(image, chain);
"""
INDEXES = """
create index passes_image on passes(image);
create index chain_signature on chain(signature, incident);
create index image_name on image(name);
create index incident_zombies on incident(zombies);
create index storm_incident on storm(incident);
"""
MINIMAL = ("Registry", "MemCompression", "Secure System", "Idle")


def number(text):
    """SQLite's integers have a sign."""
    value = int(text, 16)
    return value - (1 << 64) if value >> 63 else value


def read(path):
    if path.endswith(".zst"):
        return subprocess.run(["zstd", "-dcq", path], stdout=subprocess.PIPE, check=True).stdout
    with open(path, "rb") as log:
        return log.read()


def first(pattern, text):
    found = pattern.search(text)
    return found[1].decode("utf-8", "replace") if found else ""


def messages(text):
    """Message -> (owner process, server thread or 0), of !alpc /m and !lpc message."""
    served = {}
    for block in text.split(b"\nMessage ")[1:]:
        name = MESSAGE.match(block)
        if name:
            head = block[:2000]
            server, owner = SERVER.search(head), OWNER.search(head)
            served[number(name[1])] = (number(owner[1]) if owner else 0, number(server[1]) if server else 0)
    for found in LPC.finditer(text):
        served[int(found[2], 16)] = (0, number(found[1]))
    return served


def threads_of(block, address, threads, edges):
    for part in block.split(b"    THREAD ")[1:]:
        found = THREAD.match(part)
        if not found:
            continue
        thread = number(found[1])
        threads[thread] = (address, int(found[2], 16), int(found[3], 16), (found[4] or found[5]).decode(), int(found[8]))
        waits = found[6]
        if b"Waiting for reply" in waits:
            reply = REPLY.search(waits)
            if reply[1]:
                edges.append(("alpc", thread, number(reply[1]), number(reply[2])))
            else:
                edges.append(("lpc", thread, int(reply[3], 16), 0))
        elif b"owning thread" in waits:
            mutant = MUTANT.search(waits)
            edges.append(("mutant", thread, number(mutant[1]), number(mutant[2])))


def chains_of(edges, threads, images):
    """Walks from the threads that nobody waits for."""
    goes = {edge[1]: edge for edge in edges}
    waited = {edge[4] for edge in edges if edge[4]}
    for start in goes:
        if start in waited:
            continue
        words, passed, seen, thread = [], [], set(), start
        while True:
            seen.add(thread)
            passed.append(images.get(threads[thread][0], "?") if thread in threads else "?")
            words.append(passed[-1].lower())
            edge = goes.get(thread)
            if not edge:
                words.append("[%s]" % (threads[thread][3] if thread in threads else "not in log"))
                break
            words.append(edge[0])
            if not edge[4]:
                passed.append(images.get(edge[3], "?"))
                words += [passed[-1].lower(), "[no server]"]
                break
            thread = edge[4]
            if thread in seen:
                words.append("[cycle]")
                break
        yield " ".join(words), set(name.lower()[:15] for name in passed), threads[start][4] if start in threads else 0


def parse(path):
    """All facts of one log, as rows without the number of the incident."""
    text = read(path)
    served, processes, threads, edges, images = messages(text), {}, {}, [], {}
    for block in text.split(b"\nPROCESS ")[1:]:
        head = PROCESS.match(block)
        if not head:
            continue
        address = number(head[1])
        if b"    THREAD " in block:
            threads_of(block, address, threads, edges)
        handles = int(head[6]) if head[6] else -1
        session = int(head[2]) if head[2].isdigit() else -1
        image = images[address] = head[7].decode("utf-8", "replace")
        zombie = not handles and not int(head[5], 16) and image not in MINIMAL
        processes[address] = (int(head[3], 16), int(head[4], 16), session, handles, image, zombie)
    whole = []
    for kind, thread, target, owner in edges:
        if kind == "mutant":
            whole.append((kind, thread, target, 0, owner))
        else:
            found = served.get(target, (0, 0))
            whole.append((kind, thread, target, owner or found[0], found[1]))
    banner = text[:4000]
    owners = {row[0] for row in threads.values()}      # a second listing may leave the threads out
    rows = [(address,) + row[:5] + (int(row[5] and address not in owners),) for address, row in processes.items()]
    return ((os.path.basename(path), first(MACHINE, banner), first(SYSTEM, banner), first(SESSION, banner),
             sum(row[6] for row in rows)), rows,
            [(address,) + row for address, row in threads.items()], whole,
            list(chains_of(whole, threads, images)))


class Numbers(dict):
    """Numbers for names, as they come."""

    def __missing__(self, name):
        self[name] = len(self) + 1
        return self[name]


def write(db, names, found, incident, chains):
    facts, processes, threads, edges, walked = found
    db.execute("insert into incident values(?,?,?,?,?,?)", (incident,) + facts)
    db.executemany("insert into process values(?,?,?,?,?,?,?,?)",
                   [(incident, a, pid, parent, session, handles, names[image], zombie)
                    for a, pid, parent, session, handles, image, zombie in processes])
    storm = collections.Counter(names[row[5]] for row in processes if row[6])
    db.executemany("insert into storm values(?,?,?)", [(incident, image, count) for image, count in storm.items()])
    db.executemany("insert into thread values(?,?,?,?,?,?,?)", [(incident,) + row for row in threads])
    db.executemany("insert into edge values(?,?,?,?,?,?)", [(incident,) + row for row in edges])
    for label, passed, ticks in walked:
        chains += 1
        db.execute("insert into chain values(?,?,?,?,?)", (chains, incident, hash_of(label), label, ticks))
        db.executemany("insert into passes values(?,?)", [(name, chains) for name in passed])
    return chains


def hash_of(label):
    """The same from run to run, unlike hash()."""
    value = 0xcbf29ce484222325
    for byte in label.encode():
        value = (value ^ byte) * 0x100000001b3 & 0xffffffffffffffff
    return value - (1 << 64) if value >> 63 else value


def main(argv):
    if len(argv) < 2:
        sys.exit(__doc__)
    path, *folders = argv
    logs = sorted(entry.path for folder in folders for entry in os.scandir(folder)
                  if entry.name.endswith((".log", ".log.zst")))
    db = sqlite3.connect(path, isolation_level=None)
    db.executescript("pragma journal_mode=off; pragma synchronous=off; pragma locking_mode=exclusive;"
                     "pragma cache_size=-200000; pragma page_size=16384;" + TABLES + "begin;")
    names, chains = Numbers(), 0
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as readers:
        waiting, logs = collections.deque(), iter(logs)
        for incident in range(1, sys.maxsize):
            while len(waiting) < 2 * os.cpu_count():       # no more in memory than that
                log = next(logs, None)
                if log is None:
                    break
                waiting.append(readers.submit(parse, log))
            if not waiting:
                break
            chains = write(db, names, waiting.popleft().result(), incident, chains)
    db.executemany("insert into image values(?,?)", [(value, name) for name, value in names.items()])
    for statement in INDEXES.split(";") + ["commit"]:       # executescript() would commit before
        db.execute(statement)
    db.close()
    out = os.open(path, os.O_RDWR)
    os.fsync(out)
    os.close(out)


if __name__ == "__main__":
    main(sys.argv[1:])
