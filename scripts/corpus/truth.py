# SPDX-License-Identifier: Apache-2.0
"""Writes NNNN.truth.json: what a reader of the log must find.

The keys are those of the worked examples, one record a line so that the file
can be read and compared by eye.  Threads are streamed: a corpus for benches
has hundreds of thousands of them.
"""
import collections
import itertools
import json
import statistics

from . import graph, names, vm
from .model import Process

SPECIAL = frozenset(vm.short(name.lower()) for name in names.SPECIAL_OLD + names.SPECIAL_NEW + names.SPECIAL_MORE)
SOURCES = {"server": "alpc_m", "zero": "absent_in_alpc_m", "missing": "absent_in_alpc_m", "never": "no_alpc_m"}
LPC_SOURCES = {"server": "lpc_message", "zero": "absent_in_lpc_message", "missing": "absent_in_lpc_message"}
WAITING = ("ALPC_MSGQUEUE_MAIN", "ALPC_MSGQUEUE_LARGE")
dumps = json.dumps


class Truth:
    def __init__(self, world, listing):
        self.world, self.listing = world, listing
        self.graph = graph.Graph(world)
        self.hex = self.graph.hex

    # -- parts ----------------------------------------------------------------------------

    def processes(self):
        full = self.listing.layout_name == "full"
        items = list(self.listing.named) + (self.world.zombies if full else [])
        pattern = '{"addr":"%s","pid":%d,"ppid":%d,"image":%s,"session":%s,"handle_count":%s,"zombie":%s,"threads_listed":%s}'
        null = lambda value: "null" if value is None else "%d" % value
        for item in sorted(items, key=lambda it: it.addr):
            zombie = not hasattr(item, "kind")
            yield pattern % (self.hex(item.addr), item.pid, item.ppid, dumps(item.image), null(item.session),
                             "0" if zombie else null(item.handles), "true" if zombie else "false",
                             "true" if zombie or item in self.listing.listed and item.shown is None else "false")

    def _printed_threads(self):
        listing = self.listing
        owners = listing.listed | {t.proc for t in listing.shown}
        for proc in sorted(owners, key=lambda p: p.addr):
            everything = proc in listing.listed
            left = proc.shown
            for thread in self.world.threads_of(proc):
                if thread.printed and (everything and left != 0 or thread in listing.shown):
                    yield thread
                left = left and left - 1

    def threads(self):
        pattern = ('{"addr":"%s","pid":%d,"tid":%d,"state":"%s","wait_reason":%s,"wait_ticks":%d,"wait_seconds":%d.%03d,'
                   '"process_addr":"%s","image":%s,"wait_objects":%s}')
        tick, texts, width = self.world.banner.tick, {}, "%%0%dx" % self.world.variant.pointer_digits
        for thread in self._printed_threads():
            key = tuple([text for _, text in thread.objs])
            if key not in texts:
                texts[key] = dumps([graph.type_word(text) for text in key])
            ms = thread.ticks * tick // 10000
            yield pattern % (width % thread.addr, thread.proc.pid, thread.tid, thread.state,
                             '"%s"' % thread.reason if thread.reason else "null", thread.ticks, ms // 1000, ms % 1000,
                             width % thread.proc.addr, dumps(thread.proc.image), texts[key])

    def stacks_threads(self):
        """Those that only !stacks lists: it tells neither the reason of a wait nor its time."""
        listed = {addr: item for addr, item in self.world.in_stacks.items() if not isinstance(item, Process)}
        printed = {thread.addr for thread in self._printed_threads()} if listed else ()
        for addr, thread in sorted(listed.items()):
            if addr not in printed:
                yield dumps({"addr": self.hex(addr), "pid": thread.proc.pid, "tid": thread.tid,
                             "state": thread.state if thread.state in ("RUNNING", "READY") else "WAIT",
                             "wait_reason": None, "wait_ticks": thread.ticks, "wait_seconds": None,
                             "process_addr": self.hex(thread.proc.addr), "image": thread.proc.image,
                             "wait_objects": []})

    def stacks_processes(self):
        for addr, item in sorted(self.world.in_stacks.items()):
            if isinstance(item, Process):
                yield {"addr": self.hex(addr), "image": item.image}

    def edges(self):
        for m in sorted(self.world.messages, key=lambda m: m.waiter.addr):
            dumped = m.shown != "never"
            yield {"kind": "lpc" if m.lpc else "alpc", "waiting_thread": self.hex(m.waiter.addr),
                   "message": "%08x" % m.id if m.lpc else self.hex(m.addr),
                   "port": self.hex(m.client_port if m.lpc else m.port), "owner_process": self.hex(m.owner.addr),
                   "server_thread": self.hex(m.server.addr) if m.shown == "server" else None,
                   "server_thread_source": (LPC_SOURCES if m.lpc else SOURCES)[m.shown],
                   "queue_type": m.queue if dumped and not m.lpc else None,
                   "message_id": m.id if dumped and not m.lpc else None, "owner_image": m.owner.image}

    def other_edges(self):
        for proc in self.world.procs:
            for thread in proc.planted:
                if thread.link:
                    kind, target = thread.link
                    wanted = target if kind == "resource" else None
                    for owner in wanted.owners if wanted else [target]:
                        yield {"kind": kind, "waiting_thread": self.hex(thread.addr),
                               "object": self.hex(wanted.addr if wanted else thread.objs[0][0]),
                               "owner_process" if kind == "process" else "owner_thread": self.hex(owner.addr)}

    def chains(self):
        """(chains with a message, chains without)."""
        with_message, others = [], []
        for head in self.graph.heads():
            for chain in self.graph.chains(head):
                vias = {hop["via"] for hop in chain["hops"]}
                (with_message if vias & {"alpc", "lpc"} else others).append(chain)
        return with_message, others

    def zombies(self):
        full = self.listing.layout_name == "full"
        images = collections.Counter(z.image if full else vm.short(z.image) for z in self.world.zombies)
        parents = collections.Counter(z.ppid for z in self.world.zombies) if full else {}
        count = len(self.world.zombies)
        return {"count": count, "from_process_blocks": count if full else 0, "from_vm_only": 0 if full else count,
                "by_image": dict(sorted(images.items())),
                "by_parent_pid": {str(k): v for k, v in sorted(parents.items())}}

    def special(self):
        live = [p.image for p in self.world.procs if p in self.listing.named or self.listing.vm_rows]
        found = collections.Counter(live + [z.image for z in self.world.zombies])
        return {image: n for image, n in sorted(found.items()) if vm.short(image.lower()) in SPECIAL}

    def boxes(self):
        return [{"thread": self.hex(t.addr), "pid": t.proc.pid, "tid": t.tid, "image": t.proc.image, "kind": kind,
                 "confidence": confidence} for t, kind, confidence in self.world.boxes]

    def suspects(self):
        result = []
        for proc, _ in self.world.suspects:
            counts = [sum(1 for t in self.world.threads_of(p) if t.printed) for p in self.world.procs
                      if p.image == proc.image and p is not proc and p.shown is None]
            result.append({"process": self.hex(proc.addr), "pid": proc.pid, "image": proc.image,
                           "threads_present": proc.total, "expected": statistics.median(counts),
                           "sample": len(counts), "evident": True})
        return result

    def lone(self):
        """Missing threads that only an index with other dumps of the system tells."""
        return [{"process": self.hex(proc.addr), "pid": proc.pid, "image": proc.image, "threads_present": proc.total}
                for proc in self.world.lone]

    def blocked(self):
        """Messages that nobody picked up: printed so, or listed in a queue that was."""
        return [{"port": self.hex(m.port), "owner_process": self.hex(m.owner.addr), "image": m.owner.image,
                 "message": self.hex(m.addr), "evident": m.port not in self.listing.idle_ports} for m in self.world.messages
                if not m.lpc and m.queue in WAITING and (m.shown in ("zero", "missing") or m.port in self.listing.queues)]

    def loops(self):
        """Images of which one process lives, by how many are dead; those of special processes apart."""
        fold = lambda item: vm.short(item.image.lower())
        live = collections.Counter(fold(p) for p in self.world.procs if p.kind != "terminating"
                                   and (p in self.listing.named or self.listing.vm_rows))
        dead = collections.Counter(map(fold, self.world.zombies))
        return {image: n for image, n in sorted(dead.items()) if live[image] == 1 and image not in SPECIAL}

    def terminating(self):
        return [{"process": self.hex(p.addr), "pid": p.pid, "image": p.image, "threads": p.total}
                for p in self.world.procs if p.kind == "terminating" and p in self.listing.listed]

    # -- the file -------------------------------------------------------------------------

    def write(self, out):
        """Writes the incident; returns its totals for the manifest."""
        chains, others = self.chains()
        totals = {"processes": 0, "threads": 0, "zombies": len(self.world.zombies), "chains": len(chains)}
        out.write('{\n"metadata":' + dumps(self.world.banner.metadata()))
        threads = itertools.chain(self.threads(), self.stacks_threads())
        for name, records in (("processes", self.processes()), ("threads", threads)):
            totals[name] = write_list(out, name, records)
        write_list(out, "stacks_processes", map(dumps, self.stacks_processes()))
        write_list(out, "alpc_edges", map(dumps, self.edges()))
        write_list(out, "other_edges", map(dumps, self.other_edges()))
        write_list(out, "alpc_ports", ())
        write_list(out, "chains", map(dumps, chains))
        write_list(out, "other_chains", map(dumps, others))
        out.write(',\n"zombies":' + dumps(self.zombies()))
        out.write(',\n"memory_kb":' + dumps(vm.numbers(self.world) if self.listing.vm_rows else None))
        write_list(out, "message_box_threads", map(dumps, self.boxes()))
        write_list(out, "missing_thread_suspects", map(dumps, self.suspects()))
        write_list(out, "index_suspects", map(dumps, self.lone()))
        write_list(out, "blocked_queues", map(dumps, self.blocked()))
        write_list(out, "terminating", map(dumps, self.terminating()))
        out.write(',\n"restart_loops":' + dumps(self.loops()))
        out.write(',\n"special_processes":' + dumps(self.special()) + ',\n"notes":[]}')
        return totals


def write(path, top, incidents):
    """Writes the truth file of a log; returns the totals for the manifest."""
    totals = collections.Counter()
    with open(path, "w", encoding="utf-8") as out:
        out.write("{" + "".join("%s:%s,\n" % (dumps(k), dumps(v)) for k, v in top.items()) + '"incidents":[')
        for number, (world, listing) in enumerate(incidents):
            out.write(",\n" if number else "")
            totals.update(Truth(world, listing).write(out))
        out.write("]}\n")
    return totals


def write_list(out, name, records):
    """Writes `,"name":[...]`, one record a line, in batches; returns how many."""
    out.write(',\n"%s":[' % name)
    count, held = 0, []
    for record in records:
        held.append(record)
        count += 1
        if len(held) == 2000:
            out.write((",\n" if count > 2000 else "\n") + ",\n".join(held))
            held = []
    if held:
        out.write((",\n" if count > len(held) else "\n") + ",\n".join(held))
    out.write("]")
    return count
