"""How far a long command has come, on a terminal; elsewhere nothing is printed."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import apsw
import asyncpg
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from pressrun.cli.printing import errors
from pressrun.errors import Code, PressrunError


@contextmanager
def shown(verb: str) -> Iterator[Callable[[str, int], None]]:
    """A function to call with the name of what is worked on and how many pieces more are done."""
    if not sys.stderr.isatty():
        yield lambda _name, _more: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,}"), TimeElapsedColumn())
    with Progress(*columns, console=errors(), transient=True) as bars:
        known: dict[str, TaskID] = {}

        def tell(name: str, more: int) -> None:
            if name not in known:
                known[name] = bars.add_task(f"{verb} {name}", total=None)
            bars.advance(known[name], more)

        yield tell


@contextmanager
def told() -> Iterator[None]:
    """What goes wrong with a database or a disk meanwhile becomes a PressrunError that names it."""
    try:
        yield
    except (OSError, TimeoutError, apsw.Error, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise PressrunError(Code.UNAVAILABLE, f"it failed, and changed nothing: {error}") from error
