"""The demo's second half: a file of rows through the same agent, by the command a user would type."""

import csv
import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.markup import escape

LONGEST_SHOWN = 160


def run_batch(console: Console, url: str, api_key: str, agent: str, rows: Path, results: Path) -> bool:
    """Run `pressrun batch` on the example's rows and show its results; whether every row has one."""
    command = ["batch", agent, str(rows), "-o", str(results)]
    name = os.environ.get("PRESSRUN_DEMO_COMMAND", "pressrun")
    shown = " ".join((name, "batch", agent, f"examples/{rows.name}", "-o", results.name))
    console.print(f"\nRunning a file of rows: {escape(shown)}")
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "pressrun", *command],
        env={**os.environ, "PRESSRUN_URL": url, "PRESSRUN_API_KEY": api_key},
        check=False,
    )
    if results.exists():
        _show(console, results)
    return done.returncode == 0


def _show(console: Console, results: Path) -> None:
    """A line for each row, in the order of the file."""
    console.print()
    with results.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            text = " ".join((row["suggestion"] or row["error"]).split())
            shown = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]} …"
            console.print(f"{row['row']:>3}  [bold]{escape(row['Product name'])}[/]: {escape(shown)}")
