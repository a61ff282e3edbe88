"""What a file is called: a name that was given, made harmless. It is shown and stored, and never part of a path."""

import unicodedata

from pressrun.errors import Code, PressrunError, Problem

LONGEST_NAME = 255
"""Characters; what is longer loses its middle, so that the extension stays."""

TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
"""Marks that turn the direction of text: with them "fdp.exe" looks like "exe.pdf"."""


def plain_name(given: str) -> str:
    """The last part of a path, without what cannot be seen; raises PressrunError (invalid) when nothing is left."""
    last = given.replace("\\", "/").rpartition("/")[2]
    name = "".join(letter for letter in last if letter not in TURNING and unicodedata.category(letter)[0] != "C")
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if not name.strip("."):
        message = 'the file has no name: send Content-Disposition: attachment; filename="report.pdf"'
        raise PressrunError(Code.INVALID, Problem(message, {"field": "Content-Disposition"}))
    if len(name) <= LONGEST_NAME:
        return name
    stem, dot, extension = name.rpartition(".")
    tail = f"{dot}{extension}" if stem and len(extension) <= 16 else ""
    return name[: LONGEST_NAME - len(tail)] + tail


def extension_of(name: str) -> str:
    """The letters behind the last dot, lower case; "" without one."""
    stem, _, extension = name.rpartition(".")
    return extension.lower() if stem else ""
