"""The figures of docs/performance.md, kept between runs: one benchmark can be measured anew without the others."""

import datetime as dt
import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench.figure import Figure

KEPT = Path(__file__).with_name("figures.json")


@dataclass(frozen=True, slots=True)
class Run:
    """When and on what a figure was measured.

    `load`: processes that wanted the machine in the minute before the command began, so none of its own; `commit` ends
    with a `+` where the tree held changes that it does not.
    """

    date: str
    commit: str
    scale: float
    load: float


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure and the run it is of."""

    figure: Figure
    run: Run = field(compare=False)


def this_run(scale: float) -> Run:
    """What is true of everything that is measured from now on."""
    date = dt.datetime.now(dt.UTC).date().isoformat()
    return Run(date, _commit(), scale, round(os.getloadavg()[0], 1))


def kept(path: Path = KEPT) -> list[Measured]:
    """All that was ever measured and not replaced, in the order it was written."""
    if not path.exists():
        return []
    return [Measured(Figure(**line["figure"]), Run(**line["run"])) for line in json.loads(path.read_text("utf-8"))]


def keep(figures: Sequence[Figure], run: Run, path: Path = KEPT) -> None:
    """Put figures in the place of what the same benchmarks said of the same databases before."""
    again = {(figure.benchmark, figure.store) for figure in figures}
    others = [one for one in kept(path) if (one.figure.benchmark, one.figure.store) not in again]
    lines = [*others, *(Measured(figure, run) for figure in figures)]
    path.write_text(json.dumps([asdict(line) for line in lines], indent=1, ensure_ascii=False) + "\n", "utf-8")


def _commit() -> str:
    def git(*arguments: str) -> str:
        command = ["git", "-C", str(KEPT.parent), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    return git("rev-parse", "--short=7", "HEAD") + ("+" if git("status", "--porcelain", "--", "src", "bench") else "")
