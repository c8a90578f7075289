# SPDX-License-Identifier: Apache-2.0
"""Holds a page of report against what every page promises; prints what does not hold, nothing when all does.

    page.py FILE
    page.py FILE --groups     prints the groups of chains on it instead, a line each: signature, incidents, chains, machines

Its tags nest; its policy names the hashes of the one style and the one script in it; no attribute runs or styles anything; nothing in it
leads out of it; every id is there once and every link within it leads to one.
"""
import base64
import hashlib
import html.parser
import re
import sys

VOID = {"meta", "br", "hr", "input", "col"}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.wrong, self.ids, self.links = [], [], [], []
        self.policy, self.raw = "", {"style": [], "script": []}

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name.startswith("on") or name in ("style", "src", "srcset", "action", "formaction", "poster", "data", "xlink:href"):
                self.wrong.append("<%s %s=%r>" % (tag, name, value))
            if name == "href":
                self.links.append(value)
            if name == "id":
                self.ids.append(value)
        attrs = dict(attrs)
        if tag == "meta" and attrs.get("http-equiv") == "Content-Security-Policy":
            self.policy = attrs["content"]
        if tag in ("link", "iframe", "object", "embed", "base", "form", "img"):
            self.wrong.append("<%s>" % tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.wrong.append("</%s> in %s" % (tag, self.open[-3:]))
        else:
            self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] in self.raw:
            self.raw[self.open[-1]].append(data)


def hash_of(pieces):
    return "'sha256-%s'" % base64.b64encode(hashlib.sha256("".join(pieces).encode()).digest()).decode()


def words(text):
    return re.sub(r"<[^>]*>", "", text).replace(",", "")


def groups(text):
    """Of cards and of the rows of the table behind them."""
    for signature, card in re.findall(r'<article class="card" id="c-([0-9a-f]{16})">(.*?)<details>', text, re.S):
        facts = dict(re.findall("<dt>(.*?)</dt><dd>(.*?)</dd>", card))
        yield [signature] + [words(facts.get(each, "0")) for each in ("incidents", "chains", "machines")]
    for signature, row in re.findall(r'<tbody id="c-([0-9a-f]{16})"><tr>(.*?)</tr>', text, re.S):
        yield [signature] + [words(cell) for cell in re.findall("<td[^>]*>(.*?)</td>", row, re.S)[2:5]]


def main():
    with open(sys.argv[1], encoding="utf-8", newline="") as file:
        text = file.read()
    if sys.argv[2:] == ["--groups"]:
        print("\n".join(" ".join(group) for group in groups(text)))
        return
    page = Page()
    page.feed(text)
    page.close()
    wrong = page.wrong + ["%s is not closed" % tag for tag in page.open]
    policy = ("default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'"
              % (hash_of(page.raw["style"]), hash_of(page.raw["script"])))
    if page.policy != policy:
        wrong.append("the policy is %s, not %s" % (page.policy, policy))
    if not text.startswith("<!DOCTYPE html>\n"):
        wrong.append("no doctype")
    wrong += ["id %s twice" % each for each in sorted({each for each in page.ids if page.ids.count(each) > 1})]
    wrong += ["%s leads nowhere" % each for each in page.links if each[:1] != "#" or each[1:] not in page.ids]
    if re.search(r"https?://", text):
        wrong.append("an address of elsewhere")
    print("\n".join(wrong[:20]), end="")


main()
