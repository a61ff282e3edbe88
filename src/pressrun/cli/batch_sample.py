"""The first rows of a batch, shown before the others are paid for."""

import sys
from typing import Any

import typer

from pressrun.cli.batch_words import money
from pressrun.cli.client import Server, at
from pressrun.cli.printing import errors, plain, remark

LONGEST_SHOWN = 2_000


async def wanted_after_sample(server: Server, batch: dict[str, Any], *, yes: bool) -> bool:
    """Show what the sample's rows came to, and ask whether to go on; without anybody to ask it is not."""
    sample = batch["options"]["sample"]
    page = await server.ask("GET", at("batches", batch["id"], "rows"), query={"limit": sample})
    for row in page["data"]:
        errors().print(f"\nRow {row['row']} ({plain(row['state'] or 'not run')})", style="bold", markup=False)
        text = row["suggestion"] if row["suggestion"] is not None else row["error"] or ""
        remark(text.strip()[:LONGEST_SHOWN])
    counts = batch["counts"]
    ran = max(1, counts["completed"] + counts["failed"])
    left = counts["total"] - counts["invalid"] - ran
    if batch["cost"] is not None:
        rest = money(batch["cost"] / ran * left)
        remark(f"\n{money(batch['cost'])} for {ran:,} rows; at that price {rest} for the other {left:,}")
    if yes:
        return True
    return sys.stdin.isatty() and typer.confirm(f"Run the other {left:,} rows?", err=True)
