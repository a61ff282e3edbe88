"""A batch on the screen while it runs: a bar on a terminal, lines elsewhere."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn

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
        MofNCompleteColumn(),
        TextColumn("[red]{task.fields[failed]}"),
        TextColumn("{task.fields[pace]}", markup=False),
    )
    with Progress(*columns, console=errors(), transient=True) as bars:
        bar = bars.add_task("waiting", total=None, failed="", pace="")

        def tell(batch: dict[str, Any]) -> None:
            counts = batch["counts"]
            failed = f"{counts['failed']:,} failed" if counts["failed"] else ""
            state = batch["state"]
            bars.update(bar, description=state, completed=done(batch), total=counts["total"], failed=failed)
            bars.update(bar, pace=plain(pace(batch)))

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
