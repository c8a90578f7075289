#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""without.py FEATURE[,FEATURE] COMMAND...: runs a command on a kernel that seems to have no Landlock or no seccomp.

A filter answers ENOSYS to the system calls by which a program would ask. Status 77 where there is no such filter.
"""

import ctypes
import errno
import os
import platform
import struct
import sys

SECCOMP_CALL = {"x86_64": 317, "aarch64": 277}.get(platform.machine())
CALLS = {"landlock": [444, 445, 446], "seccomp": [SECCOMP_CALL]}
SET_SECCOMP, SET_NO_NEW_PRIVS = 22, 38
LOAD, EQUALS, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL = 0x7FFF0000, 0x00050000 | errno.ENOSYS


class Program(ctypes.Structure):
    _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def main():
    calls = [call for feature in sys.argv[1].split(",") for call in CALLS[feature]]
    steps = [struct.pack("HBBI", LOAD, 0, 0, 0)]
    for number in calls:
        steps.append(struct.pack("HBBI", EQUALS, 0, 1, number))
        steps.append(struct.pack("HBBI", RETURN, 0, 0, FAIL))
    steps.append(struct.pack("HBBI", RETURN, 0, 0, ALLOW))
    program = Program(len(steps), b"".join(steps))
    libc = ctypes.CDLL(None)
    if libc.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(SET_SECCOMP, 2, ctypes.byref(program), 0, 0):
        sys.exit(77)
    os.execvp(sys.argv[2], sys.argv[2:])


if SECCOMP_CALL is None:
    sys.exit(77)
main()
