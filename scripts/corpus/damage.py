# SPDX-License-Identifier: Apache-2.0
"""What happens to logs on their way: copies from web pages, and ends that are cut off.

`web` changes how the text looks and nothing that it says.  `cut` ends the log
inside its last block, at a place where it is clear what stands before: in the
repeat of an object, before a new address is complete, or behind all that a
message has to say.
"""
import re

from . import alpc, names

NBSP, TIMES = "\u00a0", "\u00d7"
PROMPTS = ("lkd> ", "kd> ", "0:000>0: kd> ", "0:000>0:000>1: kd> ", "16.0: kd:x86> ", "0: Kd> ", "!kd> ", "a: kd> ")
DOTS = (".....", "." * 63)                                  # as symbols that are being loaded make them, too
ELISIONS = ("[...]", "<snip>", "[\u2026]", "\u2026", "...") + DOTS
AS_PRINTED = (" Version ", "Product:", "Built by:", "build lab:", "Machine Name:")      # read word by word
HELD = "\x03"               # a blank inside a name


class Web:
    """Damages whole texts; all the signs it brings in are also in code page 1252."""

    def __init__(self, rng, images, prompts):
        self.rng = rng
        names = {image for image in images if " " in image}
        names |= {name[:15] for name in names}
        self.names = re.compile("|".join(re.escape(name) for name in sorted(names, key=lambda n: (-len(n), n))) or "$^")
        self.in_list = False        # of a process's threads, which a clear elision would cut short
        self.prompts = tuple(prompts)

    def __call__(self, text):
        text = self.names.sub(lambda found: found[0].replace(" ", HELD), text)
        lines = []
        for line in text.split("\n"):
            lines += self._between(line)
            if line.startswith(self.prompts + ("PROCESS ",)):
                self.in_list = line.startswith("PROCESS ")
            progress = "Loading (98% complete)\r" if line.startswith(self.prompts) and self.rng.random() < 0.05 else ""
            lines.append(progress + self._line(line))
        return "\n".join(lines).replace(HELD, " ")

    def _between(self, line):
        """Lines that people and progress leave before a block."""
        if not line.startswith(self.prompts + ("PROCESS ",)):
            return []
        roll = self.rng.random()
        if roll < 0.03:
            return [self.rng.choice(DOTS if self.in_list else ELISIONS)]
        if roll < 0.05:
            return ["Loading (9% complete)\rLoading (98% complete)\r" + "." * self.rng.randint(1, 60)]
        return []

    def _line(self, line):
        rng = self.rng
        for prompt in self.prompts:
            if line.startswith(prompt) and rng.random() < 0.4:
                line = rng.choice(PROMPTS) + line[len(prompt):]
        line = re.sub("[ \t]+", " ", line.lstrip())
        if any(word in line for word in AS_PRINTED):
            return line
        line = re.sub("0x", lambda found: "0" + TIMES if rng.random() < 0.3 else found[0], line)
        if rng.random() < 0.5:
            line = re.sub('"([^"]*)"', "\u201c\\1\u201d", re.sub("'([^']*)'", "\u2018\\1\u2019", line))
        return re.sub(" ", lambda found: NBSP if rng.random() < 0.06 else " ", line)


# -- ends ----------------------------------------------------------------------------------


def hold_message(world, rng):
    """The message that is to be the last block of the log, or None; it is printed nowhere else."""
    messages = [m for m in world.messages if not m.lpc and m.shown == "server"]
    if world.layout != "full" or not messages or rng.random() < 0.5:
        return None
    world.held = rng.choice(messages)
    return world.held


def hold_process(world, rng):
    """A process that only the last block of the log is to list, or None."""
    usual = [proc for proc in world.procs if proc.image in names.GROUPS and proc.count > 6 and not proc.planted]
    if world.layout != "full" or world.held or not usual or rng.random() < 0.5:
        return None
    world.held_process = rng.choice(usual)
    return world.held_process


