"""`pressrun agents`: deploy, versions, rollback."""

from typing import Annotated

import typer

from pressrun.cli.client import ask, at
from pressrun.cli.flags import Agent, AsJson
from pressrun.cli.printing import moment, print_json, print_table, say, warn


def deploy(
    agent: Agent,
    note: Annotated[str | None, typer.Option(help="What is new, kept with the version.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make an agent's draft the version that new jobs run on.

    Example: pressrun agents deploy product-description --note "shorter texts"
    """
    found = ask("POST", at("applications", agent, "deploy"), {} if note is None else {"note": note})
    if as_json:
        print_json(found)
        return
    say(f"Deployed {found['alias'] or found['id']} as version {found['deployed_version']}.")
    for warning in found["warnings"]:
        warn(warning)


def versions(agent: Agent, as_json: AsJson = False) -> None:
    """List an agent's versions, newest first.

    Example: pressrun agents versions product-description
    """
    found = ask("GET", at("applications", agent, "versions"))
    if as_json:
        print_json(found)
        return
    print_table(
        ("Version", "Status", "Created", "Note"),
        (
            (one["version"], "deployed" if one["deployed"] else "", moment(one["created_at"]), one["note"])
            for one in found["data"]
        ),
        empty=f"No version yet: `pressrun agents deploy {agent}` makes the first.",
    )


def rollback(
    agent: Agent,
    version: Annotated[int, typer.Argument(help="The version to deploy again.")],
    as_json: AsJson = False,
) -> None:
    """Deploy an earlier version again; the draft stays as it is.

    Example: pressrun agents rollback product-description 3
    """
    found = ask("POST", at("applications", agent, "rollback"), {"version": version})
    if as_json:
        print_json(found)
    else:
        say(f"New jobs of {found['alias'] or found['id']} run on version {found['deployed_version']}.")


COMMANDS = {"deploy": deploy, "versions": versions, "rollback": rollback}
