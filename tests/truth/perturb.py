# SPDX-License-Identifier: Apache-2.0
"""Tells the same chains in another log: what changes from dump to dump, and must not make another chain.

Every perturbation is a function of a Log that returns its text, or None where the log has nothing to change. Logs are
those of gen-corpus in UTF-8, with what their truth says of threads, processes and messages.
"""
import datetime
import re

PROMPT = re.compile(r"^(?:\d+: )?kd> ", re.MULTILINE)
BOXES = ("message_box", "dialog", "ui_message_wait")


class Log:
    def __init__(self, text, truth, rng):
        self.text, self.truth, self.rng = text, truth, rng
        self.x86 = truth["metadata"]["arch"] == "x86"
        self.moves = {}                 # address -> address in the perturbed text
        self.processes = [process["addr"] for process in truth["processes"]]
        self.threads = [thread["addr"] for thread in truth["threads"]]

    def moved(self, address):
        return self.moves.get(address, address)

    def sections(self):
        """The banner, then every command with its output."""
        starts = [match.start() for match in PROMPT.finditer(self.text)]
        return [self.text[a:b] for a, b in zip([0] + starts, starts + [len(self.text)])]


# -- numbers -------------------------------------------------------------------------------


def _renumbered(digits):
    number = int(digits, 16)
    return digits if number <= 4 else "%0*x" % (len(digits), number + 0x6000)


def pids(log):
    """All PIDs and TIDs but those of Idle and System."""
    text = re.sub(r"\b((?:Parent)?Cid:? +)([0-9a-f]{4,8})(?:\.([0-9a-f]{4,8}))?",
                  lambda m: m[1] + _renumbered(m[2]) + ("." + _renumbered(m[3]) if m[3] else ""), log.text)
    text = re.sub(r"(kd> !process )([0-9a-f]{1,6})( 0\n)", lambda m: m[1] + _renumbered(m[2]) + m[3], text)
    text = re.sub(r"(with Cid == )([0-9a-f]+)", lambda m: m[1] + _renumbered(m[2]), text)
    text = re.sub(r"^(    [0-9a-f]{8,16} 0x[0-9a-f]{4,} )([0-9a-f]{4,}):([0-9a-f]{4,})( [0-9a-f]{8,16} )",
                  lambda m: m[1] + _renumbered(m[2]) + ":" + _renumbered(m[3]) + m[4], text, flags=re.MULTILINE)
    return re.sub(r"^( {7,9} *)([0-9a-f]{1,5})( \S.{0,30}?\(? *\d+ Kb)", lambda m: m[1] + _renumbered(m[2]) + m[3],
                  text, flags=re.MULTILINE)


def _token(log):
    return r"\b[0-9a-f]{8}\b" if log.x86 else r"\b[0-9a-f]{8}`?[0-9a-f]{8}\b"


def addresses(log):
    """Threads and processes change places, and all lie elsewhere: another one is at the lowest address."""
    digits = 8 if log.x86 else 16
    size = {True: (0x260, 0x288), False: (0x4d0, 0x480)}[log.x86]
    begins, targets = [], {}
    for group, span in ((log.processes, size[0]), (log.threads, size[1])):
        group = sorted({int(address, 16) for address in group})
        places = list(group)
        log.rng.shuffle(places)
        begins += [(begin, begin + span) for begin in group]
        targets.update(zip(group, places))
    begins.sort()
    shift = 0x21000000 if not log.x86 else 0x300000
    owner, pages = {}, {}
    for begin, end in begins:
        for page in range(begin >> 8, (end >> 8) + 1):
            pages.setdefault(page, []).append((begin, end))
    low, high = begins[0][0], begins[-1][1]

    def place(value):
        for begin, end in pages.get(value >> 8, ()):
            if begin <= value < end:
                return targets[begin] + value - begin + shift
        return value + shift if low <= value < high else value

    def replace(match):
        token = match[0]
        if token not in owner:
            value = int(token.replace("`", ""), 16)
            new = "%0*x" % (digits, place(value))
            owner[token] = new if "`" not in token else new[:8] + "`" + new[8:]
        return owner[token]

    text = re.sub(_token(log), replace, log.text)
    log.moves = {old: new for old, new in owner.items() if "`" not in old}
    return text


