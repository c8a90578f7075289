# SPDX-License-Identifier: Apache-2.0
"""Reads the program's answer to a question in any format, and compares it with the one by brute force.

Whatever is compared, the outcome is a list of differences in words. Keys that no document names are let be.
"""
import csv
import io
import json

from . import brute
from .program import Failure

SCHEMA = "pipeline/query/1"
GROUP_NUMBERS = ("incidents", "chains", "machines", "first_seen", "last_seen", "max_wait_seconds")
GROUP_COLUMNS = ("signature", "label", "path", "cycle", "endpoint") + GROUP_NUMBERS
INCIDENT_COLUMNS = brute.WHERE + ("count",)
LIST_COLUMNS = brute.WHERE + ("os", "build", "processes", "zombies", "threads", "chains")
COLUMNS = {"groups": GROUP_COLUMNS, "incidents": INCIDENT_COLUMNS, "list": LIST_COLUMNS}


UNKNOWN = "?"       # an image that the log does not name


class Wrong(Exception):
    """The output is not what its format is."""


UNREADABLE = (Failure, Wrong, KeyError, TypeError, AttributeError, ValueError)


def _short(value):
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) < 300 else text[:300] + "..."


# -- reading -------------------------------------------------------------------------------


def _unique(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise Wrong("an object has a key twice: %r" % sorted(keys))
    return dict(pairs)


def parsed(text):
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except ValueError as error:
        raise Wrong("no JSON: %s: %s" % (error, _short(text))) from error


def decoded(out):
    try:
        return out.decode("utf-8")
    except ValueError as error:
        raise Wrong("no UTF-8: %s" % error) from error


def rows_of_json(out, key):
    answer = parsed(decoded(out))
    if not isinstance(answer, dict) or answer.get("schema") != SCHEMA or not isinstance(answer.get(key), list):
        raise Wrong("no %s with a list of %s: %s" % (SCHEMA, key, _short(answer)))
    return answer[key]


def rows_of_jsonl(out):
    text = decoded(out)
    if text and not text.endswith("\n"):
        raise Wrong("the last line has no end")
    return [parsed(line) for line in text.split("\n")[:-1]]


def rows_of_csv(out):
    """A dict a row; RFC 4180 wants CRLF and as many fields in every row."""
    text = decoded(out)
    if not text.endswith("\r\n"):
        raise Wrong("the last row does not end in CRLF: %r" % text[-40:])
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    again = io.StringIO(newline="")
    csv.writer(again, quoting=csv.QUOTE_ALL).writerows(rows)
    if any(len(row) != len(rows[0]) for row in rows):
        raise Wrong("rows have %r fields" % sorted({len(row) for row in rows}))
    if len(set(rows[0])) != len(rows[0]):
        raise Wrong("two columns have one name: %r" % rows[0])
    return rows[0], [dict(zip(rows[0], row)) for row in rows[1:]]


# -- comparing -----------------------------------------------------------------------------


def _canonical(values):
    return sorted(json.dumps(value, sort_keys=True) for value in values)


def _occurrences(want, got, most):
    """All of them in any order, or `most` of them."""
    if not isinstance(got, list):
        return ["occurrences are %s" % _short(got)]
    number = len(want) if most is None else min(most, len(want))
    if len(got) != number:
        return ["%d occurrences, must be %d" % (len(got), number)]
    have = _canonical({key: one.get(key) for key in brute.WHERE + ("chain",)} for one in got)
    left = _canonical(want)
    for one in have:
        if one not in left:
            return ["an occurrence that is none, or comes twice: %s" % _short(one)]
        left.remove(one)
    return []


def collapsed(path):
    """Images without case and cut, equal ones in a row once."""
    names = [brute.folded(image or UNKNOWN) for image in path]
    return tuple(name for place, name in enumerate(names) if place == 0 or names[place - 1] != name)


def _path_fits(path, paths, level):
    if not isinstance(path, list) or not path or not all(isinstance(image, (str, type(None))) for image in path):
        return False
    if level == "root":
        return any(collapsed(path[-1:])[0] in collapsed(one) for one in paths)
    if level == "kind":
        return tuple(path) in paths or collapsed(path) in {collapsed(one) for one in paths}
    return sorted(set(collapsed(path))) in [sorted(set(collapsed(one))) for one in paths]


def one_group(want, got, asked, level="kind", most=None):
    """Without what is equal; `most`: of --occurrences."""
    problems, either = [], want["either"]
    if not isinstance(got, dict):
        return ["no object: %s" % _short(got)]
    name = "group %s: " % want["signature"]
    for key in ("signature",) + GROUP_NUMBERS:
        if key not in got or got[key] != want[key] or isinstance(got[key], bool):
            problems.append("%s%s is %s, must be %s" % (name, key, _short(got.get(key, "not there")),
                                                        _short(want[key])))
    if level == "kind" and got.get("label") not in either["label"] and either["label"]:
        problems.append("%slabel is %s, must be of %r" % (name, _short(got.get("label")), sorted(either["label"])))
    if not isinstance(got.get("label"), str) or not got["label"]:
        problems.append("%slabel is %s" % (name, _short(got.get("label"))))
    if not _path_fits(got.get("path"), either["path"], level):
        problems.append("%spath is %s, must be of %s" % (name, _short(got.get("path")),
                                                         _short(list(map(list, either["path"])))))
    for key in ("endpoint", "cycle"):
        if got.get(key) not in either[key] and not (level == "root" and key == "cycle"):
            problems.append("%s%s is %s, must be of %r" % (name, key, _short(got.get(key)), sorted(either[key])))
    if "recurring" in asked and not any(key in asked for key in brute.CHAIN_QUESTIONS):
        if "occurrences" in got:
            problems.append(name + "occurrences with --recurring alone")
    elif any(key in asked for key in brute.CHAIN_QUESTIONS):
        problems += [name + one for one in _occurrences(want["occurrences"], got.get("occurrences"), most)]
    return problems


def _findings(want, got, several):
    if several and isinstance(got, list):
        want, got = _canonical(want), _canonical(got)
    return [] if want == got else ["findings are %s, must be %s" % (_short(got), _short(want))]


def one_incident(want, got, asked):
    if not isinstance(got, dict):
        return ["no object: %s" % _short(got)]
    name = "incident %s: " % want["incident"]
    problems = ["%s is %s, must be %s" % (key, _short(got.get(key, "not there")), _short(want[key]))
                for key in INCIDENT_COLUMNS + ("by_image",) if key not in got or got[key] != want[key]]
    several = sum(key in asked for key in brute.INCIDENT_QUESTIONS) > 1
    return [name + problem for problem in problems + _findings(want["findings"], got.get("findings"), several)]


def rows(want, got, key, compare):
    """Which rows there are, in which order, then each."""
    name = "signature" if key == "groups" else "incident"
    ids, have = [row[name] for row in want], [row.get(name) if isinstance(row, dict) else None for row in got]
    if ids != have:
        if sorted(map(str, ids)) == sorted(map(str, have)):
            place = next(place for place, (a, b) in enumerate(zip(ids, have)) if a != b)
            return ["another order: row %d is %s, must be %s" % (place, have[place], ids[place])]
        return ["%d %s, must be %d; missing %s, too many %s" % (
            len(have), key, len(ids), _short([one for one in ids if one not in have][:4]),
            _short([one for one in have if one not in ids][:4]))]
    return [problem for a, b in zip(want, got) for problem in compare(a, b)]


# -- one format against another --------------------------------------------------------------


def _cell(value, cell):
    """Whether a cell says what JSON says."""
    if value is None:
        return cell == ""
    if isinstance(value, bool) or isinstance(value, str):
        return cell == (value if isinstance(value, str) else str(value).lower())
    if isinstance(value, list):         # images one after the other, whatever stands between them
        at = 0
        for image in value:
            image = image or ""
            at = cell.find(image, at)
            if at < 0:
                return False
            at += len(image)
        return True
    try:
        return float(cell) == float(value)
    except ValueError:
        return False


def csv_like_json(out, rows_, key):
    head, lines = rows_of_csv(out)
    columns = COLUMNS[key]
    missing = [column for column in columns if column not in head]
    if missing:
        return ["no columns %r among %r" % (missing, head)]
    if len(lines) != len(rows_):
        return ["%d rows, in JSON %d" % (len(lines), len(rows_))]
    return ["row %d: %s is %r, in JSON %s" % (number, column, line[column], _short(row[column]))
            for number, (line, row) in enumerate(zip(lines, rows_))
            for column in columns if not _cell(row[column], line[column])]
