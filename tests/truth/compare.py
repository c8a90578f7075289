# SPDX-License-Identifier: Apache-2.0
"""One incident of a truth file against what `show --format json` says of it.

Every aspect is a function (truth, shown) -> list of differences. The truth's
keys are explained where the logs come from (tests/logs, scripts/gen-corpus);
those of `shown` are the program's contract. Nothing here knows the program.
"""
import datetime
import re

ALPC_SOURCES = {"alpc_m": "alpc_m", "lpc_message": "lpc_message",
                "absent_in_alpc_m": "absent", "absent_in_lpc_message": "absent",
                "no_alpc_m": "not_shown", "no_lpc_message": "not_shown"}
SECOND = 0.0006  # two printings of one millisecond value differ by less


def same(want, got):
    if isinstance(want, float) or isinstance(got, float):
        return (isinstance(want, (int, float)) and isinstance(got, (int, float))
                and not isinstance(got, bool) and abs(want - got) < SECOND)
    return type(want) is type(got) and want == got


def field(differences, where, key, want, got):
    if not same(want, got):
        differences.append("%s: %s is %r, truth says %r" % (where, key, got, want))


def short(image):
    """What is left of an image name where only 15 bytes were kept."""
    return image if image is None else image.encode("utf-8")[:15].decode("utf-8", "ignore").lower()


def pairs(differences, kind, want, got):
    """(key, truth, shown) for what both have; the rest is a difference."""
    for key in want:
        if key not in got:
            differences.append("%s %s is missing" % (kind, _key(key)))
    for key in got:
        if key not in want:
            differences.append("%s %s is not in the truth" % (kind, _key(key)))
    return [(key, want[key], got[key]) for key in want if key in got]


def _key(key):
    return " ".join(str(part) for part in key) if isinstance(key, tuple) else str(key)


def by(differences, kind, items, key):
    """The items by key; one that comes twice is a difference."""
    found = {}
    for item in items:
        if key(item) in found:
            differences.append("%s %s is listed twice" % (kind, _key(key(item))))
        found[key(item)] = item
    return found


def ordered(differences, kind, keys):
    if keys != sorted(keys):
        differences.append("%s are not sorted by address" % kind)


# -- processes ---------------------------------------------------------------------------


def mentioned(truth):
    """Processes that no PROCESS block shows: address -> (pids, images) said elsewhere."""
    blocks = {process["addr"] for process in truth["processes"]}
    found = {}
    for thread in truth["threads"]:
        if thread["process_addr"]:
            pids, images = found.setdefault(thread["process_addr"], (set(), set()))
            pids.add(thread["pid"])
            images.add(thread["image"])
    for process in truth.get("stacks_processes", ()):
        found.setdefault(process["addr"], (set(), set()))[1].add(process["image"])
    for edge in truth["alpc_edges"] + truth["other_edges"]:
        if edge.get("owner_process"):
            found.setdefault(edge["owner_process"], (set(), set()))[1].add(edge.get("owner_image"))
    return {address: said for address, said in found.items() if address not in blocks}


def processes(truth, shown):
    differences = []
    blocks = {process["addr"]: process for process in truth["processes"]}
    hearsay = mentioned(truth)
    listed = by(differences, "process", shown["processes"], lambda process: process["address"])
    ordered(differences, "processes", [process["address"] for process in shown["processes"]])
    threads = {}
    for thread in shown["threads"]:
        threads[thread["process"]] = threads.get(thread["process"], 0) + 1
    for address, want, got in pairs(differences, "process", {**blocks, **hearsay}, listed):
        where = "process %s %s" % (address, got["image"])
        if address in blocks:
            for key, shown_key in (("pid", "pid"), ("ppid", "parent_pid"), ("session", "session"),
                                   ("image", "image"), ("handle_count", "handle_count"),
                                   ("zombie", "zombie"), ("threads_listed", "threads_listed")):
                field(differences, where, shown_key, want[key], got[shown_key])
        else:
            pids, images = want
            for key in ("parent_pid", "session", "handle_count"):
                field(differences, where + " (known by mention)", key, None, got[key])
            if got["pid"] not in (pids or {None}):
                differences.append("%s: pid is %r, threads say %r" % (where, got["pid"], pids))
            if short(got["image"]) not in {short(image) for image in images if image} | (
                    {None} if images <= {None} else set()):
                differences.append("%s: image is said to be %r" % (where, images))
            if got["zombie"]:
                differences.append("%s: a process known by mention is no zombie" % where)
        # How many threads there are is not known before they are listed.
        if got["threads"] != threads.get(address, 0) and not (
                got["threads"] is None and not got["threads_listed"]):
            differences.append("%s: threads is %r, %d are listed"
                               % (where, got["threads"], threads.get(address, 0)))
    return differences


