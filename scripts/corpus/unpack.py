# SPDX-License-Identifier: Apache-2.0
"""Gives back the bytes of a log from its bundle, for the self-test.

Python's own readers where it has them; zstd, lz4 and 7z otherwise.  A cabinet
is read by 7z, by another program than the one that wrote it.
"""
import bz2
import gzip
import io
import lzma
import shutil
import subprocess
import tarfile
import zipfile


def output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def _plain(path, ending):
    """The file without its outermost compression."""
    if ending == "zst":
        return output("zstd", "-dcq", path)
    if ending == "lz4":
        return output("lz4", "-dcq", path)
    opener = {"gz": gzip.open, "xz": lzma.open, "bz2": bz2.open}.get(ending, open)
    with opener(path, "rb") as content:
        return content.read()


def member(path, name):
    """The content of member `name`, or None when no program can read the bundle."""
    ending = path.rsplit(".", 1)[1]
    if ending == "zip":
        with zipfile.ZipFile(path) as archive:
            return archive.read(name)
    if ending in ("7z", "cab"):
        reader = shutil.which("7z") or shutil.which("7za")
        return output(reader, "x", "-so", path, name) if reader else None
    data = _plain(path, ending)
    if ".tar" not in path:
        return data
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return archive.extractfile(name).read()
