"""How a command says that it did not work: readable lines on standard error, and an exit code scripts can test."""

import sys
from collections.abc import Iterable
from enum import IntEnum

from rich.text import Text

from pressrun.cli.printing import errors, plain


class ExitCode(IntEnum):
    """What the shell sees; 0 is success."""

    FAILED = 1
    USAGE = 2
    UNREACHABLE = 3
    INTERRUPTED = 130


class Failure(Exception):  # noqa: N818 - the outcome of a command, not an error of the program
    """A command could not do what it was asked for; one line a problem, each with what to do about it."""

    def __init__(self, *lines: str, code: ExitCode = ExitCode.FAILED) -> None:
        self.lines = lines
        self.code = code
        super().__init__("\n".join(lines))


def report(lines: Iterable[str]) -> None:
    """Print problems on standard error."""
    sys.stdout.flush()
    for line in lines:
        errors().print(Text.assemble(("error: ", "bold red"), plain(line)))
