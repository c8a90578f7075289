# SPDX-License-Identifier: Apache-2.0
"""Archives byte by byte, so that every field can lie: zip, rar5, tar, gzip, zstd, xz and 7z."""

import struct
import zlib


def deflate(data, level=9):
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


# --- zip ----------------------------------------------------------------------------------------------

class Zip:
    """Members as they are written; what the directory says of each may be something else."""

    def __init__(self):
        self.body = b""
        self.directory = []

    def local(self, name, packed, crc, size, method=8, flags=0, packed_size=None, extra=b""):
        """A local header and its bytes; returns where it begins."""
        at = len(self.body)
        packed_size = len(packed) if packed_size is None else packed_size
        self.body += struct.pack("<IHHHHHIIIHH", 0x04034b50, 45, flags, method, 0, 0x21, crc, packed_size,
                                 size, len(name), len(extra)) + name + extra + packed
        return at

    def entry(self, name, at, packed_size, crc, size, method=8, flags=0, extra=b"", attributes=0):
        self.directory.append(struct.pack(
            "<IHHHHHHIIIHHHHHII", 0x02014b50, 45, 45, flags, method, 0, 0x21, crc, packed_size, size,
            len(name), len(extra), 0, 0, 0, attributes, at) + name + extra)

    def add(self, name, data, stored=False, **lies):
        packed = data if stored else deflate(data)
        method = lies.pop("method", 0 if stored else 8)
        crc = lies.pop("crc", zlib.crc32(data))
        size = lies.pop("size", len(data))
        at = self.local(name, packed, crc, size, method=method, **lies)
        lies.pop("packed_size", None)
        self.entry(name, at, len(packed), crc, size, method=method, **lies)

    def bytes(self, count=None, offset=None):
        directory = b"".join(self.directory)
        count = len(self.directory) if count is None else count
        offset = len(self.body) if offset is None else offset
        return self.body + directory + struct.pack("<IHHHHIIH", 0x06054b50, 0, 0, count & 0xffff, count & 0xffff,
                                                   len(directory), offset, 0)


def zip_of(*members, stored=False):
    made = Zip()
    for name, data in members:
        made.add(name, data, stored=stored)
    return made.bytes()


def zip_on_one_kernel(copies, kernel):
    """Every entry of the directory is the same local header."""
    made = Zip()
    packed, crc = deflate(kernel), zlib.crc32(kernel)
    at = made.local(b"0", packed, crc, len(kernel))
    for number in range(copies):
        made.entry(b"%d" % number, at, len(packed), crc, len(kernel))
    return made.bytes()


def zip_of_quotes(copies, kernel):
    """Each member quotes the local header of the next one as a stored block, and goes on with that one's bytes."""
    names = [b"%04d" % number for number in range(copies)]
    packed, data_tail = deflate(kernel), zlib.crc32(kernel)
    headers, sizes, crcs, packed_sizes = [], [], [], []
    crc, size, packed_size = data_tail, len(kernel), len(packed)
    after = b""  # all that comes behind the header in hand but the kernel: few bytes
    for name in reversed(names):
        header = struct.pack("<IHHHHHIIIHH", 0x04034b50, 20, 0, 8, 0, 0x21, crc, packed_size, size, len(name),
                             0) + name
        headers.append(header)
        sizes.append(size)
        crcs.append(crc)
        packed_sizes.append(packed_size)
        after = header + after
        crc = zlib.crc32(kernel, zlib.crc32(after))
        size += len(header)
        packed_size += len(header) + 5
    made, at = Zip(), []
    for number, header in enumerate(reversed(headers)):
        at.append(len(made.body))
        made.body += header
        if number + 1 < copies:
            length = len(headers[copies - 2 - number])
            made.body += struct.pack("<BHH", 0, length, length ^ 0xffff)
    made.body += packed
    for number, name in enumerate(names):
        back = copies - 1 - number
        made.entry(name, at[number], packed_sizes[back], crcs[back], sizes[back])
    return made.bytes()


# --- tar ----------------------------------------------------------------------------------------------

