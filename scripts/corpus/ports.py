# SPDX-License-Identifier: Apache-2.0
"""What `!alpc /p` and `!alpc /lpp` print.

They say nothing that is not said elsewhere: the threads registered with a port
are short repeats of threads that the log has in full, and only processes that
it has are named.
"""
from . import vm
from .model import Port

QUEUES = (("Main queue", "MAIN"), ("Direct message queue", "DIRECT"), ("Large message queue", "LARGE"),
          ("Pending queue", "PENDING"), ("Canceled queue", "CANCELED"))
OTHERS = ("MessageZone", "ConnectionPending", "ConnectionRefused", "Disconnected", "Closed", "FlushOnClose",
          "ReturnExtendedInfo", "Waitable", "Security", "Wow64CompletionList")
NAMES = ("SmApiPort", "epmapper", "ThemeApiPort", "LsaAuthenticationPort", "")


def of_message(world, message):
    """The port that a message is queued at, with all that are."""
    return Port(message.owner, message.port, [m for m in world.messages if m.port == message.port])


def _queues(world, port, p):
    lines = []
    for name, kind in QUEUES:
        messages = [m for m in port.messages if m.queue.endswith(kind) and m is not world.held]
        if not messages:
            lines.append("  %s is empty." % name)
            continue
        lines.append("  %s has %d message(s)" % (name, len(messages)))
        lines += ["    %s 0x%04x %04x:%04x %s %s LPC_REQUEST" % (
            p % m.addr, m.id, m.waiter.proc.pid, m.waiter.tid, p % m.client_port, p % m.owner.addr) for m in messages]
    return lines


def _short(world, layout, thread):
    line = layout.short_thread(thread).split("\n", 1)[0].strip()
    head, state = line.split("Win32Thread: ", 1)
    value, _, state = state.partition(" ")
    return "    %sWin32Thread: %s %s" % (head, value, state.split(" ")[0].split(":")[0])


def text(world, layout, port, threads, rng):
    """`!alpc /p`: a port and the `threads` registered with it."""
    p, zero = layout.p, "0" * layout.digits
    mark = "@ " if world.era == "nt60" else ""
    lines = ["", "Port %s%s" % (mark, p % port.addr)]
    row = lambda label, value, indent="  ": lines.append("%s%-*s: %s" % (indent, 25 - len(indent), label, value))
    row("Type", "ALPC_CONNECTION_PORT")
    row("CommunicationInfo", p % (port.addr + 0x1000))
    row("ConnectionPort", "%s (%s)" % (p % port.addr, NAMES[port.addr >> 4 & 3]), "    ")
    row("ClientCommunicationPort", "0", "    ")
    row("ServerCommunicationPort", "0", "    ")
    row("OwnerProcess", "%s (%s)" % (p % port.owner.addr, vm.short(port.owner.image)))
    row("SequenceNo", "0x%08X (%d)" % (port.addr >> 4 & 0xfff, port.addr >> 4 & 0xfff))
    row("CompletionPort", p % (port.addr + 0x2000))
    row("CompletionList", zero)
    for label in OTHERS:
        row(label, rng.choice(("No", "Yes")) if label == "Waitable" else "No")
    lines.append("")
    if threads:
        lines += ["  %d thread(s) are registered with port IO completion object:" % len(threads), ""]
        lines += [_short(world, layout, thread) for thread in threads] + [""]
    return "\n".join(lines + _queues(world, port, p)) + "\n\n"


def of_process(world, layout, owner, known):
    """`!alpc /lpp`: the ports of a process and who is connected; only `known` processes are named."""
    p = layout.p
    made, taken = {}, []
    for message in world.messages:
        if message.owner is owner:
            made.setdefault(message.port, []).append(message)
        if message.waiter.proc is owner and message.owner in known:
            taken.append(message)
    lines = ["", "Ports created by the process %s:" % (p % owner.addr), ""]
    for address, messages in made.items():
        clients = [m for m in messages if m.waiter.proc in known]
        lines += ["        %s('%s') 0, %d connections" % (p % address, NAMES[address >> 4 & 3], len(clients))]
        lines += ["                %s 0 -> %s 0 %s('%s')" % (
            p % (m.client_port + 0x1000), p % m.client_port, p % m.waiter.proc.addr, vm.short(m.waiter.proc.image))
            for m in clients]
    lines += ["", "Ports the process %s is connected to:" % (p % owner.addr), ""]
    lines += ["        %s 0 -> %s('%s') 0 %s('%s')" % (
        p % m.client_port, p % m.port, NAMES[m.port >> 4 & 3], p % m.owner.addr, vm.short(m.owner.image))
        for m in taken]
    return "\n".join(lines) + "\n\n"
