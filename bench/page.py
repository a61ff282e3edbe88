"""docs/performance.md, written from what was measured."""

import datetime as dt
import os
import platform
from collections.abc import Sequence
from pathlib import Path

from bench.figure import Figure

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
TEMPLATE = Path(__file__).with_name("performance.md.template")


def write(figures: Sequence[Figure], scale: float) -> None:
    """Fill the template and put it into the docs."""
    now = dt.datetime.now(dt.UTC)
    text = TEMPLATE.read_text("utf-8").format(
        date=f"{now.day} {now:%B %Y}",
        machine=f"{os.cpu_count()} shared cores, {_memory_gb():.0f} GB, {platform.system()} {platform.machine()}",
        python=platform.python_version(),
        scale=f"{scale:g}",
        load=f"{os.getloadavg()[2]:.1f}",
        rows="\n".join(figure.row() for figure in figures),
    )
    PAGE.write_text(text, "utf-8")


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
