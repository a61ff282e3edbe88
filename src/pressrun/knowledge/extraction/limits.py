"""How much one file may make of itself; what passes these is refused as `parse_limit`, in words for whoever sent it."""

MOST_MEMORY_BYTES = 512 * 1024**2
MOST_CPU_S = 20
MOST_WALL_S = 24
"""Seconds until the process is ended from outside, whatever it waits for."""

MOST_OPEN_FILES = 64

MOST_PAGES = 5_000
MOST_ROWS = 500_000
"""Rows of all sheets together that hold anything."""

MOST_CELLS = 5_000_000
MOST_CHARACTERS = 20_000_000
"""Letters of the whole text: about 10,000 pages."""

MOST_ENTRIES = 10_000
MOST_UNPACKED_BYTES = 512 * 1024**2
MOST_RATIO = 200
"""How many times its size a part of an archive may unpack to, if that is much."""

MUCH_BYTES = 16 * 1024**2


class ParseLimitError(Exception):
    """A file that is more than it looks."""


class UnreadableError(Exception):
    """A file that no text can be read from."""
