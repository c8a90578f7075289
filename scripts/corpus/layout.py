# SPDX-License-Identifier: Apache-2.0
"""PROCESS and THREAD blocks as text, in the layout of one dump's era.

Speed comes from one %-template per kind of block and indentation, from small
tables of ready-made fields, and from stack texts that need two replacements.
Everything that carries no truth is derived from the object's random bits, so
an object printed twice is printed alike.
"""
from . import stacks

TABLE = 512


def _clock_table(rng, four_decimals):
    """Ready user and kernel times, most of them short."""
    table = []
    for _ in range(TABLE):
        ms = int(rng.expovariate(1 / 400.0)) // 15 * 15 if rng.random() < 0.97 else rng.randrange(9 * 3600000)
        seconds, ms = divmod(ms, 1000)
        clock = "%02d:%02d:%02d" % (seconds // 3600, seconds // 60 % 60, seconds % 60)
        table.append(clock + (".%04d" if four_decimals else ".%03d") % ms)
    return table


class Layout:
    def __init__(self, world, rng, wrap=False):
        self.world, self.wrap = world, wrap
        v = world.variant
        self.x86, self.digits = world.x86, v.pointer_digits
        self.p = "%%0%dx" % self.digits
        self.stacks = stacks.Stacks(world, rng)
        self.clocks = _clock_table(rng, v.build == 2600)
        self.tick = world.banner.tick
        self.count = world.banner.tick_count
        self.map = self.p % (world.paged.next - 0x6000)
        self.new, self.era = v.new_layout, world.era
        self.elapsed = self._elapsed_table(rng)
        self.threads = {i: self._thread_template(i, True) for i in ("", " " * 8)}
        self.minimal = {i: self._thread_template(i, False) for i in ("", " " * 8)}
        self.header = self._header_template()
        self.stats = self._stats_template()
        self.pebs = self._peb_base()
        self.tag = (world.pool.next ^ world.paged.next) >> 28 << 28      # pool address <-> paged address
        self.impersonation = "Impersonation token:  %s (Level Impersonation)" % (self.p % (world.paged.next + 0x5060))
        self.symbol = "0x" + self.p

    # -- tables and templates --------------------------------------------------------------

    def _elapsed_table(self, rng):
        top = self.world.banner.uptime_ms
        table = []
        for _ in range(TABLE):
            seconds, ms = divmod(int(top * rng.random()), 1000)
            days, seconds = divmod(seconds, 86400)
            day = "" if not days else "1 Day " if days == 1 else "%d Days " % days
            table.append("%s%02d:%02d:%02d.%03d" % (day, seconds // 3600, seconds // 60 % 60, seconds % 60, ms))
        return table

    def _peb_base(self):
        if self.x86:
            return 0x7ffd0000
        return 0x7fffffd0000 if not self.new else 0x5902f00000

    def _thread_template(self, i, whole):
        p = self.p
        text = i + "THREAD " + p + "  Cid %04x.%04x  Teb: " + p + " Win32Thread: " + p + " %s\n%s"
        if whole:
            text += i + "%s\n" + i + "DeviceMap                 " + self.map + "\n"
        text += i + "Owning Process            " + p + "       Image:         %s\n"
        if whole:
            text += i + "Attached Process          N/A            Image:         N/A\n"
        text += (i + "Wait Start TickCount      %-14d Ticks: %s\n"
                 + i + "Context Switch Count      %s\n"
                 + i + "UserTime                  %s\n" + i + "KernelTime                %s\n" + "%s")
        if self.x86:
            text += i + "Stack Init %08x Current %08x Base %08x Limit %08x Call 0\n"
        else:
            text += (i + "Stack Init %016x Current %016x\n" + i + "Base %016x Limit %016x Call "
                     + ("0" * 16 if self.new else "0") + "\n")
        return text + i + self._priority() + "\n%s%s"

    def _priority(self):
        if self.era == "nt5":
            return "Priority %d BasePriority 8 PriorityDecrement 0" + (
                " DecrementCount 16" if self.world.variant.build == 2600 else "")
        if self.era in ("nt61", "nt63"):
            return "Priority %d BasePriority 8 UnusualBoost 0 ForegroundBoost 0 IoPriority 2 PagePriority 5"
        if self.era == "nt11":
            return "Priority %d  BasePriority 8  IoPriority 2  PagePriority 5"
        return "Priority %d BasePriority 8 PriorityDecrement 0 IoPriority 2 PagePriority 5"

    def _header_template(self):
        first = "PROCESS " + self.p + ("  " if self.x86 else "\n    ")
        return (first + "SessionId: %s  Cid: %04x    Peb: %08x  ParentCid: %04x\n%s"
                "    DirBase: %08x  ObjectTable: %s  HandleCount: %s\n    Image: %s\n")

    def _stats_template(self):
        p = self.p
        return ("    VadRoot " + p + " Vads %d Clone 0 Private %d. Modified %d. Locked 0.\n    DeviceMap " + p
                + "\n    Token                             " + p
                + "\n    ElapsedTime                       %s\n    UserTime                          %s\n"
                "    KernelTime                        %s\n    QuotaPoolUsage[PagedPool]         %d\n"
                "    QuotaPoolUsage[NonPagedPool]      %d\n"
                "    Working Set Sizes (now,min,max)  (%d, 50, 345) (%dKB, 200KB, 1380KB)\n"
                "    PeakWorkingSetSize                %d\n    VirtualSize                       %d Mb\n"
                "    PeakVirtualSize                   %d Mb\n    PageFaultCount                    %d\n"
                "    MemoryPriority                    %s\n    BasePriority                      8\n"
                "    CommitCharge                      %d\n")

    # -- processes -------------------------------------------------------------------------

    def process(self, proc, stats=True):
        """Header and, with flag 1, the statistics of a process that is no zombie."""
        bits = proc.seed
        peb = 0 if proc.session is None and proc.image != "smss.exe" else self.pebs + (bits & 0xf) * 0x1000
        table = "00000000" if proc.kind == "terminating" else self.p % (proc.addr + 0x30 ^ self.tag)
        handles = "<Data Not Accessible>" if proc.handles is None else "%3d." % proc.handles
        text = self.header % (proc.addr, "none" if proc.session is None else proc.session, proc.pid, peb, proc.ppid,
                              "DeepFreeze\n" if proc.frozen else "", (bits >> 9 & 0xfffff) << 12, table, handles,
                              proc.image)
        if not stats:
            return text
        ws = 200 + (bits >> 5 & 0x1fff)
        minimal = proc.kind == "minimal"
        return text + self.stats % (
            0 if minimal else proc.addr + 0x1c40, 0 if minimal else bits & 0x1ff, ws, bits >> 3 & 0x3f,
            int(self.map, 16), proc.addr ^ self.tag, self.elapsed[bits >> 11 & 511],
            self.clocks[bits & 511], self.clocks[bits >> 9 & 511], 40000 + (bits >> 4 & 0x3ffff),
            5000 + (bits >> 8 & 0x7fff), ws, ws * 4, ws + (bits & 0x3ff), 10 + (bits & 0x7f), 140 + (bits & 0xff),
            bits >> 6 & 0x1ffff, "BACKGROUND" if bits & 3 else "FOREGROUND", 100 + (bits >> 7 & 0x7fff))

    def zombies(self, batch, stats, threads_listed):
        """The blocks of a run of zombies; the same zombie always looks the same."""
        head, tail, pebs = self.header, self.stats, self.pebs
        ending = "\nNo active threads\n\n" if stats else "No active threads\n\n" if threads_listed else "\n"
        clocks, elapsed, device, tag = self.clocks, self.elapsed, int(self.map, 16), self.tag
        both = head + tail + ending if stats else head + ending
        out = []
        for z in batch:
            mix = z.pid * 0x9e3779b97f4a7c15 >> 11 & 0xffffffffff
            fields = (z.addr, "none" if z.session is None else z.session, z.pid, pebs + (mix & 0xf) * 0x1000, z.ppid, "",
                      (mix >> 3 & 0xfffff) << 12, "00000000", "  0.", z.image)
            if stats:
                peak = 600 + (mix & 0xfff)
                fields += (0, 0, 1 + (mix >> 9 & 3), mix & 7, device if mix & 32 else 0,
                           z.addr ^ tag, elapsed[mix & 511], clocks[mix >> 3 & 511], clocks[mix >> 12 & 511], 0, 0, 3 + (mix & 7),
                           (3 + (mix & 7)) * 4, peak, mix >> 8 & 15, 40 + (mix >> 4 & 127), peak + (mix >> 7 & 0xfff),
                           "BACKGROUND", 0)
            out.append(both % fields)
        return "".join(out)

    # -- threads ---------------------------------------------------------------------------

    def ticks(self, ticks):
        if not ticks:
            return "0"
        seconds, ms = divmod(ticks * self.tick // 10000, 1000)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        return "%d (%d:%02d:%02d:%02d.%03d)" % (ticks, hours // 24, hours % 24, minutes, seconds, ms)

    def wait_objects(self, thread, indent):
        line = indent + "    " + self.p + "  %s\n"
        return "".join([line % item for item in thread.objs])

    def _waits(self, thread, indent):
        """Everything between the header and `Not impersonating`."""
        text = self.wait_objects(thread, indent)
        if thread.suspend and self.era != "nt5":
            text = indent + "SuspendCount %d\n" % thread.suspend + text
        message = thread.msg
        if message is not None:
            if message.lpc:
                text += "%sWaiting for reply to LPC MessageId %08x:\n%sCurrent LPC port %s\n" % (
                    indent, message.id, indent, self.p % message.client_port)
            else:
                cut = "\n" if self.wrap and thread.bits & 7 == 3 else " "
                text += ("%sWaiting for reply to ALPC Message " + self.p + " : queued at port" + cut + self.p
                         + " : owned by process " + self.p + "\n") % (indent, message.addr, message.port,
                                                                      message.owner.addr)
        if thread.irps:
            text += indent + "IRP List:\n"
            for k in range(thread.irps):
                text += indent + "    " + self.p % (thread.addr + 0x5c00 + k * 0x230) \
                    + ": (0006,01f0) Flags: 00060a30  Mdl: 00000000\n"
        return text

    def _start(self, thread, indent):
        """The start address lines."""
        image = 0x1001000 if self.x86 else 0x7ff600000000 if self.new else 0x7fe00000000
        spot = image + thread.start * 0x40
        system = thread.stack in ("worker", "driver")
        if system:
            name = "nt!ExpWorkerThread (" + self.symbol % (self.world.banner.base + 0x6b2a0) + ")"
        else:
            name = self.symbol % spot
        if self.era == "nt5":
            if system:
                return "%sStart Address %s\n" % (indent, name)
            return "%sWin32 Start Address %s\n%sStart Address kernel32!BaseThreadStartThunk (0x7c810659)\n" % (
                indent, name, indent)
        return "%sWin32 Start Address %s\n" % (indent, name)

    def _switches(self, bits, gui):
        large = " " * 17 + "LargeStack" if gui else " " * 12
        if self.new or self.era == "nt63":
            return "%-15dIdealProcessor: %d" % (bits & 0x1ffff, bits >> 40 & 3) + large
        return "%d" % (bits & 0x1ffff) + large

    def header_line(self, thread):
        """State text: with the wraps that narrow consoles make, when asked for."""
        tail = thread.tail
        if thread.suspend and self.era == "nt5":
            tail += " SuspendCount %d" % thread.suspend
        if self.wrap and thread.bits & 31 == 7 and tail.startswith("WAIT: "):
            return "WAIT:\n" + tail[6:]
        return tail

    def thread(self, thread, indent, stack=True):
        proc, bits = thread.proc, thread.bits
        kernel = thread.stack in ("worker", "driver")
        offset = (thread.tid >> 2) * self.world.stack_step
        page = self.world.stack_base + (offset & 0xfffffff if self.x86 else offset)
        name = "%x" % (page >> 12)
        mark = name if self.x86 else name[:8] + "`" + name[8:]
        user = "%05x" % (0x100 + (bits >> 24 & 0xfff)) if self.x86 else "00000000`%05x" % (bits >> 24 & 0xfffff)
        body = self.stacks.texts[indent][thread.stack][bits % 3]
        resident = ""
        if bits & 0x3f == 9 and not self.new:
            resident = indent + "Kernel stack not resident.\n"
            body = body if bits & 64 or thread.w32 else ""       # a window's stack is evidence
        whole = proc.kind != "minimal"
        fields = [thread.addr, proc.pid, thread.tid, 0 if kernel else self.pebs + 0xe000 - (thread.tid & 0x7c) * 0x100,
                  (thread.addr ^ self.tag) if thread.w32 else 0, self.header_line(thread),
                  self._waits(thread, indent)]
        if whole:
            fields.append(self.impersonation if bits & 63 == 5 and not kernel else "Not impersonating")
        fields += [proc.addr, proc.image, self.count - thread.ticks, self.ticks(thread.ticks),
                   self._switches(bits, thread.w32), self.clocks[bits >> 7 & 511], self.clocks[bits >> 16 & 511],
                   self._start(thread, indent)]
        current = page + (0xbd0 if self.x86 else 0x670)
        if self.x86:
            fields += [page + 0x1000, current, page + 0x1000, page - 0x2000]
        else:
            fields += [page + 0xdb0, current, page + 0x1000, page - 0x5000]
        fields += [8 + (bits >> 5 & 3), resident, body.replace("\x01", mark).replace("\x02", user)]
        return (self.threads if whole else self.minimal)[indent] % tuple(fields)

    def short_thread(self, thread):
        """What flag 2 alone prints: the header and the objects."""
        p = self.p
        pebs = self.pebs + 0xe000 - (thread.tid & 0x7c) * 0x100
        kernel = thread.stack in ("worker", "driver")
        return ("        THREAD " + p + "  Cid %04x.%04x  Teb: " + p + " Win32Thread: " + p + " %s\n") % (
            thread.addr, thread.proc.pid, thread.tid, 0 if kernel else pebs,
            (thread.addr ^ self.tag) if thread.w32 else 0, self.header_line(thread)) \
            + self.wait_objects(thread, "        ") + "\n"
