# SPDX-License-Identifier: Apache-2.0
"""What a question over all incidents must bring, computed the slow way from `show` of every one of them.

Written from the documents, not from the program: every selector, name and expression is tried on every incident
and chain, nothing is looked up. A question is a dict of what is asked: its keys are the options without dashes.
"""
import collections
import datetime
import re

CUT = 15            # bytes of a name that the kernel keeps
INCIDENT_QUESTIONS = ("zombies", "special", "missing-threads", "message-box", "process")
CHAIN_QUESTIONS = ("chain", "blocker")
PATTERN_OF = {"zombies": "zombie-process", "special": "special-process", "missing-threads": "missing-threads",
              "message-box": "message-box"}
WHERE = ("incident", "bundle", "member", "machine", "session_time")


# -- names ---------------------------------------------------------------------------------


def lower(text):
    return "".join(c.lower() if c.isascii() else c for c in text)


def cut(image):
    return image.encode("utf-8")[:CUT].decode("utf-8", "ignore").rstrip(" ")


def folded(image):
    """What all spellings of an image have in common."""
    return lower(cut(image))


def _regex(pattern):
    return "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)


def wild(pattern, text):
    """The whole text; `*` and `?` are wildcards."""
    return re.fullmatch(_regex(lower(pattern)), lower(text), re.DOTALL) is not None


def _may_be_cut(image):
    """As long as a cut name, and what it ends with is no extension."""
    raw = image.encode("utf-8")
    return len(raw) == CUT and raw[-4:-3] != b"."


def _begins_like(pattern, image):
    """Some name that begins with `image` matches."""
    pattern, image = lower(pattern), lower(image)
    return any(re.fullmatch(_regex(pattern[:end]), image, re.DOTALL) for end in range(len(pattern) + 1))


def names(pattern, image, literal=False):
    """Whether an image is meant by what somebody typed."""
    if image is None:
        image = ""
    if literal or not set(pattern) & set("*?"):
        one, other = pattern.encode("utf-8"), image.encode("utf-8")
        if len(one) > CUT and len(other) > CUT:
            return lower(pattern) == lower(image)
        return folded(pattern) == folded(image)
    return wild(pattern, image) or (_may_be_cut(image) and _begins_like(pattern, image))


# -- chain expressions ---------------------------------------------------------------------


class Expression:
    """`[^]NAME { (> | >>) NAME } [$]`; a name in double quotes is literal."""
    TOKEN = re.compile(r'\s*(?:(>>)|(>)|"([^"]+)"|([^>"]+))')

    def __init__(self, text):
        text = text.strip()
        self.first, self.last = text.startswith("^"), text.endswith("$")
        text = text[self.first:len(text) - self.last]
        self.names, self.far, at = [], [], 0
        while at < len(text):
            match = self.TOKEN.match(text, at)
            at = match.end()
            if match[1] or match[2]:
                self.far.append(bool(match[1]))
            elif match[3] or match[4].strip():
                self.names.append((match[3] or match[4].strip(), bool(match[3])))

    def matches(self, chain):
        """By trying every hop for the first name, and every hop that it leads to for the next one."""
        hops, back = chain["hops"], chain["cycle_start"]

        def after(place):
            if place + 1 < len(hops):
                return place + 1
            return back                             # None unless the chain is a deadlock

        def reached(place):
            found, place = [], after(place)
            while place is not None and place not in found:
                found.append(place)
                place = after(place)
            return found

        def search(number, place):
            name, literal = self.names[number]
            if not names(name, hops[place]["image"], literal):
                return False
            if number + 1 == len(self.names):
                return not self.last or place == len(hops) - 1
            following = reached(place) if self.far[number] else reached(place)[:1]
            return any(search(number + 1, other) for other in following)

        return any(search(0, place) for place in (range(1) if self.first else range(len(hops))))


# -- selectors -----------------------------------------------------------------------------


