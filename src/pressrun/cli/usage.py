"""`pressrun usage`: what was asked of models, and what it cost."""

import csv
import sys
from enum import StrEnum
from typing import Annotated, Any

import typer

from pressrun.cli.client import ask, at
from pressrun.cli.flags import AsJson
from pressrun.cli.printing import plain, print_json, print_table, remark
from pressrun.money import nano_dollars, shown


class Group(StrEnum):
    """What usage can be grouped by."""

    DAY = "day"
    AGENT = "agent"
    BATCH = "batch"
    KEY = "key"
    MODEL = "model"


COLUMNS = ("calls", "prompt_tokens", "cached_prompt_tokens", "completion_tokens", "cost", "unpriced_calls", "reasks")
HEADERS = ("Calls", "Tokens in", "of them cached", "Tokens out", "Cost", "Without a price", "Asked again")


def usage(
    first: Annotated[str | None, typer.Option("--from", metavar="DAY", help="The first day (UTC).")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DAY", help="The last day, included; today.")] = None,
    by: Annotated[list[Group] | None, typer.Option(help="Group by it; repeat for several.")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show calls, tokens and cost, by default of the last 30 days, day by day.

    Example: pressrun usage --from 2026-11-01 --by agent --by model
    """
    groups = [group.value for group in dict.fromkeys(by or [Group.DAY])]
    period: dict[str, Any] = {"from": first, "to": last}
    found = ask("GET", at("usage"), group_by=",".join(groups), **period)
    if as_json:
        print_json(found)
    elif as_csv:
        _print_csv(groups, found["data"])
    else:
        _print(groups, found)


def _print_csv(groups: list[str], lines: list[dict[str, Any]]) -> None:
    writer = csv.writer(sys.stdout)
    writer.writerow([*groups, *COLUMNS])
    for line in lines:
        cost = "" if line["cost"] is None else shown(nano_dollars(line["cost"])).removeprefix("$").replace(",", "")
        row = {**line, "cost": cost}
        writer.writerow([_harmless(row[name]) for name in (*groups, *COLUMNS)])


def _harmless(value: Any) -> Any:
    """A name that a spreadsheet would take for a formula gets an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value


def _print(groups: list[str], found: dict[str, Any]) -> None:
    rows = [[plain(str(line[group] or "–")) for group in groups] + _figures(line) for line in found["data"]]
    if len(rows) > 1:
        rows.append(["all", *([""] * (len(groups) - 1)), *_figures(found["total"])])
    names = [group.capitalize() for group in groups]
    print_table((*names, *HEADERS), rows, empty="No model was asked in that time.")
    if found["total"]["unpriced_calls"]:
        remark("some calls have no known price: `pressrun models set NAME --input-price --output-price` sets one")


def _figures(line: dict[str, Any]) -> list[str]:
    cost = None if line["cost"] is None else nano_dollars(line["cost"])
    return [
        f"{line['calls']:,}",
        f"{line['prompt_tokens']:,}",
        f"{line['cached_prompt_tokens']:,}",
        f"{line['completion_tokens']:,}",
        shown(cost),
        f"{line['unpriced_calls']:,}",
        f"{line['reasks']:,}",
    ]
