"""Ask before something is lost."""

import sys

import typer

from pressrun.cli.failure import ExitCode, Failure
from pressrun.cli.printing import plain


def confirm(question: str) -> None:
    """Go on only after a yes; raises Failure otherwise, and where there is nobody to ask."""
    if not sys.stdin.isatty():
        raise Failure("there is no terminal to ask on: say --yes if you mean it", code=ExitCode.USAGE)
    if not typer.confirm(plain(question), err=True):
        raise Failure("nothing was changed")
