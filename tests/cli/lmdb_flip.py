#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Chooses bits of an index to be flipped: lmdb_flip.py FILE COUNT SEED prints COUNT lines of a byte's offset, what stands there, what
would with one bit flipped (both in hexadecimal), and the kind of its page.

Only bytes in use are chosen, from the pages that the newest header reaches, the same number from each kind: a file is nearly all
leaves, but one bit of a branch leads to the wrong page. The layout is that of LMDB 0.9 on 64 bits, little endian.
"""
import random
import struct
import sys

HEADER = 16
BRANCH, LEAF, OVERFLOW, LEAF2 = 1, 2, 4, 0x20
BIG, SUB, DUP = 1, 2, 4
NO_PAGE = (1 << 64) - 1


class Environment:
    def __init__(self, path):
        with open(path, "rb") as file:
            self.bytes = file.read()
        self.size = struct.unpack_from("<I", self.bytes, HEADER + 24)[0]
        metas = [HEADER, self.size + HEADER]
        newest = max(metas, key=lambda at: self.u64(at + 128))
        # Magic, version, map size, both databases, last page, number of the transaction; not the address, which nobody reads.
        self.ranges = {"header": [(at + first, at + last) for at in metas for first, last in ((0, 8), (16, 136))]}
        self.walk(newest + 24, "free")
        self.walk(newest + 72, "")

    def u64(self, at):
        return struct.unpack_from("<Q", self.bytes, at)[0]

    def use(self, kind, first, last):
        self.ranges.setdefault(kind, []).append((first, last))

    def walk(self, record, prefix):
        """All pages of the database whose record stands there; a record is 48 bytes and ends in the number of its root."""
        width = struct.unpack_from("<I", self.bytes, record)[0]
        todo = [self.u64(record + 40)]
        while todo:
            number = todo.pop()
            if number == NO_PAGE:
                continue
            page = number * self.size
            flags, lower, upper = struct.unpack_from("<HHH", self.bytes, page + 10)
            if flags & LEAF2:
                self.use(prefix or "leaf2", page, page + HEADER + (lower - HEADER) // 2 * width)
                continue
            kind = prefix or ("branch" if flags & BRANCH else "leaf")
            self.use(kind, page, page + lower)
            self.use(kind, page + upper, page + self.size)
            for (place,) in struct.iter_unpack("<H", self.bytes[page + HEADER:page + lower]):
                self.node(page + place, flags, prefix, todo)

    def node(self, at, page_flags, prefix, todo):
        low, high, flags, key = struct.unpack_from("<HHHH", self.bytes, at)
        data = at + 8 + key
        if page_flags & BRANCH:
            todo.append(low | high << 16 | flags << 32)
        elif flags & BIG:
            first = self.u64(data) * self.size
            self.use(prefix or "overflow", first, first + HEADER + (low | high << 16))
        elif flags & SUB:
            self.walk(data, prefix)


def main(path, count, seed):
    environment = Environment(path)
    dice = random.Random(seed)
    kinds = sorted(environment.ranges)
    for i in range(count):
        kind = kinds[i % len(kinds)]
        ranges = environment.ranges[kind]
        first, last = dice.choices(ranges, [b - a for a, b in ranges])[0]
        at, bit = dice.randrange(first, last), dice.randrange(8)
        byte = environment.bytes[at]
        print(at, "%02x %02x" % (byte, byte ^ 1 << bit), kind)


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
