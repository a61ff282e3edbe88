"""`pressrun audit`: who did what."""

import json
from typing import Annotated

import typer

from pressrun.cli.client import ask, at
from pressrun.cli.flags import AsJson
from pressrun.cli.printing import moment, print_json, print_table


def audit(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many entries.")] = 50,
    before: Annotated[str | None, typer.Option(metavar="ID", help="Go on before this entry.")] = None,
    action: Annotated[str | None, typer.Option(help="Only this action, as key.created.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show who did what, the newest first.

    Example: pressrun audit --action key.created
    """
    found = ask("GET", at("audit"), limit=limit, before=before, action=action)
    if as_json:
        print_json(found)
        return
    print_table(
        ("ID", "When", "Action", "What", "Who", "From", "Details"),
        (
            (
                one["id"],
                moment(one["at"]),
                one["action"],
                one["target"],
                one["by"] or one["key_id"] or "the server",
                one["address"],
                " ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in one["data"].items()),
            )
            for one in found["data"]
        ),
        empty="Nothing was done yet.",
    )
