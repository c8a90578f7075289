# SPDX-License-Identifier: Apache-2.0
"""Writes text to a file in an encoding, with a kind of line end, and counts it."""

CODECS = {"utf-8": ("utf-8", b""), "utf-8-bom": ("utf-8", b"\xef\xbb\xbf"), "utf-16le": ("utf-16-le", b"\xff\xfe"),
          "utf-16be": ("utf-16-be", b"\xfe\xff"), "cp1252": ("cp1252", b"")}
BUFFER = 1 << 20


class Sink:
    def __init__(self, path, encoding, eol):
        self.codec, self.bom = CODECS[encoding]
        self.crlf = eol == "crlf"
        self.file = open(path, "wb")
        self.parts, self.held = [], 0
        self.file.write(self.bom)

    def write(self, text):
        self.parts.append(text)
        self.held += len(text)
        if self.held >= BUFFER:
            self.flush()

    def flush(self):
        text = "".join(self.parts)
        self.parts, self.held = [], 0
        self.file.write(self.encoded(text))

    def encoded(self, text):
        if self.crlf:
            text = text.replace("\n", "\r\n")
        return text.encode(self.codec)

    def close(self):
        """Closes the file; returns its size in bytes."""
        self.flush()
        size = self.file.tell()
        self.file.close()
        return size