# -- more and less -------------------------------------------------------------------------


def _idle_block(log):
    """A PROCESS block with threads that no chain, message or lock speaks of."""
    speaks = set()
    for chain in log.truth["chains"] + log.truth["other_chains"]:
        speaks |= {hop["thread"] for hop in chain["hops"]}
    blocks = re.findall(r"^PROCESS [\s\S]*?(?=^PROCESS |^(?:\d+: )?kd> |\Z)", log.text, re.MULTILINE)
    for block in sorted(blocks, key=len):
        threads = re.findall(r"^ +THREAD ([0-9a-f]+)", block, re.MULTILINE)
        if threads and not speaks & set(threads) and "Waiting for reply" not in block and "[...]" not in block \
                and "<snip>" not in block and "HandleCount:   0." not in block:
            return block
    return None


def idle(log):
    """One process more, in the middle of the others, at work on nothing."""
    block = _idle_block(log)
    if not block:
        return None
    known = [int(address, 16) for address in log.threads + log.processes]
    low, high = min(known) - 0x1000, max(known) + 0x1000
    digits, step = (8 if log.x86 else 16), high - low + 0x10000
    block = re.sub(_token(log), lambda m: "%0*x" % (digits, int(m[0], 16) + step)
                   if "`" not in m[0] and low <= int(m[0], 16) < high else m[0], block)
    block = re.sub(r"\b(Cid:? +)([0-9a-f]{4,8})(?:\.([0-9a-f]{4,8}))?",
                   lambda m: m[1] + "%x" % (int(m[2], 16) + 0x70000)
                   + (".%x" % (int(m[3], 16) + 0x70000) if m[3] else ""), block)
    block = re.sub(r"(Image: +)\S[^\n]*", lambda m: m[1] + "Idler.exe", block)
    places = [match.start() for match in re.finditer(r"^PROCESS ", log.text, re.MULTILINE)]
    place = log.rng.choice(places[1:] or places)
    return log.text[:place] + block.rstrip("\n") + "\n\n" + log.text[place:]


def cut(log):
    """Ends anywhere behind the last block that a chain is told by."""
    wanted = set()
    for chain in log.truth["chains"] + log.truth["other_chains"]:
        wanted |= {hop["thread"] for hop in chain["hops"] if hop["thread"]}
    for edge in log.truth["alpc_edges"] + log.truth["other_edges"]:
        wanted |= {edge.get(key) for key in ("waiting_thread", "message", "object", "owner_process", "owner_thread",
                                             "server_thread")}
    end = 0
    for match in re.finditer(_token(log), log.text):
        if match[0] in wanted:
            end = match.end()
    following = re.compile(r"^(?:PROCESS | *THREAD |(?:\d+: )?kd> )", re.MULTILINE).search(log.text, end)
    if not following or following.start() >= len(log.text) - 1:
        return None
    return log.text[:log.rng.randrange(following.start(), len(log.text))]


# -- symbols -------------------------------------------------------------------------------

_FRAME = re.compile(r"^( *[0-9a-f`]{8,17} [0-9a-f`]{8,17} .*?)((?:[\w.]+)!\S.*)$", re.MULTILINE)
_SYSTEM = ("nt", "win32k", "win32kbase", "win32kfull", "ntdll", "user32", "USER32", "kernel32", "KERNEL32",
           "KERNELBASE", "fltmgr", "Ntfs", "afd", "rpcrt4", "RPCRT4", "combase", "ole32", "advapi32", "sechost",
           "wow64", "wow64cpu")


def _without(log, keep):
    def bare(match):
        symbol = match[2]
        if symbol.split("!")[0] in keep:
            return match[0]
        value = hash_of(symbol) & 0x7ffffff
        return match[1] + ("%08x" % (0x10000000 + value) if log.x86 else "0x7fe`%08x" % value)
    return _FRAME.sub(bare, log.text)


