"""The first rows of a batch, shown before the others are paid for."""

import sys
from typing import Any

import typer

from pressrun.cli.batch_words import money, span
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
    found = await server.ask("GET", at("batches", batch["id"], "estimate"))
    left, whole = found["rows_left"], found["cost"]
    if whole["low"] is not None:
        low, high = money(whole["low"]), money(whole["high"])
        time = span(found["duration_s"])
        remark(
            f"\n{money(batch['cost'])} for {found['rows']:,} rows; the whole will cost "
            f"{low if low == high else f'{low} to {high}'}, {left:,} rows are left{f', {time}' if time else ''}"
        )
    if yes:
        return True
    return sys.stdin.isatty() and typer.confirm(f"Run the other {left:,} rows?", err=True)
