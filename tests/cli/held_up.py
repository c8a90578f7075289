# SPDX-License-Identifier: Apache-2.0
"""Runs a command that reads bundles and holds its reader up for a while, so that there is time to show progress.

    held_up.py --seconds N [--columns N [--then N]] FILE COMMAND...

What it writes on stderr goes into FILE. With --columns that is a terminal so wide, and with --then one that is made so wide after half
the time. The exit status is that of the command.
"""
import argparse
import contextlib
import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import threading
import time


def resize(fd, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))


def copy(fd, file):
    while True:
        try:
            data = os.read(fd, 65536)
        except OSError:  # a terminal that nobody has open any more
            return
        if not data:
            return
        file.write(data)


def words_of(pid):
    """Nothing of a process that is gone."""
    with contextlib.suppress(OSError), open("/proc/%d/cmdline" % pid, "rb") as file:
        return file.read()
    return b""


def reader_of(process):
    """Once it runs the program afresh; before that whoever starts it waits for it."""
    with open("/proc/%d/task/%d/children" % (process.pid, process.pid), encoding="ascii") as file:
        children = file.read().split()
    if children and words_of(int(children[0])) not in (b"", words_of(process.pid)):
        return int(children[0])
    return None


def hold_reader(process):
    """The reader, stopped. Whoever started it goes on in short steps until then, since a reader of a small log lives for milliseconds."""
    with contextlib.suppress(OSError):  # on a busy machine we come too late otherwise
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(20))
    reader = None
    while reader is None and process.poll() is None:
        os.kill(process.pid, signal.SIGSTOP)
        reader = reader_of(process)
        if reader is not None:
            os.kill(reader, signal.SIGSTOP)
        os.kill(process.pid, signal.SIGCONT)
        time.sleep(0.0003)
    return reader


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--columns", type=int)
    parser.add_argument("--then", type=int)
    parser.add_argument("file")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    asked = parser.parse_args()
    here, there = pty.openpty() if asked.columns else os.pipe()
    if asked.columns:
        resize(there, asked.columns)
    with open(asked.file, "wb") as file, subprocess.Popen(asked.command, stderr=there, stdin=subprocess.DEVNULL) as process:
        os.close(there)
        copying = threading.Thread(target=copy, args=(here, file))
        copying.start()
        reader = hold_reader(process)
        if reader is None:
            sys.exit("no reader was seen")
        time.sleep(asked.seconds / 2)
        if asked.then:
            resize(here, asked.then)
        time.sleep(asked.seconds / 2)
        os.kill(reader, signal.SIGCONT)
        status = process.wait()
        copying.join()
    sys.exit(status)


if __name__ == "__main__":
    main()
