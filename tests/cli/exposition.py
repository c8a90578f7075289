#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads metrics strictly, as what both OpenMetrics 1.0 and Prometheus's text format 0.0.4 allow, and prints them as one JSON
object: {"name{label=\\"value\\"}": number}. What is allowed by one of them only is a mistake here, exit status 1.

    tests/cli/exposition.py FILE

Where python3-prometheus-client is installed its parsers of both formats have to come to the same.
"""
import json
import re
import sys

NAME = r"[a-z][a-z0-9_]*"  # narrower than either: no capitals, no colons
LABELS = r'\{(?:%s="[a-z0-9-]*",?)+(?<!,)\}' % NAME
HELP = re.compile(r"# HELP (%s) ([^\\]+)" % NAME)
TYPE = re.compile(r"# TYPE (%s) gauge" % NAME)
SAMPLE = re.compile(r"((%s)(?:%s)?) (-?[0-9]+(?:\.[0-9]+)?)" % (NAME, LABELS))
# Of gauges these would be another type's to one of the formats.
RESERVED = ("_total", "_created", "_info", "_bucket", "_count", "_sum")


def fail(number, why):
    sys.exit("line %d: %s" % (number, why))


def read(text):
    """Families in order: HELP, TYPE, then at least one sample; each once; no blank line, no timestamp; # EOF and nothing behind it."""
    if not text.endswith("# EOF\n"):
        fail(0, "does not end with # EOF and a newline")
    lines = text[:-1].split("\n")
    families, samples, name, wants = set(), {}, None, "HELP"
    for number, line in enumerate(lines[:-1], 1):
        found = HELP.fullmatch(line)
        if found:
            if wants not in ("HELP", "MORE"):
                fail(number, "a family without samples before it")
            name, wants = found[1], "TYPE"
            if name in families or name.endswith(RESERVED) or not found[2].endswith("."):
                fail(number, "a family of this name, or a help that is no sentence")
            families.add(name)
            continue
        found = TYPE.fullmatch(line)
        if found:
            if wants != "TYPE" or found[1] != name:
                fail(number, "a TYPE that does not follow its HELP")
            wants = "SAMPLE"
            continue
        found = SAMPLE.fullmatch(line)
        if not found:
            fail(number, "neither HELP, TYPE nor a sample: %r" % line)
        if wants not in ("SAMPLE", "MORE") or found[2] != name:
            fail(number, "a sample outside of its family")
        if found[1] in samples:
            fail(number, "the same sample twice")
        samples[found[1]] = float(found[3]) if "." in found[3] else int(found[3])
        wants = "MORE"
    if wants != "MORE":
        fail(len(lines), "ends within a family")
    return samples


def compare(text, samples):
    try:
        from prometheus_client import parser
        from prometheus_client.openmetrics import parser as openmetrics
    except ImportError:
        return
    for module in (parser, openmetrics):
        theirs = {}
        for family in module.text_string_to_metric_families(text):
            for sample in family.samples:
                labels = ",".join('%s="%s"' % pair for pair in sample.labels.items())
                theirs[sample.name + ("{%s}" % labels if labels else "")] = sample.value
        if theirs != samples:
            sys.exit("%s reads something else" % module.__name__)


def main():
    with open(sys.argv[1], encoding="ascii", newline="") as file:
        text = file.read()
    samples = read(text)
    compare(text, samples)
    print(json.dumps(samples))


if __name__ == "__main__":
    main()
