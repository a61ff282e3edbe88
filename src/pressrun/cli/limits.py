"""`pressrun limits`: what the organization may use."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from pressrun.cli.client import ask, at
from pressrun.cli.flags import AsJson
from pressrun.cli.printing import print_json, print_table, say
from pressrun.organizations.limits import Limit

MEANINGS = {
    Limit.QUEUED_JOBS: "jobs that wait to be started",
    Limit.RUNNING_JOBS: "jobs that run at once",
    Limit.TOKENS_PER_DAY: "tokens a day (UTC), sent and received",
    Limit.REQUESTS_PER_MINUTE: "requests a minute of each key that has no limit of its own",
}


class LimitName(StrEnum):
    """The limits as the command line spells them."""

    QUEUED_JOBS = "queued-jobs"
    RUNNING_JOBS = "running-jobs"
    TOKENS_PER_DAY = "tokens-per-day"
    REQUESTS_PER_MINUTE = "requests-per-minute"


def show(as_json: AsJson = False) -> None:
    """Show every limit and what is used of it.

    Example: pressrun limits show
    """
    _print(ask("GET", at("limits")), as_json)


def set_limit(
    name: Annotated[LimitName, typer.Argument(help="The limit.")],
    value: Annotated[int, typer.Argument(min=0, help="Its value.")],
    as_json: AsJson = False,
) -> None:
    """Set a limit; it holds for every process from the next request on.

    Example: pressrun limits set tokens-per-day 2000000
    """
    _change(name, value, as_json)


def clear(name: Annotated[LimitName, typer.Argument(help="The limit.")], as_json: AsJson = False) -> None:
    """Take a limit away.

    Example: pressrun limits clear tokens-per-day
    """
    _change(name, None, as_json)


def _change(name: LimitName, value: int | None, as_json: bool) -> None:
    changed = ask("PATCH", at("limits"), {name.replace("-", "_"): value})
    if as_json:
        print_json(changed)
    else:
        say(f"{name} is {'not limited' if value is None else f'{value:,}'} now.")


def _print(found: Any, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    print_table(
        ("Limit", "Set to", "Server allows", "Used now", "Meaning"),
        (
            (
                one["name"].replace("_", "-"),
                _number(one["value"]),
                _number(one["server_most"]),
                _number(one["used"]),
                MEANINGS[Limit(one["name"])],
            )
            for one in found["data"]
        ),
        empty="There are no limits.",
    )


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


COMMANDS = {"show": show, "set": set_limit, "clear": clear}
