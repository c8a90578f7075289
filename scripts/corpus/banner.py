# SPDX-License-Identifier: Apache-2.0
"""The banner of a log and the metadata that a reader must take from it.

The zone styles, the optional lines and the two spellings of the build line
follow the debugger's age.  The tick count and the uptime say the same thing,
so that Wait Start + Ticks of any thread times the tick gives the uptime.
"""
import datetime

PRINT_ARCH = {"x86": "x86 compatible", "x64": "x64", "arm64": "ARM 64-bit (AArch64)"}
MACHINES = ("APPSRV", "CTXHOST", "PRINT", "SQLNODE", "TSFARM", "WKS", "FRONT", "BACK")
NOT_FULL = "Kernel address space is available, User address space may not be available."


def _zone(rng, variant, old_debugger):
    """(text after the date, minutes east of UTC or None)."""
    hours = rng.choice((-8, -7, -5, -3, 0, 0, 1, 1, 2, 3, 8, 9))
    if variant.era == "nt5" and rng.random() < 0.3:
        return "", None
    if old_debugger:
        return " (GMT%s%d)" % ("+" if hours >= 0 else "-", abs(hours)), hours * 60
    minutes = 30 if hours == 3 else 0
    sign = "-" if hours < 0 else "+"
    return " (UTC %s %d:%02d)" % (sign, abs(hours), minutes), hours * 60 + minutes


def _uptime(milliseconds, with_ms, padded):
    days, rest = divmod(milliseconds, 86400000)
    hours, rest = divmod(rest, 3600000)
    minutes, rest = divmod(rest, 60000)
    seconds, ms = divmod(rest, 1000)
    text = "%d days %s:%02d:%02d" % (days, ("%02d" if padded else "%d") % hours, minutes, seconds)
    return text + (".%03d" % ms if with_ms else "")


