# SPDX-License-Identifier: Apache-2.0
"""The order of commands in a log and their output.

`full` is what one gets from `!process 0 17` with the messages dumped after it,
often with poorer listings before and single objects again behind it.  `vm` is
the way of a case study: `!vm`, then only the objects that matter.
"""
import random

from . import alpc, company, locks, names, ports, vm
from .model import Process

INDENT = " " * 8
BATCH = 1000
IDLE = ("queue", "lpcreceive")


class Listing:
    def __init__(self, world, layout, rng, write, noise, mark=None):
        self.world, self.layout, self.rng = world, layout, rng
        self.plain_write = write
        self.write = (lambda text: write(noise(text))) if noise else write
        self.p = layout.p
        self.prompt = "%d: kd> " % rng.randrange(min(world.banner.processors, 8))
        if world.banner.processors == 1:
            self.prompt = "kd> "
        self.named, self.listed, self.shown, self.queues = set(), set(), set(), set()   # what the log has printed
        self.idle_ports = set()     # one of the threads that serve them has nothing to do
        self.vm_rows = False
        self.mark = mark            # told of every command
        self.extra_rng = random.Random(world.procs[0].seed) if world.extras else None

    def command(self, text):
        if "company" in self.world.extras and self.extra_rng.random() < 0.2:
            command, output = company.one(self.world, self.extra_rng, self.p)
            self.prompted(command)
            self.write(output)
        self.prompted(text)

    def prompted(self, text):
        if self.mark:
            self.mark()
        self.plain_write(self.prompt + text + "\n")

    # -- lists of all processes ----------------------------------------------------------

    def all_processes(self, flags):
        self.command("!process 0 " + flags)
        self.plain_write("**** NT ACTIVE PROCESS DUMP ****\n")
        stats, threads = flags == "17", flags != "0"
        batch = []
        for item in self.world.order:
            if not isinstance(item, Process):
                batch.append(item)
                if len(batch) < BATCH:
                    continue
            if batch:
                self.write(self.layout.zombies(batch, stats, threads))
                batch = []
            if isinstance(item, Process) and item is not self.world.held_process:
                self.one(item, flags)
        if batch:
            self.write(self.layout.zombies(batch, stats, threads))

    def one(self, proc, flags):
        """A PROCESS block and, with flags 2 or 17, its threads."""
        layout = self.layout
        stats = flags == "17"
        self.named.add(proc)
        self.write(layout.process(proc, stats))
        if flags == "0":
            self.write("\n")
            return
        self.listed.add(proc)
        if stats:
            self.write("\n")
        count, held = 0, []
        for thread in self.world.threads_of(proc):
            if not thread.printed:
                continue
            count += 1
            if stats:
                held.append(layout.thread(thread, INDENT) + "\n")
            else:
                held.append(layout.short_thread(thread))
            if count == proc.shown:
                held.append(names.GAPS[proc.shown % len(names.GAPS)] + "\n\n")
                break
            if len(held) == 64:
                self.write("".join(held))
                held = []
        self.write("".join(held) if count else "No active threads\n\n")

    # -- single objects ------------------------------------------------------------------

    def process(self, proc, flags):
        """`!process address flags`; no flags means all."""
        if flags == "cid":
            self.command("!process %x 0" % proc.pid)
            self.plain_write("Searching for Process with Cid == %x\n" % proc.pid)
            self.one(proc, "0")
            return
        self.command("!process " + self.p % proc.addr + (" " + flags if flags else ""))
        self.one(proc, "0" if flags == "0" else "17")

    def thread(self, thread):
        self.shown.add(thread)
        self.command("!thread " + self.p % thread.addr + self.rng.choice(("", "", " 17", " 1f")))
        self.write(self.layout.thread(thread, "") + "\n")

    def messages(self, share=1.0):
        for message in self.world.messages:
            if message.shown != "never" and self.rng.random() < share and message is not self.world.held:
                self.command(alpc.command(message, self.p))
                self.write(alpc.text(self.world, message))

    def memory(self, new):
        self.vm_rows = True
        self.command("!vm")
        rows = []
        for piece in vm.text(self.world, new):
            rows.append(piece)
            if len(rows) == 256:
                self.write("".join(rows))
                rows = []
        self.write("".join(rows))

    # -- what --extras asks for ----------------------------------------------------------

    def known(self, proc):
        """Its image and pid are in the log."""
        return proc in self.named or any(t.proc is proc for t in self.shown)

    def registered(self, port):
        """The threads that serve a port, as far as the log has them."""
        wanted = self.world.threads_of(port.owner) if port.threads is None else port.threads
        threads = [t for t in wanted if t.printed and t.state != "INITIALIZED"]
        if port.owner not in self.listed:
            seen = {t.addr for t in self.shown}
            threads = [t for t in threads if t.addr in seen]
        if port.threads is not None:
            return threads
        threads = self.extra_rng.sample(threads, min(len(threads), self.extra_rng.randint(0, 3)))
        if any(thread.stack in IDLE for thread in threads):
            self.idle_ports.add(port.addr)
        return threads

    def locks(self):
        if self.world.resources:
            verbose = self.extra_rng.random() < 0.3
            self.command("!locks -v" if verbose else self.extra_rng.choice(("!locks", "!locks", "!LOCKS")))
            for piece in locks.text(self.world, self.layout, self.extra_rng, verbose):
                self.write(piece)

    def ports(self):
        messages = [m for m in self.world.messages if not m.lpc]
        printed = list(self.world.ports)
        if "ports" in self.world.extras:
            printed += [ports.of_message(self.world, m) for m in self.extra_rng.sample(messages, min(len(messages), 4))]
        for port in printed:
            self.queues.add(port.addr)
            self.command("!alpc /p " + self.p % port.addr)
            self.write(ports.text(self.world, self.layout, port, self.registered(port), self.extra_rng))
        if "ports" not in self.world.extras:
            return
        known = {proc for proc in self.world.procs if self.known(proc)}
        for message in self.extra_rng.sample(messages, min(len(messages), 2)):
            self.command("!alpc /lpp " + self.p % message.owner.addr)
            self.write(ports.of_process(self.world, self.layout, message.owner, known))

    def extras(self):
        self.locks()
        self.ports()

    # -- layouts -------------------------------------------------------------------------

    def full(self, with_vm):
        rng, world = self.rng, self.world
        if rng.random() < 0.3:
            self.all_processes("0")
        if rng.random() < 0.15:
            self.all_processes("2")
        self.all_processes("17")
        if with_vm:
            self.memory(world.variant.new_layout)
        self.messages()
        self.extras()
        planted = [t for p in world.procs for t in p.planted if t.printed]
        for thread in rng.sample(planted, min(len(planted), rng.randint(0, 4))):
            self.thread(thread)
        for proc in rng.sample(world.procs, min(len(world.procs), rng.randint(0, 3))):
            if proc is not world.held_process:
                self.process(proc, rng.choice(("1f", "", "0", "cid")))
        if rng.random() < 0.15:
            self.all_processes("17")
        if rng.random() < 0.3:
            self.messages(0.5)

    def vm(self):
        """`!vm`, heads of chains as processes, the others as threads, all messages."""
        world, rng = self.world, self.rng
        self.memory(False)
        served = {id(m.server) for m in world.messages if m.server and m.shown == "server"}
        served |= {id(t.link[1]) for p in world.procs for t in p.planted if t.link}
        served |= {id(owner) for resource in world.resources for owner in resource.owners}
        for proc in world.procs:
            for thread in proc.planted:
                if not thread.printed or thread.stack == "running" and not thread.msg and id(thread) not in served:
                    continue
                head = thread.msg and id(thread) not in served
                if head and proc not in self.listed and rng.random() < 0.5:
                    self.process(proc, rng.choice(("", "1f")))
                elif proc not in self.listed:
                    self.thread(thread)
        for message in world.messages:
            if (message.shown != "server" or not message.server.printed) and message.owner not in self.named:
                self.process(message.owner, "0")
        for port in world.ports:
            if not self.known(port.owner):
                self.process(port.owner, "0")
        for proc in [t.link[1] for p in world.procs for t in p.planted if t.link and t.link[0] == "process"]:
            if proc not in self.named:
                self.process(proc, "0")
        self.messages()
        self.extras()

    def close(self):
        if self.world.banner.opened:
            self.plain_write(self.prompt + ".logclose\nClosing open log file c:\\logs\\case%04d.log\n"
                             % self.world.banner.number)