# -- threads -----------------------------------------------------------------------------


def threads(truth, shown):
    differences = []
    want = {thread["addr"]: thread for thread in truth["threads"]}
    listed = by(differences, "thread", shown["threads"], lambda thread: thread["address"])
    ordered(differences, "threads", [thread["address"] for thread in shown["threads"]])
    pids = {process["addr"]: process["pid"] for process in truth["processes"]}
    for address, real, got in pairs(differences, "thread", want, listed):
        where = "thread %s" % address
        for key in ("pid", "tid", "state", "wait_reason", "wait_ticks", "wait_seconds"):
            # "Ticks: 0" is printed without a time.
            if not (key == "wait_seconds" and real["wait_ticks"] == 0 and got[key] is None):
                field(differences, where, key, real[key], got[key])
        if real["process_addr"] is not None:
            field(differences, where, "process", real["process_addr"], got["process"])
        elif got["process"] is not None and pids.get(got["process"]) != real["pid"]:
            differences.append("%s: process %s is not the one of pid %r"
                               % (where, got["process"], real["pid"]))
        if real["image"] is not None:
            field(differences, where, "image", real["image"], got["image"])
        types = [thing["type"] for thing in got["wait_objects"]]
        if types != real["wait_objects"]:
            differences.append("%s: wait_objects are %r, truth says %r"
                               % (where, types, real["wait_objects"]))
    return differences


# -- edges -------------------------------------------------------------------------------


def real_edges(truth):
    for edge in truth["alpc_edges"]:
        yield {"kind": edge["kind"], "thread": edge["waiting_thread"], "object": edge["message"],
               "port": edge["port"], "owner_process": edge["owner_process"],
               "owner_thread": edge["server_thread"],
               "owner_source": ALPC_SOURCES[edge["server_thread_source"]],
               "queue_type": edge.get("queue_type"), "message_id": edge.get("message_id"),
               "owner_image": edge.get("owner_image")}
    for edge in truth["other_edges"]:
        real = {"kind": edge["kind"], "thread": edge["waiting_thread"], "object": edge["object"],
                "port": None, "owner_source": "object", "queue_type": None, "message_id": None}
        real.update((key, edge[key]) for key in ("owner_thread", "owner_process") if edge.get(key))
        yield real


def edges(truth, shown):
    differences = []

    def key(edge):
        # One waiter of a resource that several threads own has an edge to each.
        owner = edge.get("owner_thread") if edge["kind"] == "resource" else None
        return edge["thread"], edge["kind"], edge["object"], owner
    want = {key(edge): edge for edge in real_edges(truth)}
    listed = by(differences, "edge", shown["edges"], key)
    ordered(differences, "edges", [edge["thread"] for edge in shown["edges"]])
    for name, real, got in pairs(differences, "edge", want, listed):
        for word in real:
            if word != "owner_image":
                field(differences, "edge " + _key(name), word, real[word], got[word])
            elif real[word] is not None and short(real[word]) != short(got[word]):
                field(differences, "edge " + _key(name), word, real[word], got[word])
    return differences


# -- chains ------------------------------------------------------------------------------


def _chain_line(hops, cycle, start, endpoint):
    text = " ".join("%s/%s/%s%s" % (image, pid, thread, " -%s->" % via if via else "")
                    for image, pid, thread, via in hops)
    return "%s [%s %s %s]%s" % (text, *endpoint,
                                "" if cycle == "none" else " cycle %s from %s" % (cycle, start))


def _real_chain(chain):
    hops = tuple((hop["image"], hop["pid"], hop["thread"], hop["via"]) for hop in chain["hops"])
    end = chain["endpoint"]
    return (hops, chain["cycle_kind"] or "none", chain["cycle_start"],
            (end["kind"], end.get("thread"), end.get("wait_reason")))


