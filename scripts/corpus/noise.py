# SPDX-License-Identifier: Apache-2.0
"""Lines that symbol loading and damaged dumps throw between any two lines.

Noise never changes truth: it stands between lines, inside blocks too, but not
between the halves of a wrapped line.  Addresses in it belong to no object.
"""

LINES = (
    "...............................................................", "....", "",
    "Loading Kernel Symbols", "Loading User Symbols", "Loading unloaded module list", "Loading Wow64 Symbols",
    "Press ctrl-c (cdb, kd, ntsd) or ctrl-break (windbg) to abort symbol loads that take too long.",
    "Run !sym noisy before .reload to track down problems loading symbols.",
    "*** ERROR: Symbol file could not be found.  Defaulted to export symbols for USER32.dll - ",
    "*** ERROR: Module load completed but symbols could not be loaded for agent.sys",
    "*** WARNING: Unable to verify timestamp for filter.sys", "*** WARNING: Unable to verify checksum for app.exe",
    "Page 1a3f72 not present in the dump file. Type \".hh dbgerr004\" for details",
    "PEB is paged out (Peb.Ldr = 000007ff`fffdf018).  Type \".hh dbgerr001\" for details",
    "WARNING: Stack unwind information not available. Following frames may be wrong.",
    "GetUlongFromAddress: unable to read from fffff80001a3f4c0", "Unable to read KTHREAD at fffffa80ffff0010",
    "TYPE mismatch for process object at fffffa80ffff1060", "TYPE mismatch for thread object at fffffa80ffff2b60",
    "Failed to get VadRoot", "Type information missing error for VadRoot", ".cache forcedecodeuser done",
    "*************************************************************************",
    "***    Your debugger is not using the correct symbols                 ***",
)
JOINED = ("Win32Thread:", "WAIT:", "port")      # such a line goes on in the next one


class Noise:
    def __init__(self, rng, every=60):
        self.rng, self.every = rng, every

    def __call__(self, text):
        """`text` (whole lines) with a noise line about every `every` lines."""
        lines = text.split("\n")
        step = lambda: 1 + int(self.rng.expovariate(1.0 / self.every))
        result, start, at = [], 0, step()
        while at < len(lines) - 1:
            if not lines[at - 1].endswith(JOINED):
                result += lines[start:at]
                result.append(self.rng.choice(LINES))
                start = at
            at += step()
        return "\n".join(result + lines[start:])