def moment(text):
    """Of RFC 3339; a zone that is not known counts as UTC."""
    match = re.fullmatch(r"(\d+-\d+-\d+)[T ](\d+:\d+:\d+)(?:\.(\d+))?(Z|[+-]\d+:\d+)?", text)
    when = datetime.datetime.strptime(match[1] + " " + match[2], "%Y-%m-%d %H:%M:%S")
    when += datetime.timedelta(milliseconds=int(((match[3] or "") + "000")[:3]))
    if match[4] and match[4] != "Z":
        hours, minutes = match[4][1:].split(":")
        offset = datetime.timedelta(hours=int(hours), minutes=int(minutes))
        when += offset if match[4][0] == "-" else -offset
    return when


def _bound(text, end_of_day):
    if "T" in text:
        return moment(text)
    day = datetime.datetime.strptime(text, "%Y-%m-%d")
    return day + datetime.timedelta(days=1, milliseconds=-1) if end_of_day else day


def _base(path):
    return path.rsplit("/", 1)[-1]


class Incident:
    """What `list` and `show` say of one, and the bundles that it lies in."""

    def __init__(self, row, shown, bundles):
        self.row, self.shown, self.bundles = row, shown, bundles
        self.id, self.chains, self.findings = row["incident"], shown["chains"], shown["findings"]
        self.when = moment(row["session_time"]) if row["session_time"] else None
        self.where = {key: row[key] for key in WHERE}

    def of_pattern(self, pattern, image=None):
        return [finding for finding in self.findings if finding["pattern"] == pattern
                and (image is None or names(image, finding.get("image")))]

    def selected(self, asked):
        row = self.row
        if "since" in asked and not (self.when and self.when >= _bound(asked["since"], False)):
            return False
        if "until" in asked and not (self.when and self.when <= _bound(asked["until"], True)):
            return False
        if "machine" in asked and not (row["machine"] and wild(asked["machine"], row["machine"])):
            return False
        if "os" in asked and lower(asked["os"]) not in lower(row["os"] or ""):
            return False
        if "build" in asked and row["build"] != int(asked["build"]):
            return False
        if "bundle" in asked and not any(wild(asked["bundle"], path) or wild(asked["bundle"], _base(path))
                                         for path in self.bundles):
            return False
        return True


def waits(chain):
    return [hop["wait_seconds"] for hop in chain["hops"] if hop["wait_seconds"] is not None]


def chain_selected(asked, chain):
    cycle = asked.get("cycle")
    if cycle and not (chain["cycle"] != "none" if cycle == "any" else chain["cycle"] == cycle):
        return False
    return "min-wait" not in asked or max(waits(chain), default=-1) >= float(asked["min-wait"])


def _blocked_by(image, chain):
    hops = chain["hops"]
    last = hops[chain["cycle_start"]:] if chain["cycle"] == "thread" else hops[-1:]
    return any(names(image, hop["image"]) for hop in last)


# -- questions of incidents ----------------------------------------------------------------


def _meets(incident, asked, question):
    """(count, by image, findings) of one question, None when it does not hold."""
    wanted = asked[question]
    shown, by_image = incident.shown, collections.Counter()
    if question == "zombies":
        if shown["zombies"]["count"] < int(wanted):
            return None
        return shown["zombies"]["count"], shown["zombies"]["by_image"], incident.of_pattern("zombie-process")
    if question == "process":
        found = [process for process in shown["processes"] if names(wanted, process["image"])]
        by_image.update(process["image"] for process in found)
        findings = [f for f in incident.findings if f.get("image") is not None and names(wanted, f["image"])]
        return (len(found), dict(by_image), findings) if found else None
    findings = incident.of_pattern(PATTERN_OF[question], wanted)
    for finding in findings:
        by_image[finding["image"]] += finding["count"] if question == "special" else 1
    return (sum(by_image.values()), dict(by_image), findings) if findings else None


