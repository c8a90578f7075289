# SPDX-License-Identifier: Apache-2.0
"""What the program says of its commands and options."""
import re


class Row:
    def __init__(self, name, letter, value, words, text):
        self.name, self.letter, self.words, self.help = name, letter, words, text
        self.optional = value.startswith("[")
        # "N|all" is a number or a word, "WHAT,..." a list.
        self.value = re.split(r"[|,]", value.strip("[]"))[0]


class Command:
    def __init__(self, name, operands, summary):
        self.name, self.operands, self.summary, self.rows = name, operands, summary, {}


def of_help(program):
    commands = {"": Command("", "", "")}
    text = program.must("--help").decode()
    for name, summary in re.findall(r"^  (\S+) +(.*)$", text.split("\nCommands:\n")[1].split("\n\n")[0], re.M):
        own = program.must(name, "--help").decode()
        usage, summary = re.search(r"^Usage: pipeline \S+ \[OPTION\]\.\.\.(.*)\n(.*)$", own, re.M).groups()
        command = commands[name] = Command(name, usage.strip(), summary)
        for letter, long, value, about in re.findall(
                r"^  (?:-(\w), |    )--(\S+)(?: (\[?[A-Z][A-Za-z.,|]*\]?))?  +(.*)$", own.split("\nOptions:\n")[1], re.M):
            command.rows[long] = Row(long, letter, value, [], about)
    return commands


def of_list(program):
    commands = {}
    lines = program.must("completion", "--list").decode().splitlines()
    for line in lines[1:]:
        name, kind, what, letter, value, words, _, about = line.split("\t")
        if kind == "command":
            commands[name] = Command(name, value, about)
        else:
            commands[name].rows[what] = Row(what, letter, value, words.split(), about)
    return commands


def commands(program):
    """{name: Command}; that of no name is what stands before one."""
    listed = program.run("completion", "--list")[0] == 0
    return of_list(program) if listed else of_help(program)
