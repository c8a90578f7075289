#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads a graph in Graphviz' language on standard input, strictly, and prints it as JSON.

Takes what `show --format dot` may print and nothing else: one digraph, a statement a line, attributes in brackets, names that need
no quotes, strings in which a backslash stands only before a quote, a backslash or an n. Exits 1 with the line that is wrong.
"""
import json
import re
import sys

NAME = r"[a-z][a-z0-9_]*"
STRING = r'"(?:[^"\\\x00-\x1f\x7f]|\\["\\n])*"'
ATTRIBUTE = r"%s=(?:%s|[A-Za-z0-9.]+)" % (NAME, STRING)
ATTRIBUTES = r"\[(%s(?:, %s)*)\]" % (ATTRIBUTE, ATTRIBUTE)
NODE = re.compile(r"\t(%s) %s;" % (NAME, ATTRIBUTES))
EDGE = re.compile(r"\t(%s) -> (%s) %s;" % (NAME, NAME, ATTRIBUTES))


def value(text):
    if not text.startswith('"'):
        return text
    return re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m.group(1), m.group(1)), text[1:-1])


def attributes(text):
    return {name: value(found) for name, found in
            re.findall(r"(%s)=(%s|[A-Za-z0-9.]+)" % (NAME, STRING), text)}


def main():
    lines = sys.stdin.buffer.read().decode("utf-8").split("\n")
    graph = {"comment": lines[0], "nodes": {}, "edges": []}
    if not lines[0].startswith("// ") or not re.fullmatch(r"digraph %s {" % STRING, lines[1]):
        sys.exit("no digraph: %r" % lines[:2])
    if lines[-2:] != ["}", ""]:
        sys.exit("no end: %r" % lines[-2:])
    for line in lines[2:-2]:
        node, edge = NODE.fullmatch(line), EDGE.fullmatch(line)
        if edge:
            graph["edges"].append([edge.group(1), edge.group(2), attributes(edge.group(3))])
        elif node and node.group(1) not in ("graph", "node", "edge"):
            if node.group(1) in graph["nodes"]:
                sys.exit("twice: %r" % line)
            graph["nodes"][node.group(1)] = attributes(node.group(2))
        elif not node:
            sys.exit("no statement: %r" % line)
    for head, tail, _ in graph["edges"]:
        if head not in graph["nodes"] or tail not in graph["nodes"]:
            sys.exit("an edge of no node: %s %s" % (head, tail))
    print(json.dumps(graph))


main()