class Tail:
    """Writes the last block; `name` says what it is, `low` and `high` where the log may end in it."""

    def __init__(self, listing, rng, held):
        self.listing, self.rng, self.world = listing, rng, listing.world
        if held:
            self._held(held)
        elif self.world.held_process:
            self._list(self.world.held_process)
        elif rng.random() < 0.35:
            self._unknown()
        else:
            self._repeat()

    def _write(self, command, text):
        self.listing.prompted(command)
        self.listing.plain_write(text)
        self.size = len(text)

    def ends(self, total):
        """(low, high) in a text of `total` characters that ends with the block."""
        start = total - self.size
        return start + self.low, start + self.high

    def _held(self, message):
        text = alpc.text(self.world, message)
        self._write(alpc.command(message, self.listing.p), text)
        address = self.listing.p % message.addr
        if self.rng.random() < 0.5:
            message.shown = "never"
            self.name, self.low, self.high = "message not reached", 0, text.index(address) + len(address) - 1
        else:
            self.name = "message but for its end"
            self.low, self.high = text.index("\n", text.index("  ServerThread")) + 1, len(text) - 1

    def _list(self, proc):
        """The first threads of a process, and of the next one less than its address."""
        listing, proc.shown = self.listing, self.rng.randint(1, 2)
        layout, shown = listing.layout, list(self.world.threads_of(proc))[:proc.shown + 1]
        listing.named.add(proc)
        listing.listed.add(proc)
        text = layout.process(proc) + "\n"
        text += "".join(layout.thread(thread, " " * 8) + "\n" for thread in shown[:-1])
        self.low, address = len(text) + len(" " * 8 + "T"), listing.p % shown[-1].addr
        text += layout.thread(shown[-1], " " * 8)
        self.high = text.index(address, self.low) + len(address) - 1
        self._write("!process %s 17" % (listing.p % proc.addr), text)
        self.name = "list of threads"

    def _unknown(self):
        """The beginning of a block of an object that the log does not reach."""
        world, p = self.world, self.listing.p
        address = p % (world.pool.next + 0x4000)
        kind = self.rng.choice(("PROCESS", "THREAD") if world.era == "nt5" else ("PROCESS", "THREAD", "Message"))
        command = {"PROCESS": "!process %s 7", "THREAD": "!thread %s", "Message": "!alpc /m %s"}[kind] % address
        before = "\n" if kind == "Message" else ""
        self._write(command, "%s%s %s" % (before, kind, address))
        self.name, self.low, self.high = "new %s" % kind, 0, self.size - 1

    def _repeat(self):
        listing, rng, world = self.listing, self.rng, self.world
        recorded = []
        listing.plain_write, keep = recorded.append, listing.plain_write
        noisy, listing.write = listing.write, recorded.append
        messages = [m for m in world.messages if m.shown != "never"]
        threads = [t for proc in world.procs for t in proc.planted
                   if t.printed and (proc in listing.listed or t in listing.shown)]
        kinds = ["process"] * 2 if listing.layout_name == "full" else []
        kinds += ["thread"] * 2 * bool(threads) + ["message"] * bool(messages)
        kind = rng.choice(kinds or ["vm"])
        if kind == "process":
            listing.process(rng.choice(sorted(listing.named, key=lambda proc: proc.addr)), rng.choice(("", "0")))
        elif kind == "thread":
            listing.thread(rng.choice(threads))
        elif kind == "message":
            message = rng.choice(messages)
            recorded += ["command\n", alpc.text(world, message)]
        else:
            recorded += ["command\n", ".\n"]
        listing.plain_write, listing.write = keep, noisy
        command, _, text = "".join(recorded).partition("\n")
        if kind == "message":
            command = alpc.command(message, listing.p)
        elif kind == "vm":
            command = ".reload"
        else:
            command = command[len(listing.prompt):]
        self._write(command, text)
        self.name, self.low, self.high = "repeated " + kind, 0, len(text) - 1