def _shown_chain(chain, with_reason):
    hops = tuple((hop["image"], hop["pid"], hop["thread"], hop["via"]) for hop in chain["hops"])
    end = chain["endpoint"]
    return (hops, chain["cycle"], chain["cycle_start"],
            (end["kind"], end["thread"], end["wait_reason"] if with_reason else None))


def chains(truth, shown):
    differences = []
    real = {}
    for chain in truth["chains"] + truth["other_chains"]:
        parts = _real_chain(chain)
        real[parts[0]] = parts
    listed = {}
    for chain in shown["chains"]:
        hops = _shown_chain(chain, False)[0]
        if hops in listed:
            differences.append("twice: " + _chain_line(*_shown_chain(chain, True)))
        with_reason = real.get(hops, (0, 0, 0, (0, 0, None)))[3][2] is not None
        listed[hops] = _shown_chain(chain, with_reason)
    for hops, parts in real.items():
        if hops not in listed:
            differences.append("missing: " + _chain_line(*parts))
        elif listed[hops] != parts:
            differences.append("is:          %s\ntruth says:  %s"
                               % (_chain_line(*listed[hops]), _chain_line(*parts)))
    for hops, parts in listed.items():
        if hops not in real:
            differences.append("not in the truth: " + _chain_line(*parts))
    return differences + _chain_fields(shown)


def _chain_fields(shown):
    """What follows from the hops: path, waits, processes, signatures."""
    differences, alike, unlike = [], {}, {}
    waits = {thread["address"]: thread["wait_seconds"] for thread in shown["threads"]}
    homes = {thread["address"]: thread["process"] for thread in shown["threads"]}
    for chain in shown["chains"]:
        where = "chain of " + str(chain["hops"][0]["thread"])
        images = [hop["image"] for hop in chain["hops"]]
        field(differences, where, "path", images, chain["path"])
        for hop in chain["hops"]:
            if hop["thread"] in waits:
                field(differences, where, "wait_seconds", waits[hop["thread"]], hop["wait_seconds"])
                field(differences, where, "process", homes[hop["thread"]], hop["process"])
            elif hop["wait_seconds"] is not None:
                differences.append("%s: a thread that is not shown waits %r s"
                                   % (where, hop["wait_seconds"]))
        if not re.fullmatch("[0-9a-f]{16}", chain["signature"]):
            differences.append("%s: signature %r" % (where, chain["signature"]))
        kinds = (tuple(image and image.lower() for image in images),
                 tuple(hop["via"] for hop in chain["hops"]), chain["cycle"])
        shape = kinds + (chain["cycle_start"], chain["endpoint"]["kind"],
                         chain["endpoint"]["wait_reason"])
        if alike.setdefault(shape, chain["signature"]) != chain["signature"]:
            differences.append("%s: two signatures for the images and kinds %r" % (where, shape))
        if chain["cycle"] != "thread" and unlike.setdefault(chain["signature"], kinds) != kinds:
            differences.append("%s: signature %s also means %r"
                               % (where, chain["signature"], unlike[chain["signature"]]))
    return differences


# -- zombies, host, counts ---------------------------------------------------------------


def zombies(truth, shown):
    differences = []
    want, got = truth["zombies"], shown["zombies"]
    field(differences, "zombies", "count", want["count"], got["count"])
    for image in sorted(set(want["by_image"]) | set(got["by_image"])):
        field(differences, "zombies by image", image, want["by_image"].get(image, 0),
              got["by_image"].get(image, 0))
    blocks = sum(process["zombie"] is True for process in shown["processes"])
    field(differences, "zombies", "processes with zombie true", want["from_process_blocks"], blocks)
    return differences


def session_time(metadata):
    """The banner's session time in UTC, or None."""
    local = metadata.get("debug_session_time_iso")
    if not local:
        return None
    minutes = metadata.get("utc_offset_min") or 0
    return datetime.datetime.fromisoformat(local) - datetime.timedelta(minutes=minutes)


def _time(text):
    if text is None:
        return None
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", text):
        raise ValueError("not RFC 3339")
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment.astimezone(datetime.timezone.utc).replace(tzinfo=None)


