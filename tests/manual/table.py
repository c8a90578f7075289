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


def commands(program):
    """{name: Command}; that of no name is what stands before one."""
    found = {}
    lines = program.must("completion", "--list").decode().splitlines()
    for line in lines[1:]:
        name, kind, what, letter, value, words, _, about = line.split("\t")
        if kind == "command":
            found[name] = Command(name, value, about)
        else:
            found[name].rows[what] = Row(what, letter, value, words.split(), about)
    return found
