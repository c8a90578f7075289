# SPDX-License-Identifier: Apache-2.0
"""Stack texts, made once per dump and kind.

In one dump a call from one function to the next returns to the same address in
every thread, and frames of one kind have the same sizes; only the stack they
lie on differs.  So a stack is a text with two marks: \\x01 for all but the last
three digits of a kernel stack address, \\x02 for those of the user stack.
"""
import zlib

from . import frames

VARIANTS = 3
HEADERS = {"x86": "ChildEBP RetAddr  ", "x86args": "ChildEBP RetAddr  Args to Child              ",
           "plain": "Child-SP          RetAddr           Call Site",
           "colon": "Child-SP          RetAddr           : Call Site",
           "args": "Child-SP          RetAddr           : Args to Child"
                   "                                                           : Call Site",
           "wide": "Child-SP          RetAddr               Call Site"}


def choose_header(world, rng):
    if world.x86:
        return rng.choice(("x86", "x86args", "x86args"))
    if world.variant.new_layout:
        return "wide"
    return rng.choice(("plain", "plain", "colon", "args"))


def _mix(text):
    return zlib.crc32(text.encode())


class Stacks:
    """All stack texts of one dump: self.texts[indent][kind] is a list of variants."""

    def __init__(self, world, rng):
        self.world, self.rng = world, rng
        self.x86 = world.x86
        self.header = choose_header(world, rng)
        self.salt = "%d %x " % (world.variant.build, world.banner.base)
        self.top, self.end = (0xc00, 0xd64) if self.x86 else (0x680, 0xc20)
        self.texts = {}
        bodies = {kind: [self._lines(kind) for _ in range(VARIANTS)] for kind in frames.KINDS}
        for indent in ("", " " * 8):
            self.texts[indent] = {kind: ["".join(indent + line + "\n" for line in [HEADERS[self.header]] + lines)
                                         for lines in variants] for kind, variants in bodies.items()}
            self.texts[indent]["none"] = [""] * VARIANTS

    # -- addresses ------------------------------------------------------------------------

    def _wide(self, value):
        if self.x86:
            return "%08x" % (value & 0xffffffff)
        text = "%016x" % value
        return text[:8] + "`" + text[8:]

    def _return(self, symbol):
        """The address in `symbol` that its callee returns to."""
        spot = _mix(self.salt + symbol)
        module = symbol.split("!")[0]
        if module == "nt":
            return self.world.banner.base + spot % 0x500000
        if module in frames.DRIVERS:
            base = 0xb8000000 if self.x86 else self.world.banner.base + 0x4000000
            return base + (_mix(module) % 0x40 << 20) + spot % 0xfffff
        base = 0x70000000 if self.x86 else (0x7fe00000000 if not self.world.variant.new_layout else 0x7ffe00000000)
        return base + (_mix(module) % 0xff << 20) + spot % 0xfffff

    def _named(self, symbol):
        offset = _mix(self.salt + "offset" + symbol) % 0x400 + 6
        return symbol + "+0x%x" % offset

    # -- lines ----------------------------------------------------------------------------

    def _line(self, sp, ret, symbol, no_args=False):
        rng, style = self.rng, self.header
        if style == "x86":
            return "%s %s %s" % (sp, ret, symbol)
        if style == "x86args":
            return "%s %s %08x %08x %08x %s (FPO: [Non-Fpo])" % (sp, ret, rng.getrandbits(31), rng.getrandbits(16),
                                                                0, symbol)
        if style == "args":
            args = " ".join(self._wide(rng.choice((0, 0, 1, rng.getrandbits(20), rng.getrandbits(43))))
                            for _ in range(4))
            return "%s %s : %s : %s" % (sp, ret, args, symbol)
        gap = {"plain": " ", "colon": " : ", "wide": "     "}[style]
        return sp + " " + ret + gap + symbol

    def _lines(self, kind):
        """The frames of one kind: kernel, border, and what is below it."""
        world, system = self.world, kind in frames.SYSTEM
        era = world.era
        names = list(frames.kernel_frames(kind, era))
        if system:
            names += frames.SYSTEM_START.get(era, frames.SYSTEM_START_LATER)
            below = []
        else:
            names.append(frames.BORDER[world.variant.arch])
            below = self._user_names(kind)
        sps = self._kernel_sps(len(names))
        lines = self._join(names, ["\x01%03x" % sp for sp in sps], below)
        if not system:
            at = len(names) - 1
            lines[at] += " (TrapFrame @ \x01%03x)" % self.end
        return lines

    def _join(self, names, sps, below):
        rng = self.rng
        user_ret = 0x7c90e514 if self.x86 else (0x77000000 if not self.world.variant.new_layout else 0x7ffe00000000)
        user_ret += rng.randrange(0x800) * 0x1000 + 0x56a
        rets = [self._return(name) for name in names[1:]]
        if not below:                       # kernel dump: one raw frame, or the start of a system thread
            system = names[-1] not in frames.BORDER.values()
            lines = [self._line(sp, self._wide(ret), self._named(name))
                     for sp, ret, name in zip(sps, rets + [0 if system else user_ret], names)]
            if not system:
                raw = "0x" + ("%08x" % user_ret if self.x86 else self._wide(user_ret)
                              if self.world.variant.new_layout else "%x" % user_ret)
                lines.append(self._line("\x02%03x" % (rng.randrange(0x100) * 8), self._wide(0), raw))
            return lines
        user_sps, at = [], 0x40 + rng.randrange(16) * 8
        for _ in below:
            user_sps.append("\x02%03x" % at)
            at += 0x20 + rng.randrange(20) * 8
        names, sps = names + below, sps + user_sps
        rets = [self._return(name) for name in names[1:]] + [0]
        lines = [self._line(sp, self._wide(ret), self._named(name)) for sp, ret, name in zip(sps, rets, names)]
        if self.header == "wide" and rng.random() < 0.3:
            inlined = "app!std::vector<int>::push_back+0x69 (Inline Function @ %s)" % self._wide(rets[-3] - 7)
            lines.insert(len(lines) - 2, "(Inline Function) --------`--------     " + inlined)
        return lines

    def _user_names(self, kind):
        """Frames below the border: none in a kernel dump, modules and thread start in a complete one."""
        if not self.world.banner.complete or kind == "none":
            return []
        module = self.rng.choice(("app", "svcmain", "host"))
        start = frames.START.get(self.world.era, frames.START_LATER)
        names = [name.replace("%s", module) for name in frames.USER[kind] + start]
        for new, old in frames.OLD_NAMES.get(self.world.era, {}).items():
            names = [name.replace(new, old) for name in names]
        return names

    def _kernel_sps(self, count):
        """Rising offsets in the stack page, the last one well below the trap frame."""
        room = (self.end - self.top) // (count + 1)
        sp, result, step = self.top + 0x30, [], 8 if not self.x86 else 4
        for _ in range(count):
            result.append(sp)
            sp += max(step, int(room * (0.5 + self.rng.random() * 0.5)) // step * step)
        return result
