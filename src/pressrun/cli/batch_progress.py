"""A batch on the screen while it runs: a bar on a terminal, lines elsewhere."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Group
from rich.live import Live
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.text import Text

from pressrun.cli.batch_following import Tell, how_to_attach
from pressrun.cli.batch_words import done, pace
from pressrun.cli.failure import ExitCode, Failure
from pressrun.cli.printing import errors, plain, remark

TENTHS = 10


@contextmanager
def shown(batch_id: str) -> Iterator[Tell]:
    """A function that shows each state of a batch; Ctrl-C ends the showing, not the batch, and says so."""
    try:
        if sys.stderr.isatty():
            with _bar() as tell:
                yield tell
        else:
            yield _lines()
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise Failure(f"stopped watching; {how_to_attach(batch_id)}", code=ExitCode.INTERRUPTED) from None


@contextmanager
def _bar() -> Iterator[Tell]:
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]}", markup=False),
        TextColumn("[red]{task.fields[failed]}"),
    )
    bars = Progress(*columns)
    bar = bars.add_task("waiting", total=None, rows="", failed="")

    def tell(batch: dict[str, Any]) -> None:
        total, failed = batch["counts"]["total"], batch["counts"]["failed"]
        bars.update(
            bar,
            description=batch["state"],
            completed=done(batch),
            total=total,
            rows=f"{done(batch):,} of {total:,} rows",
            failed=f"{failed:,} failed" if failed else "",
        )
        live.update(Group(bars, Text(plain(pace(batch)), "dim")))

    with Live(bars, console=errors(), transient=True) as live:
        yield tell


def _lines() -> Tell:
    """A line when the state changes, and for every tenth of the rows."""
    told: tuple[str, int] | None = None

    def tell(batch: dict[str, Any]) -> None:
        nonlocal told
        total = batch["counts"]["total"]
        now = (batch["state"], done(batch) * TENTHS // max(1, total))
        if now != told:
            told = now
            remark(f"{batch['state']}: {done(batch):,} of {total:,} rows · {pace(batch)}")

    return tell
