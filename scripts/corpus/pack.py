# SPDX-License-Identifier: Apache-2.0
"""Puts a log into an archive of the asked kind, with fixed names and dates.

Single-file kinds (log, log.gz ...) hold the log alone; containers hold it in a
folder of the case, beside a note that is no log.  Python writes most kinds;
zstd, lz4 and 7z are external programs.
"""
import bz2
import gzip
import lzma
import os
import shutil
import subprocess
import tarfile
import zipfile

from . import cab

KINDS = ("log", "log.zst", "log.gz", "log.xz", "log.bz2", "zip", "7z", "tar", "tar.zst", "tar.gz", "tar.xz",
         "tar.bz2", "tar.lz4", "cab")
SINGLE = tuple(kind for kind in KINDS if kind.startswith("log"))
MTIME = 1577836800          # 2020-01-01
NOTE = "Uploaded by the support tool.\r\nSee the log for the output of the debugger.\r\n"
SIZE = 1 << 20


def program(*choices):
    for name in choices:
        if shutil.which(name):
            return name
    raise SystemExit("gen-corpus: the format needs the program %s; install it or choose another --pack"
                     % " or ".join(choices))


def needs(kind):
    """Fails early when a program for `kind` is missing."""
    for ending, choices in ((".zst", ("zstd",)), (".lz4", ("lz4",)), ("7z", ("7z", "7za", "7zr"))):
        if kind.endswith(ending):
            program(*choices)


def _squeeze(source, target, kind):
    """Compresses one file by the last word of `kind`."""
    method = kind.rsplit(".", 1)[1]
    if method == "zst":
        subprocess.run([program("zstd"), "-q", "-f", "-3", "-T1", source, "-o", target], check=True)
    elif method == "lz4":
        subprocess.run([program("lz4"), "-q", "-f", source, target], check=True)
    elif method == "gz":
        with open(source, "rb") as content, open(target, "wb") as raw, \
                gzip.GzipFile("", "wb", 6, raw, mtime=MTIME) as out:
            shutil.copyfileobj(content, out, SIZE)
    else:
        opener = lzma.open(target, "wb", preset=2) if method == "xz" else bz2.open(target, "wb")
        with open(source, "rb") as content, opener as out:
            shutil.copyfileobj(content, out, SIZE)


def _tar(target, members):
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as out:
        for name, source in members:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = os.path.getsize(source), MTIME, 0o644
            with open(source, "rb") as content:
                out.addfile(entry, content)


def _zip(target, members):
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as out:
        for name, source in members:
            entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            with open(source, "rb") as content, out.open(entry, "w", force_zip64=True) as member:
                shutil.copyfileobj(content, member, SIZE)


def _seven(target, folder, top):
    """The folder `top` under `folder`; dates are fixed first, one thread keeps the bytes the same."""
    for root, _, files in os.walk(os.path.join(folder, top)):
        for name in files + ["."]:
            os.utime(os.path.join(root, name), (MTIME, MTIME))
    subprocess.run([program("7z", "7za", "7zr"), "a", "-bd", "-bso0", "-mx=1", "-mmt=1", os.path.abspath(target), top],
                   cwd=folder, check=True, stdout=subprocess.DEVNULL)


def pack(kind, work, log_name, target, others=()):
    """Archives work/log_name (and `others` in a container) as `target`; returns the member's name in it."""
    source = os.path.join(work, log_name)
    if kind in SINGLE:
        if kind == "log":
            os.replace(source, target)
        else:
            _squeeze(source, target, kind)
        return log_name
    top = log_name.rsplit(".", 1)[0]
    folder = os.path.join(work, top)
    os.makedirs(folder)
    for name in (log_name,) + tuple(others):
        os.rename(os.path.join(work, name), os.path.join(folder, name))
    with open(os.path.join(folder, "readme.txt"), "w", newline="") as note:
        note.write(NOTE)
    members = [(top + "/" + name, os.path.join(folder, name)) for name in sorted((log_name, "readme.txt") + tuple(others))]
    if kind == "zip":
        _zip(target, members)
    elif kind == "7z":
        _seven(target, work, top)
    elif kind == "cab":
        cab.write(target, members)
    elif kind == "tar":
        _tar(target, members)
    else:
        plain = os.path.join(work, "bundle.tar")
        _tar(plain, members)
        _squeeze(plain, target, kind)
    return top + "/" + log_name
