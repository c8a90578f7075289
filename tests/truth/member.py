# SPDX-License-Identifier: Apache-2.0
"""Reads the text of a log out of a bundle, with tools that are not the program's.

A member path is `case.zip!/inner.7z!/kd.log`; its first part is the name of the
bundle. zip and tar are read by Python, 7z, zst, rar and cab by their own tools.
"""
import bz2
import gzip
import io
import lzma
import os
import subprocess
import tarfile
import tempfile
import zipfile

BARE = {".gz": gzip.decompress, ".xz": lzma.decompress, ".bz2": bz2.decompress,
        ".lzma": lzma.decompress}
TOOLS = {".zst": ("zstd", "-dcq"), ".lz4": ("lz4", "-dcq")}


def _tool(words, content):
    return subprocess.run(words, input=content, stdout=subprocess.PIPE, check=True).stdout


def _decompressed(name, content):
    """The content of a file that is only compressed, or None."""
    suffix = os.path.splitext(name)[1].lower()
    suffix = {".tgz": ".gz", ".txz": ".xz", ".tbz2": ".bz2", ".tzst": ".zst"}.get(suffix, suffix)
    if suffix in BARE:
        return BARE[suffix](content)
    if suffix in TOOLS:
        return _tool(TOOLS[suffix], content)
    return None


def _from_7z(content, wanted):
    with tempfile.NamedTemporaryFile(suffix=".7z") as file:
        file.write(content)
        file.flush()
        return _tool(("7z", "x", "-so", "-bd", "-spd", file.name, wanted), None)


def extract(name, content, wanted):
    """The file `wanted` of the archive `name`."""
    plain = _decompressed(name, content)
    if plain is not None:
        try:
            with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
                return tar.extractfile(wanted).read()
        except tarfile.ReadError:
            return plain
    if name.lower().endswith(".tar"):
        with tarfile.open(fileobj=io.BytesIO(content)) as tar:
            return tar.extractfile(wanted).read()
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.read(wanted)
    return _from_7z(content, wanted)


def read(bundle, member):
    """The bytes of `member`, a path as the program writes it, in the file `bundle`."""
    with open(bundle, "rb") as file:
        content = file.read()
    parts = member.split("!/")
    for name, wanted in zip(parts, parts[1:]):
        content = extract(name, content, wanted)
    return content


def decoded(content):
    """The bytes that evidence counts: UTF-16 as UTF-8 with its byte order mark, all else as it is."""
    for mark, codec in ((b"\xff\xfe", "utf-16le"), (b"\xfe\xff", "utf-16be")):
        if content.startswith(mark):
            return content[:len(content) & ~1].decode(codec, "replace").encode("utf-8")
    return content
