# SPDX-License-Identifier: Apache-2.0
"""Writes a Microsoft cabinet: one folder, MSZIP blocks, fixed dates.

Enough of the format for log files: no spanning, names in UTF-8 when they need
it.  Each MSZIP block is a deflate stream of its own ("CK" and up to 32 KiB of
data); the checksum of a block is left at zero, which the format allows.
"""
import os
import struct
import zlib

BLOCK = 32768
DATE, TIME = (2020 - 1980) << 9 | 1 << 5 | 1, 0
LIMIT = BLOCK * 65535


def _block(data):
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    packed = b"CK" + packer.compress(data) + packer.flush()
    return struct.pack("<IHH", 0, len(packed), len(data)) + packed


def write(path, members):
    """members: [(name, path of the content)]; sizes must stay below 2 GiB in all."""
    sizes = [os.path.getsize(source) for _, source in members]
    if sum(sizes) > LIMIT:
        raise SystemExit("gen-corpus: a cab holds at most %d bytes" % LIMIT)
    table, offset = b"", 0
    for (name, _), size in zip(members, sizes):
        attributes = 0x20 | (0 if name.isascii() else 0x80)
        table += struct.pack("<IIHHHH", size, offset, 0, DATE, TIME, attributes)
        table += name.replace("/", "\\").encode() + b"\0"
        offset += size
    data_at = 36 + 8 + len(table)
    with open(path, "wb") as out:
        out.write(b"\0" * data_at)
        blocks = _write_blocks(out, [source for _, source in members])
        total = out.tell()
        out.seek(0)
        out.write(b"MSCF" + struct.pack("<IIIIIBBHHHHH", 0, total, 0, 44, 0, 3, 1, 1, len(members), 0, 0x1234, 0))
        out.write(struct.pack("<IHH", data_at, blocks, 1) + table)


def _write_blocks(out, sources):
    """One stream over all files, cut into blocks; returns how many."""
    blocks, held = 0, b""
    for source in sources:
        with open(source, "rb") as content:
            while piece := content.read(BLOCK * 16):
                held += piece
                while len(held) >= BLOCK:
                    out.write(_block(held[:BLOCK]))
                    held, blocks = held[BLOCK:], blocks + 1
    if held:
        out.write(_block(held))
        blocks += 1
    return blocks
