# SPDX-License-Identifier: Apache-2.0
"""Holds the text of a log until it is known where it is divided, damaged or cut."""


class Recorder:
    def __init__(self):
        self.parts, self.commands = [], []

    def write(self, text):
        self.parts.append(text)

    def mark(self):
        """A command begins here."""
        self.commands.append(len(self.parts))

    def text(self):
        return "".join(self.parts)

    def divided(self, rng, again):
        """Two texts: the second begins at a command, after the text `again`."""
        at = rng.choice(self.commands[1:])
        return "".join(self.parts[:at]), again + "".join(self.parts[at:])


def cut(path, text, low, high, out, rng):
    """Ends the file somewhere between two places of its text; returns its size."""
    low, high = (len(out.encoded(text[:place])) + len(out.bom) for place in (low, high))
    size = rng.randint(low, high)
    with open(path, "r+b") as file:
        file.truncate(size)
    return size