def host(truth, shown):
    differences = []
    banner, got = truth["metadata"], shown["host"]
    for key, want in (("build", banner.get("build")), ("arch", banner.get("arch")),
                      ("tick_count", banner.get("dump_tick_count")),
                      ("processors", banner.get("processors")),
                      ("os_line", banner.get("os_line")),
                      ("machine", banner.get("machine_name") or None)):
        field(differences, "host", key, want, got[key])
    pack = re.search(r"\d+", banner.get("service_pack") or "")
    field(differences, "host", "service_pack", int(pack.group()) if pack else None,
          got["service_pack"])
    product = re.match(r"(?:Product: )?(\w+)", banner.get("product_line") or "")
    field(differences, "host", "product", product.group(1) if product else None, got["product"])
    if banner.get("os_line"):
        if not got["os"] or not got["os"].startswith("Windows"):
            differences.append("host: os is %r, the banner says %r" % (got["os"], banner["os_line"]))
    else:
        field(differences, "host", "os", None, got["os"])
    if banner.get("uptime_seconds") is not None:
        field(differences, "host", "uptime_seconds", float(banner["uptime_seconds"]),
              got["uptime_seconds"])
    elif got["uptime_seconds"] is not None:
        differences.append("host: uptime_seconds is %r, the log gives none" % got["uptime_seconds"])
    want = session_time(banner)
    try:
        if _time(got["session_time"]) != want and not (
                want and banner.get("utc_offset_min") is None and got["session_time"] is None):
            differences.append("host: session_time is %s, truth says %s (UTC)"
                               % (got["session_time"], want))
    except ValueError as error:
        differences.append("host: session_time %r: %s" % (got["session_time"], error))
    return differences + _tick(truth, got["tick_ms"])


def _tick(truth, got):
    """The tick length has to explain every pair of ticks and time that the log prints."""
    differences, want = [], truth["metadata"].get("tick_ms")
    if want is None:
        field(differences, "host", "tick_ms", None, got)
    elif not isinstance(got, (int, float)) or abs(want - got) > 0.0005:
        field(differences, "host", "tick_ms", want, got)
    else:
        for thread in truth["threads"]:
            ticks, seconds = thread["wait_ticks"], thread["wait_seconds"]
            if ticks and seconds is not None and abs(ticks * got - seconds * 1000) > 1.5:
                differences.append("host: tick_ms %r does not make %d ticks %s s" % (got, ticks, seconds))
    return differences


# What !vm calls a number and `show` does too; parts of a pool are no number of their own.
MEMORY = {"Physical Memory": "physical_kb", "Available Pages": "available_kb",
          "ResAvail Pages": "resident_available_kb", "Locked IO Pages": "locked_io_kb",
          "Free System PTEs": "free_system_ptes_kb", "Modified Pages": "modified_kb",
          "NonPagedPool Usage": "nonpaged_pool_usage_kb", "NonPagedPool Max": "nonpaged_pool_maximum_kb",
          "PagedPool 0 Usage": None, "PagedPool Usage": "paged_pool_usage_kb",
          "PagedPool Maximum": "paged_pool_maximum_kb", "Shared Commit": "shared_commit_kb",
          "Special Pool": "special_pool_kb", "Shared Process": "shared_process_kb",
          "PagedPool Commit": "paged_pool_commit_kb", "Driver Commit": "driver_commit_kb",
          "Committed pages": "committed_kb", "Commit limit": "commit_limit_kb"}


def _memory(truth, shown):
    differences, got = [], shown["memory"]
    if "memory_kb" not in truth:
        return differences
    if (truth["memory_kb"] is None) != (got is None):
        return ["memory is %r, truth says %r" % (got, truth["memory_kb"])]
    for label, kb in (truth["memory_kb"] or {}).items():
        if MEMORY[label]:
            field(differences, "memory", MEMORY[label], kb, got[MEMORY[label]])
    return differences


def counts(truth, shown):
    differences, got = [], shown["counts"]
    wanted = {"processes": len(truth["processes"]), "zombies": truth["zombies"]["count"],
              "threads": len(truth["threads"]),
              "edges": len(truth["alpc_edges"]) + len(truth["other_edges"]),
              "chains": len(truth["chains"]) + len(truth["other_chains"]),
              "findings": len(shown["findings"]), "diagnostics": len(shown["diagnostics"])}
    for key, want in wanted.items():
        field(differences, "counts", key, want, got[key])
    for key in ("threads", "edges", "chains"):
        field(differences, "length of the list", key, got[key], len(shown[key]))
    return differences + _memory(truth, shown)


