"""docs/performance.md, written from what was measured."""

import datetime as dt
import os
import platform
from collections.abc import Sequence
from pathlib import Path

from bench.kept import Measured, Run, kept

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
TEMPLATE = Path(__file__).with_name("performance.md.template")

SECTIONS = {
    "Jobs": ("submit", "e2e", "engine", "latency", "list", "recovery", "startup"),
    "Batches": ("batch",),
    "Files and graphs": ("search", "ingest"),
    "The embedded model": ("local-model",),
    "Other queues": ("peers",),
    "A drain of a million": ("drain",),
}
HEAD = """| what | store | measured | aim | beside it | `bin/bench` | on |
|---|---|---|---|---|---|---|"""


def write() -> None:
    """Fill the template with every figure that is kept, and put it into the docs."""
    text = TEMPLATE.read_text("utf-8").format(
        machine=f"{os.cpu_count()} shared cores, {_memory_gb():.0f} GB, {platform.system()} {platform.machine()}",
        python=platform.python_version(),
        tables=tables(kept()),
    )
    PAGE.write_text(text, "utf-8")


def tables(measured: Sequence[Measured]) -> str:
    """A heading and a table for each section that has figures."""
    parts = []
    for title, names in SECTIONS.items():
        found = [one for name in names for one in measured if one.figure.benchmark == name]
        if found:
            rows = [f"{one.figure.row()} {_told(one.run)} |" for one in found]
            parts.append("\n".join((f"## {title}", "", HEAD, *rows)))
    return "\n\n".join(parts)


def _told(run: Run) -> str:
    day = dt.date.fromisoformat(run.date)
    size = "" if run.scale == 1 else f", scale {run.scale:g}"
    return f"{day.day} {day:%B}, `{run.commit}`, load {run.load:g}{size}"


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