def octal(value, length):
    """In base 256 where octal digits do not suffice."""
    if value < 8 ** (length - 1):
        return b"%0*o\0" % (length - 1, value)
    return b"\x80" + value.to_bytes(length - 1, "big")


def tar_header(name, size=0, kind=b"0", link=b"", magic=b"ustar\x0000", middle=b""):
    head = name[:100].ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + octal(size, 12) + b"00000000000\0"
    head += b" " * 8 + kind + link[:100].ljust(100, b"\0") + magic + middle.ljust(247, b"\0")
    head = head[:512]
    return head[:148] + b"%06o\0 " % sum(head) + head[156:]


def tar_member(name, data=b"", **more):
    return tar_header(name, len(data), **more) + data + bytes(-len(data) % 512)


def tar_of(*members):
    return b"".join(tar_member(name, data) for name, data in members) + bytes(1024)


def pax(records):
    """The extended header that goes in front of a member."""
    text = b""
    for key, value in records:
        length = len(key) + len(value) + 3
        while len(b"%d %s=%s\n" % (length, key, value)) != length:
            length = len(b"%d %s=%s\n" % (length, key, value))
        text += b"%d %s=%s\n" % (length, key, value)
    return tar_member(b"pax", text, kind=b"x")


# --- rar5 ---------------------------------------------------------------------------------------------

def vint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def rar5_block(fields, data=b"", crc=None):
    sized = vint(len(fields)) + fields
    return struct.pack("<I", zlib.crc32(sized) if crc is None else crc) + sized + data


def rar5_file(name, data, crc=None, size=None, packed=None):
    packed = len(data) if packed is None else packed
    fields = vint(2) + vint(2) + vint(packed) + vint(4) + vint(len(data) if size is None else size) + vint(0o644)
    fields += struct.pack("<I", zlib.crc32(data) if crc is None else crc) + vint(0) + vint(1)
    return rar5_block(fields + vint(len(name)) + name, data)


def rar5_of(*members, archive_flags=0):
    out = b"Rar!\x1a\x07\x01\x00" + rar5_block(vint(1) + vint(0) + vint(archive_flags))
    out += b"".join(rar5_file(name, data) for name, data in members)
    return out + rar5_block(vint(5) + vint(0) + vint(0))


# --- 7z -----------------------------------------------------------------------------------------------

def seven_zip(header, offset=0, size=None, crc=None, body=b""):
    """The signature header of 7z, and the header that it points to."""
    start = struct.pack("<QQI", offset + len(body), len(header) if size is None else size,
                        zlib.crc32(header) if crc is None else crc)
    return b"7z\xbc\xaf\x27\x1c\x00\x04" + struct.pack("<I", zlib.crc32(start)) + start + body + header


# --- streams ------------------------------------------------------------------------------------------

def gzip_member(data, crc=None, size=None):
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + deflate(data) + struct.pack(
        "<II", zlib.crc32(data) if crc is None else crc, (len(data) if size is None else size) & 0xffffffff)


def gzip_zeros(pieces):
    """So many pieces of 16 MiB of zeros, each packed alike. The sum behind them is wrong: nobody shall get there."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(bytes(16 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + piece * pieces + b"\x03\0" + bytes(8)


def zstd_frame(blocks, window=0x38):
    """Of (kind, size, bytes) blocks: kind 0 raw, 1 one byte again and again, 3 reserved. No checksum, no size."""
    out = b"\x28\xb5\x2f\xfd\0" + bytes([window])
    for number, (kind, size, data) in enumerate(blocks):
        last = number + 1 == len(blocks)
        out += struct.pack("<I", last | kind << 1 | size << 3)[:3] + data
    return out


def zstd_zeros(megabytes):
    return zstd_frame([(1, 128 << 10, b"\0")] * (megabytes * 8))


def xz_with_dictionary(stream, code):
    """The dictionary that the first block asks for is another one: code 40 stands for 4 GiB."""
    length = (stream[12] + 1) * 4
    block = bytearray(stream[12:12 + length - 4])
    at = block.index(b"\x21\x01") + 2
    block[at] = code
    return stream[:12] + bytes(block) + struct.pack("<I", zlib.crc32(bytes(block))) + stream[12 + length:]