def hash_of(text):
    value = 5381
    for c in text:
        value = (value * 33 + ord(c)) & 0xffffffff
    return value


def symbols_of_users(log):
    """No symbols but the system's: the other frames are addresses."""
    text = _without(log, _SYSTEM)
    return text if text != log.text else None


def symbols(log):
    """No symbols at all."""
    return _without(log, ())


# -- order and names -----------------------------------------------------------------------


def order(log):
    """PROCESS blocks of a list in another order, and commands in another order."""
    sections = log.sections()
    banner, commands = sections[0], sections[1:]
    last = [commands.pop()] if commands and ".logclose" in commands[-1] else []
    for place, section in enumerate(commands):
        if "**** NT ACTIVE PROCESS DUMP ****\n" in section:
            head, *blocks = re.split(r"^(?=PROCESS )", section, flags=re.MULTILINE)
            if blocks and not blocks[-1].endswith("\n\n"):
                blocks[-1] += "\n"
            log.rng.shuffle(blocks)
            commands[place] = head + "".join(blocks)
    log.rng.shuffle(commands)
    return "".join([banner] + commands + last)


def machine(log):
    text = re.sub(r"^Machine Name:.*$", "Machine Name: ELSEWHERE%02d" % log.rng.randrange(100), log.text,
                  flags=re.MULTILINE)
    return text if text != log.text else None


def session(log):
    """Users of other sessions; session 0 stays, since it says that a process has no windows."""
    text = re.sub(r"(SessionId: )(\d+)", lambda m: m[1] + (m[2] if m[2] == "0" else "%d" % (int(m[2]) + 7)), log.text)
    return text if text != log.text else None


def names(log):
    """Images in capital letters and cut to 15 bytes, wherever they stand."""
    def spelled(image):
        short = image.encode("utf-8")[:15].decode("utf-8", "ignore")
        return "".join(c.upper() if c.isascii() else c for c in short)
    text = re.sub(r"(\bImage: +)(\S[^\n]*?)( *)$", lambda m: m[1] + (m[2] if m[2] == "N/A" else spelled(m[2])) + m[3],
                  log.text, flags=re.MULTILINE)
    return re.sub(r"((?:OwnerProcess|QueuePortOwnerProcess|Server process) *: [0-9a-f]{8,16} \()"
                  r"([^)\n]*(?:\(x86\)[^)\n]*)?)\)", lambda m: m[1] + spelled(m[2]) + ")", text)


def everything(log):
    """All of that which changes no line's place, then the order."""
    for change in (pids, names, session, machine, idle, addresses, order):
        log.text = change(log) or log.text
    return log.text


def again(log):
    """The same chains at another time."""
    return log.text


PERTURBATIONS = {"another time": again, "other PIDs": pids, "other addresses": addresses, "an idle process more": idle,
                 "cut behind the chains": cut, "no user symbols": symbols_of_users, "no symbols": symbols,
                 "shuffled order": order, "renamed machine": machine, "other sessions": session,
                 "names cut, in capitals": names, "all at once": everything}
WITHOUT_FRAMES = ("no user symbols", "no symbols")
UNTOLD = {"no symbols": BOXES}      # ends that only frames tell


def redated(text, days):
    """The session time, in all places, so many days later."""
    def later(match):
        fraction = "." + match[3] if match[3] else ""
        when = datetime.datetime.strptime(match[2] + match[4], "%b %d %H:%M:%S %Y") + datetime.timedelta(days=days)
        return (match[1] + when.strftime("%a %b ") + "%2d" % when.day + when.strftime(" %H:%M:%S") + fraction
                + when.strftime(" %Y"))
    return re.sub(r"(Debug session time: )\w{3} (\w{3} +\d+ \d+:\d+:\d+)(?:\.(\d+))?( \d{4})", later, text)