class Banner:
    """The random choices of one banner, its text and its truth."""

    def __init__(self, variant, rng, number, complete, debugger=None):
        self.variant = variant
        self.tick = rng.choice(variant.ticks)
        uptime_ms = rng.randrange(3 * 3600 * 1000, 25 * 86400 * 1000)
        self.tick_count = uptime_ms * 10000 // self.tick
        self.uptime_ms = self.tick_count * self.tick // 10000
        self.processors = 1 if self.tick == 100144 else rng.choice((2, 4, 8, 16))
        self.debugger = debugger or rng.choice(variant.debuggers)
        self.old_debugger = self.debugger.startswith(("6.6", "6.11"))
        self.base = self._kernel_base(rng)
        self.number = number
        self.complete = complete
        start = datetime.datetime(rng.randint(*variant.years), 1, 1)
        self.when = start + datetime.timedelta(milliseconds=rng.randrange(365 * 86400 * 1000))
        self.zone, self.offset = _zone(rng, variant, self.old_debugger)
        self.with_ms = not (variant.era == "nt5" and self.debugger.startswith("6.6"))
        self.padded = rng.random() < 0.2
        self.bare = variant.era == "nt5" and variant.build == 2600 and rng.random() < 0.3
        shown = rng.random()
        self.machine = "%s%02d" % (rng.choice(MACHINES), rng.randint(1, 40)) if shown < 0.4 and not self.bare else None
        self.machine_text = " " + self.machine if self.machine else (' ""' if shown > 0.92 else "")
        self.opened = rng.random() < 0.5
        self.path = "%s:\\cases\\%04d\\MEMORY.DMP" % (rng.choice("CDE"), number)

    def settle(self, options, rng):
        """What --from, --days and --machines ask for: when and where. Draws of its own, so that the rest stays."""
        if options.start:
            self.when = options.start + datetime.timedelta(milliseconds=rng.randrange(options.days * 86400 * 1000))
        if options.machines:
            self.machine = "%s%02d" % (rng.choice(MACHINES), 1 + rng.randrange(options.machines))
            shown = rng.random()
            if self.bare or shown < 0.1:
                self.machine = None
            elif shown > 0.8:
                self.machine = self.machine.lower()
            self.machine_text = " " + self.machine if self.machine else ""

    def _kernel_base(self, rng):
        if self.variant.arch == "x86":
            return 0x804d7000 if self.variant.era == "nt5" else 0x81800000 + rng.randrange(64) * 0x1000
        if self.variant.era in ("nt60", "nt61"):
            return 0xfffff80001600000 + rng.randrange(256) * 0x1000
        return 0xfffff80000000000 + rng.randrange(1 << 12) * 0x1000000 + rng.randrange(8) * 0x200000

    def _kind(self):
        if self.variant.era in ("nt10", "nt11"):
            return "Kernel Bitmap Dump File", NOT_FULL if not self.complete else "Full address space is available"
        if self.complete:
            return "Kernel Complete Dump File", "Full address space is available"
        return "Kernel Summary Dump File", "Only kernel address space is available"

    def _address(self, value):
        if self.variant.arch == "x86":
            return "0x%08x" % value
        text = "%016x" % value
        return "0x%s`%s" % (text[:8], text[8:])

    def session_time(self):
        text = self.when.strftime("%a %b ") + "%2d " % self.when.day + self.when.strftime("%H:%M:%S")
        if self.with_ms:
            text += ".%03d" % (self.when.microsecond // 1000)
        return text + self.when.strftime(" %Y") + self.zone

    def os_line(self):
        v = self.variant
        pack = " (%s)" % v.service_pack if v.service_pack else ""
        cpus = "UP" if self.processors == 1 else "MP (%d procs)" % self.processors
        return "%s Version %d%s %s Free %s" % (v.os_line, v.build, pack, cpus, PRINT_ARCH[v.arch])

    def text(self):
        kind, what = self._kind()
        lines = ["Opened log file 'c:\\logs\\case%04d.log'" % self.number] if self.opened else []
        lines += ["", "Microsoft (R) Windows Debugger Version " + self.debugger,
                  "Copyright (c) Microsoft Corporation. All rights reserved.", "", "",
                  "Loading Dump File [%s]" % self.path, "%s: %s" % (kind, what), "",
                  "Symbol search path is: srv*c:\\sym*http://msdl.microsoft.com/download/symbols",
                  "Executable search path is: "]
        lines += self.target_lines() + self.time_lines()
        lines += ["Loading Kernel Symbols", "." * 63, "." * 64, "." * 14, "Loading User Symbols", "",
                  "Loading unloaded module list", "....."]
        return "\n".join(lines) + "\n"

    def target_lines(self):
        """What `vertarget` repeats, without its last two lines."""
        new = self.variant.new_layout
        lines = [self.os_line()]
        if not self.bare:
            lines.append("Product: " + self.variant.product)
        lines.append(("Edition build lab: " if new else "Built by: ") + self.variant.lab)
        if not self.bare:
            lines.append("Machine Name:" + self.machine_text)
        lines.append("Kernel base = %s PsLoadedModuleList = %s"
                     % (self._address(self.base), self._address(self.base + 0x1c4db0)))
        return lines

    def time_lines(self):
        """What `.time` prints."""
        return ["Debug session time: " + self.session_time(),
                "System Uptime: " + _uptime(self.uptime_ms, self.with_ms, self.padded)]

    def metadata(self):
        v = self.variant
        ms = self.when.microsecond // 1000
        local = self.when.strftime("%Y-%m-%dT%H:%M:%S") + (".%03d" % ms if self.with_ms else "")
        return {"os_name": v.os_name, "build": v.build, "service_pack": v.service_pack or None, "arch": v.arch,
                "processors": self.processors, "os_line": self.os_line(),
                "product_line": None if self.bare else "Product: " + v.product, "build_lab": v.lab,
                "machine_name": self.machine, "debug_session_time": self.session_time(),
                "debug_session_time_iso": local, "utc_offset_min": self.offset,
                "uptime": _uptime(self.uptime_ms, self.with_ms, self.padded),
                "uptime_seconds": self.uptime_ms / 1000 if self.with_ms else self.uptime_ms // 1000,
                "kernel_base": "0x%0*x" % (v.pointer_digits, self.base), "debugger_version": self.debugger,
                "dump_path": self.path, "dump_kind": self._kind()[0], "tick_ms": self.tick / 10000,
                "dump_tick_count": self.tick_count}