def _wanted_incidents(incidents, asked):
    """[(incident, count, by image, findings)] for which everything holds that is asked of incidents."""
    for incident in incidents:
        if not incident.selected(asked):
            continue
        met = [_meets(incident, asked, question) for question in INCIDENT_QUESTIONS if question in asked]
        if any(one is None for one in met):
            continue
        findings = []
        for _, _, more in met:
            findings += [finding for finding in more if finding not in findings]
        yield (incident, *(met[0][:2] if met else (0, {})), findings)


def _page(rows, asked):
    offset = asked.get("offset", 0)
    return rows[offset:offset + asked["limit"]] if "limit" in asked else rows[offset:]


def is_of_groups(asked):
    return any(key in asked for key in CHAIN_QUESTIONS + ("recurring",))


def incidents_asked(incidents, asked):
    """The incidents as JSON, most first, then by id."""
    rows = []
    for incident, count, by_image, findings in _wanted_incidents(incidents, asked):
        if ("cycle" in asked or "min-wait" in asked) \
                and not any(chain_selected(asked, chain) for chain in incident.chains):
            continue
        rows.append(dict(incident.where, count=count, by_image=by_image, findings=findings))
    rows.sort(key=lambda row: (-row["count"], row["incident"]))
    return _page(rows, asked)


def listed(incidents, asked):
    """What `list` has: newest first, those without a time last."""
    rows = [incident for incident in incidents if incident.selected(asked)
            and (not ("cycle" in asked or "min-wait" in asked)
                 or any(chain_selected(asked, chain) for chain in incident.chains))]
    rows.sort(key=lambda one: one.id)
    rows.sort(key=lambda one: one.when or datetime.datetime.min, reverse=True)
    return [one.row for one in _page(rows, asked)]


# -- questions of groups -------------------------------------------------------------------


def by_kind(_, chain):
    return chain["signature"]


def group(signature, found):
    """`found` is [(incident, chain)]; what may be any of the chains' own is a set in `either`."""
    incidents = {incident.id: incident for incident, _ in found}
    timed = sorted((one for one in incidents.values() if one.when), key=lambda one: (one.when, one.id))
    longest = [wait for _, chain in found for wait in waits(chain)]
    return {"signature": signature,
            "either": {"label": {chain["label"] for _, chain in found},
                       "path": {tuple(chain["path"]) for _, chain in found},
                       "cycle": {chain["cycle"] for _, chain in found},
                       "endpoint": {chain["endpoint"]["kind"] for _, chain in found}},
            "incidents": len(incidents), "chains": len(found),
            "machines": len({lower(one.row["machine"]) for one in incidents.values() if one.row["machine"]}),
            "first_seen": timed[0].row["session_time"] if timed else None,
            "last_seen": timed[-1].row["session_time"] if timed else None,
            "max_wait_seconds": max(longest, default=None),
            "occurrences": [dict(incident.where, chain=chain) for incident, chain in found]}


def groups_asked(incidents, asked, signature_of=by_kind, order=None):
    """The groups as JSON, most incidents first, all else as `order` has it."""
    found = collections.defaultdict(list)
    expression = Expression(asked["chain"]) if "chain" in asked else None
    for incident, _, _, _ in _wanted_incidents(incidents, asked):
        for chain in incident.chains:
            if chain_selected(asked, chain) and (not expression or expression.matches(chain)) \
                    and ("blocker" not in asked or _blocked_by(asked["blocker"], chain)):
                found[signature_of(incident.id, chain)].append((incident, chain))
    groups = [group(signature, chains) for signature, chains in found.items()]
    groups = [one for one in groups if one["incidents"] >= asked.get("min-incidents", 1)]
    groups.sort(key=order or ORDERS[0])
    return _page(groups, asked)


# Most incidents first; what comes first of equals the documents leave open, so that any of these will do, if always.
ORDERS = (lambda group: (-group["incidents"], -group["chains"], group["signature"]),
          lambda group: (-group["incidents"], group["signature"]))
