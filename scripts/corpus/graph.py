# SPDX-License-Identifier: Apache-2.0
"""The chains of a World as the log shows them.

Works on what is printed, not on what was planned: a message that was never
dumped has no known server, a thread that was never printed ends a chain.
A step is a Thread, a Process (its thread is unknown) or None.
"""
from .model import Thread

BOX_KINDS = ("message_box", "dialog", "ui_message_wait")


def type_word(text):
    return text.split(" ", 1)[0]


class Graph:
    def __init__(self, world):
        self.world = world
        self.next = {}              # thread -> [(via, step, how the step is known)]
        self.boxes = {thread: kind for thread, kind, _ in world.boxes}
        for proc in world.procs:
            for thread in proc.planted:
                if thread.printed and (thread.msg or thread.link):
                    self.next[thread] = self._edges(thread)

    def _edges(self, thread):
        if thread.link:
            kind, target = thread.link
            return [(kind, step, kind) for step in (target.owners if kind == "resource" else [target])]
        message = thread.msg
        via = "lpc" if message.lpc else "alpc"
        if message.shown == "server":
            return [(via, message.server, "shown")]
        return [(via, message.owner, "unknown" if message.shown == "never" else "absent")]

    def heads(self):
        """Threads nobody waits for, then one thread of each ring nothing leads into."""
        served = {step for edges in self.next.values() for _, step, _ in edges if isinstance(step, Thread)}
        heads = sorted((t for t in self.next if t not in served), key=lambda t: t.addr)
        reached = set()
        for head in heads:
            reached.update(*(steps for steps, _, _ in self.paths(head)))
        rest = sorted((t for t in self.next if t not in reached), key=lambda t: t.addr)
        for thread in rest:
            if thread not in reached:
                heads.append(thread)
                reached.update(*(steps for steps, _, _ in self.paths(thread)))
        return heads

    def paths(self, head):
        """All [(steps, index the last step points back to or None, how the last step is known)]."""
        found, open_paths = [], [([head], "shown")]
        while open_paths:
            steps, how = open_paths.pop()
            edges = self.next.get(steps[-1])
            if edges is None:
                found.append((steps, None, how))
                continue
            for _, step, known in reversed(edges):
                if step in steps:
                    found.append((steps, steps.index(step), known))
                else:
                    open_paths.append((steps + [step], known))
        return found

    # -- as truth -------------------------------------------------------------------------

    def chains(self, head):
        return [self._chain(*path) for path in self.paths(head)]

    def _chain(self, steps, back, how):
        hops = []
        for step in steps:
            thread = isinstance(step, Thread)
            proc = step.proc if thread else step
            hops.append({"image": proc.image, "pid": proc.pid, "thread": self.hex(step.addr) if thread else None,
                         "via": self.next[step][0][0] if thread and step in self.next else None})
        kind = "thread" if back is not None else "process" if self._reenters(steps) else None
        return {"hops": hops, "cyclic": kind is not None, "cycle_kind": kind, "cycle_start": back,
                "length": len(hops), "endpoint": self._endpoint(steps, back, how)}

    def _reenters(self, steps):
        """A process is entered again after another one."""
        procs = [step.proc if isinstance(step, Thread) else step for step in steps]
        runs = [p for n, p in enumerate(procs) if n == 0 or procs[n - 1] is not p]
        return len(runs) != len(set(runs))

    def _endpoint(self, steps, back, how):
        if back is not None:
            return {"kind": "cycle", "thread": self.hex(steps[back].addr)}
        last = steps[-1]
        if how == "process":
            return {"kind": "process_object", "thread": None}
        if not isinstance(last, Thread):
            return {"kind": "server_thread_unknown" if how == "unknown" else "server_thread_absent", "thread": None}
        end = {"thread": self.hex(last.addr)}
        if not last.printed:
            return dict(end, kind="thread_not_in_log")
        if last in self.boxes:
            end["kind"] = self.boxes[last]
        elif last.reason == "Suspended":
            end["kind"] = "suspended"
        else:
            end["kind"] = last.state.lower()
        if last.state == "WAIT":
            end.update(wait_reason=last.reason, objects=[type_word(text) for _, text in last.objs])
        return end

    def hex(self, addr):
        return "%0*x" % (self.world.variant.pointer_digits, addr)
