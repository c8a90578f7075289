# SPDX-License-Identifier: Apache-2.0
"""Output of commands that stands between those that carry the truth.

Every function gives the command and its output.  Objects in them are those of
the dump, printed in ways that are neither PROCESS nor THREAD blocks.  What
!stacks lists is remembered: a reader knows those threads by it, if by nothing else.
"""

MODULES = ("nt", "hal", "Ntfs", "rdbss", "mrxsmb", "win32k", "tcpip", "agent", "filter")


def _wide(world, value):
    if world.x86:
        return "%08x" % value
    text = "%016x" % value
    return text[:8] + "`" + text[8:]


def _threads(world, rng, most):
    procs = [proc for proc in world.procs if proc.total]
    for proc in sorted(rng.sample(procs, min(len(procs), most)), key=lambda proc: proc.pid):
        yield proc, [thread for thread in world.threads_of(proc) if thread.printed][:6]


def stacks(world, rng, p):
    gap = "" if world.x86 else "        "
    lines = ["Proc.Thread  .Thread%s  Ticks   ThreadState Blocker" % gap]
    for proc, threads in _threads(world, rng, 6):
        lines.append("            [%s %s]" % (p % proc.addr, proc.image))
        world.in_stacks[proc.addr] = proc
        for thread in threads:
            world.in_stacks[thread.addr] = thread
            state = {"RUNNING": "RUNNING", "READY": "READY"}.get(thread.state, "Blocked")
            where = "Stack paged out" if thread.bits & 15 == 3 else "nt!KiSwapThread+0x%x" % (thread.bits & 0x1ff)
            lines.append("%4x.%06x  %s %07x %-10s %s" % (proc.pid, thread.tid, p % thread.addr, thread.ticks, state,
                                                         where))
        lines.append("")
    return "!stacks", lines + ["Threads Processed: %d" % sum(proc.total for proc in world.procs)]


def analyze(world, rng, p):
    box = ["*" * 79] + ["*" + " " * 77 + "*", "*" + "Bugcheck Analysis".center(77) + "*"] + ["*" + " " * 77 + "*"]
    proc = rng.choice(world.procs)
    base = world.banner.base
    lines = box + ["*" * 79, "", "MANUALLY_INITIATED_CRASH (e2)",
                   "The user manually initiated this crash dump.", "Arguments:"]
    lines += ["Arg%d: %s" % (n, p % 0) for n in range(1, 5)] + ["", "Debugging Details:", "------------------", ""]
    if world.variant.new_layout:
        lines += ["", "KEY_VALUES_STRING: 1", "", "    Key  : Analysis.CPU.mSec", "    Value: 1921", "",
                  "BUGCHECK_CODE:  e2", "", "BUGCHECK_P1: 0", ""]
    lines += ["BUGCHECK_STR:  MANUALLY_INITIATED_CRASH", "", "DEFAULT_BUCKET_ID:  DRIVER_FAULT", "",
              "PROCESS_NAME:  " + proc.image, "", "CURRENT_IRQL:  2", "", "STACK_TEXT:  "]
    frames = ("nt!KeBugCheckEx", "i8042prt!I8xProcessCrashDump+0x1b5", "nt!KiInterruptDispatch+0x180",
              "nt!KiIdleLoop+0x11b")
    lines += ["%s %s : %s : %s" % (_wide(world, world.stack_base + 0x40 * n), _wide(world, base + 0x31070 + n * 0x54),
                                   " ".join([_wide(world, 0)] * (3 if world.x86 else 4)), name)
              for n, name in enumerate(frames)]
    return "!analyze -v", lines + ["", "", "FOLLOWUP_IP: ", "i8042prt!I8xProcessCrashDump+1b5",
                                   _wide(world, base + 0x99) + " cc              int     3", "",
                                   "MODULE_NAME: i8042prt", "", "IMAGE_NAME:  i8042prt.sys", "",
                                   "FAILURE_BUCKET_ID:  MANUALLY_INITIATED_CRASH_i8042prt", "",
                                   "Followup: MachineOwner", "---------", ""]


def table(world, rng, p):
    head = "Process           Thread           CID       UserTime KernelTime ContextSwitches Wait Reason   Time State"
    lines = [head]
    for proc, threads in _threads(world, rng, 4):
        for thread in threads:
            seconds = thread.ticks * world.banner.tick // 10000000
            lines.append("%-17s %s %-9s %8s %10s %15d %-12s %4s %s" % (
                proc.image[:17], p % thread.addr, "%x.%x" % (proc.pid, thread.tid), "15ms", "0", thread.bits & 0xffff,
                thread.reason or "", "%dm:%02d" % divmod(seconds, 60), "Waiting" if thread.reason else "Ready"))
    return "!mex.t " + p % world.procs[0].addr, lines + ["", "Thread Count: %d" % (len(lines) - 1)]


def modules(world, rng, p):
    wide = "" if world.x86 else "         "
    lines = ["start    %s end      %s module name" % (wide, wide)]
    for number, name in enumerate(MODULES):
        start = world.banner.base + number * 0x600000
        symbols = "(pdb symbols)          c:\\sym\\%s.pdb" % name if number < 2 else "(deferred)"
        lines.append("%s %s   %-10s %s" % (_wide(world, start), _wide(world, start + 0x51d000), name, symbols))
    return "lm", lines + ["", "Unloaded modules:", "%s %s   dump_agent.sys"
                          % (_wide(world, world.banner.base + 0x7000000), _wide(world, world.banner.base + 0x7008000))]


def running(world, rng, p):
    count = world.banner.processors
    lines = ["", "System Processors %x (affinity mask)" % ((1 << count) - 1), "  Idle Processors 0", "",
             "     Prcb%s    Current%s  Next" % (" " * (len(p % 0) - 4), " " * (len(p % 0) - 7))]
    idle = world.banner.base + 0x200000
    for cpu in range(min(count, 4)):
        prcb = idle + cpu * 0x800
        lines.append("%3x  %s  %s  %s  %s" % (cpu, p % prcb, p % (prcb + 0x180), " " * len(p % 0), "." * 16))
    return "!running", lines + [""]


def clock(world, rng, p):
    return ".time", world.banner.time_lines()


def vertarget(world, rng, p):
    return "vertarget", world.banner.target_lines() + world.banner.time_lines()


def irps(world, rng, p):
    proc = rng.choice(world.procs)
    return "!processirps", ["**** PROCESS %s (Image: %s) ****" % (p % proc.addr, proc.image), "",
                            "Checking threads for IRPs.", "", "    No IRPs found.", ""]


KINDS = (stacks, analyze, table, modules, running, clock, vertarget, irps)


def one(world, rng, p):
    """(command, text) of one of them."""
    command, lines = rng.choice(KINDS)(world, rng, p)
    return command, "\n".join(lines) + "\n"