# -- findings ----------------------------------------------------------------------------


def _found(shown, pattern):
    return [finding for finding in shown["findings"] if finding["pattern"] == pattern]


def _sets(differences, kind, want, got):
    """Two dicts that must be alike: what is missed, what is invented, what is said otherwise."""
    for key, left, right in pairs(differences, kind, want, got):
        if not all(same(a, b) or (isinstance(a, (int, float)) and a == b) for a, b in zip(left, right)):
            differences.append("%s %s is %r, truth says %r" % (kind, _key(key), right, left))


def findings(truth, shown):
    """Patterns of which the truth tells all there are; each with precision and recall of one."""
    differences = []
    _sets(differences, "message box",
          {box["thread"]: (box["confidence"], box["kind"], box["pid"], box["image"])
           for box in truth["message_box_threads"]},
          {box["thread"]: (box["confidence"], box["detail"], box["pid"], box["image"])
           for box in _found(shown, "message-box")})
    _sets(differences, "missing threads",
          {one["process"]: (one["pid"], one["image"], one["threads_present"], one["expected"], one["sample"])
           for one in truth["missing_thread_suspects"] if one["evident"]},
          {one["process"]: (one["pid"], one["image"], one["threads"], one["expected"], one["sample"])
           for one in _found(shown, "missing-threads") if one["basis"] == "siblings"})
    _sets(differences, "special process",
          {short(image): (count,) for image, count in truth["special_processes"].items()},
          {short(one["image"]): (one["count"],) for one in _found(shown, "special-process")})
    ports, unclear = {}, set()
    for one in truth.get("blocked_queues", ()):
        ports.setdefault(one["port"], (one["owner_process"], short(one["image"])))
        if not one.get("evident", True):        # a thread that serves the port has nothing to do
            unclear.add(one["port"])
    _sets(differences, "blocked queue", {port: said for port, said in ports.items() if port not in unclear},
          {one["port"]: (one["process"], short(one["image"])) for one in _found(shown, "blocked-queue")
           if one["port"] not in unclear})
    chains = truth["chains"] + truth["other_chains"]
    told = sum(one["count"] for one in _found(shown, "wait-chain"))
    field(differences, "findings", "chains in wait-chain",
          sum(len(chain["hops"]) > 1 for chain in chains), told)
    return differences


# -- evidence ----------------------------------------------------------------------------


class Text:
    """A decoded log with its lines."""

    def __init__(self, content):
        self.content = content
        self.lines = content.split(b"\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)

    def between(self, first, last):
        """The bytes of lines `first` to `last`, 1-based, both included."""
        return self.content[self.starts[first - 1]:self.starts[last]]


def evidence(truth, shown, text_of):
    """`text_of(bundle, member)` gives the Text a piece of evidence points into."""
    differences = []
    blocks = {process["addr"] for process in truth["processes"]}
    sources = {(source["bundle"], source["member"]) for source in shown["sources"]}
    speaks = [("process", process, process["address"], process["address"] in blocks)
              for process in shown["processes"]]
    speaks += [("thread", thread, thread["address"], True) for thread in shown["threads"]]
    speaks += [("edge", edge, edge["object"], True) for edge in shown["edges"]]
    for kind, item, address, needed in speaks:
        proof, where = item["evidence"], "%s %s" % (kind, address)
        if proof is None:
            if needed:
                differences.append("%s: no evidence" % where)
            continue
        if (proof["bundle"], proof["member"]) not in sources:
            differences.append("%s: %s of %s is no source of the incident"
                               % (where, proof["member"], proof["bundle"]))
        text = text_of(proof["bundle"], proof["member"])
        first, last = proof["first_line"], proof["last_line"]
        if not 1 <= first <= last <= len(text.lines):
            differences.append("%s: lines %r to %r of %d" % (where, first, last, len(text.lines)))
            continue
        said = text.between(first, last)
        if address.encode() not in said.lower():
            differences.append("%s: lines %d to %d do not speak of it" % (where, first, last))
        start, length = proof["offset"], proof["length"]
        if text.content[start:start + length].rstrip() != said.rstrip():
            differences.append("%s: bytes %d+%d are not lines %d to %d"
                               % (where, start, length, first, last))
    return differences
