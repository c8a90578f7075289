#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Types at a shell as people do: type_tab.py bash|zsh|fish SCRIPT LINE... prints what a tab behind each line makes of it.

The shell runs on a terminal of its own, without the settings of whoever calls. A command that only prints its arguments stands for
the rest of the line: what the shell has made of it is read from its output, not from the screen.
"""
import os
import pty
import select
import sys
import time

SHELLS = {"bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"], "fish": ["fish", "--no-config", "-i"]}
# The tab completes "pipeline …"; home and "echo " then turn the line into one that is printed.
SETUP = {"bash": "source %s; bind 'set bell-style none'; PS1=ready'>'\n",
         "zsh": "autoload -Uz compinit; compinit -u -D; unsetopt prompt_sp beep; source %s; PS1=ready'>'\n",
         "fish": "source %s; function fish_prompt; echo -n ready'>'; end\n"}


def read_until(fd, wanted, seconds=15):
    """What comes until `wanted` was seen; ends the program when it never is."""
    text, end = b"", time.monotonic() + seconds
    while wanted not in text:
        if not select.select([fd], [], [], max(0, end - time.monotonic()))[0]:
            sys.exit("never came: %r, but %r" % (wanted, text))
        text += os.read(fd, 65536)
    return text


def settle(fd, seconds=0.4):
    """Lets the shell finish what it is at."""
    while select.select([fd], [], [], seconds)[0]:
        os.read(fd, 65536)


def main():
    shell, script, *lines = sys.argv[1:]
    pid, fd = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm"
        os.execvp(SHELLS[shell][0], SHELLS[shell])
    os.write(fd, (SETUP[shell] % script).encode())
    read_until(fd, b"ready>")
    settle(fd)
    for line in lines:
        os.write(fd, line.encode() + b"\t")
        settle(fd)
        os.write(fd, b"\x01echo '<<' \x05 '>>'\n")
        text = read_until(fd, b">>\r\n").replace(b"\r", b"")
        sys.stdout.buffer.write(text.split(b"<< ")[-1].split(b" >>")[0].rstrip() + b"\n")
        settle(fd, 0.1)
    os.write(fd, b"exit\n")


if __name__ == "__main__":
    main()
