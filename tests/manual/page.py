# SPDX-License-Identifier: Apache-2.0
"""Takes a page in mdoc apart: sections, lists and their items, options, examples. Of mdoc it knows what these pages use."""
import glob
import os
import re

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "pipeline", "man")
ESCAPES = {r"\e": "\\", r"\&": "", r"\-": "-", r"\(aq": "'", r"\(dq": '"', r"\(en": "-", r"\(ha": "^", r"\(ti": "~"}
PUNCTUATION = set(",.;:|()[]?!")


def plain(text):
    """The text without mdoc's escapes."""
    return re.sub(r"\\(?:\(..|.)", lambda found: ESCAPES.get(found.group(), found.group()), text)


def tokens(line):
    """The words of a macro line; quoted ones are one."""
    return [quoted if quoted else word for quoted, word in re.findall(r'"([^"]*)"|(\S+)', line)]


class Item:
    """An item of a list: the words of its head, and the lines up to the next one."""

    def __init__(self, head):
        self.head, self.body, self.inner = tokens(head), [], []

    def texts(self, macro):
        """What stands behind a macro in the head and the body, comma lists taken apart."""
        found = []
        for line in [" ".join(self.head)] + self.body:
            words = tokens(line.lstrip("."))
            taking = False
            for word in words:
                if re.fullmatch(r"[A-Z][a-z]", word):
                    taking = word == macro
                elif taking and word not in PUNCTUATION:
                    found.append(plain(word))
        for item in self.inner:
            found += item.texts(macro)
        return found


class Option:
    def __init__(self, name, letter, value, optional, item):
        self.name, self.letter, self.value, self.optional, self.item = name, letter, value, optional, item


class Page:
    def __init__(self, path):
        self.path = path
        self.file = os.path.basename(path)
        self.name, self.section = self.file.rsplit(".", 1)
        with open(path, encoding="utf-8") as file:
            self.lines = [line.rstrip("\n") for line in file]

    def sections(self, macro="Sh"):
        """{title: lines}, of sections or of subsections."""
        found, lines = {}, None
        for line in self.lines:
            match = re.match(r"\.(S[hs]) (.*)", line)
            if match:
                lines = found.setdefault(match.group(2), []) if match.group(1) == macro else \
                    (None if match.group(1) == "Sh" else lines)
            elif lines is not None and not line.startswith('.\\"'):
                lines.append(line)
        return found

    def shared(self, name):
        """The lines of a shared part."""
        text = "\n".join(self.lines)
        match = re.search(r'^\.\\" shared %s$\n(.*?)^\.\\" end$' % re.escape(name), text, re.M | re.S)
        return match.group(1).split("\n") if match else []

    def references(self):
        """All (page, section) that it refers to."""
        return {tuple(match) for match in re.findall(r"Xr (\S+) (\d)", "\n".join(self.lines))}

    def examples(self):
        """The commands of EXAMPLES, in their order."""
        block = None
        for line in self.sections().get("EXAMPLES", []):
            if line.startswith(".Bd"):
                block = []
            elif line == ".Ed":
                yield from commands_of(block)
                block = None
            elif block is not None:
                block.append(plain(line))
            elif line.startswith((".Dl ", ".D1 ")):
                yield plain(line[4:].removeprefix("$ "))


def commands_of(block):
    """Of a session the lines behind "$ "; a block of lines that begin with pipeline is commands too, any other is a file."""
    typed = [line[2:] for line in block if line.startswith("$ ")]
    if typed:
        return typed
    joined = re.sub(r"\\\n\s*", "", "\n".join(block)).split("\n")
    return joined if all(line.startswith("pipeline ") for line in joined) else []


def items(lines):
    """The items of all lists in lines, each list in a list inside the item that it stands in."""
    top, stack = [], []
    for line in lines:
        if line.startswith(".Bl"):
            stack.append(None)
        elif line.startswith(".El"):
            stack.pop()
        elif line.startswith(".It") and stack:
            item = Item(line[4:])
            holders = [held for held in stack[:-1] if held]
            (holders[-1].inner if holders else top).append(item)
            stack[-1] = item
        else:
            held = [item for item in stack if item]
            if held:
                held[-1].body.append(line)
    return top


def options_of_head(item):
    """The options that the head of an item names."""
    letter, option, optional = "", None, False
    words = iter(item.head)
    for word in words:
        if word == "Op":
            optional = True
        elif word == "Fl":
            flag = plain(next(words))
            if not flag.startswith("-"):
                letter = flag
                continue
            option = Option(flag[1:], letter, "", False, item)
            letter, optional = "", False
            yield option
        elif word == "Ar" and option and not option.value:
            option.value, option.optional = plain(next(words)), optional


def options(page):
    """{name: Option} of all lists of options in the page. An item without a body is told by the next one that has one."""
    found = {}

    def walk(list_of_items):  # an option that is spoken of again is the first one
        waiting = []
        for item in list_of_items:
            named = list(options_of_head(item)) if item.head[:1] == ["Fl"] else []
            waiting += named
            for option in named:
                found.setdefault(option.name, option)
            if item.body:
                for option in waiting:
                    option.item = item if option.item.body == [] else option.item
                waiting = []
            walk(item.inner)

    walk(items(page.lines))
    return found


def pages():
    """All pages, by their names with sections: "pipeline-gc.1"."""
    return {page.file: page for page in map(Page, sorted(glob.glob(os.path.join(FOLDER, "*.[1-8]"))))}
