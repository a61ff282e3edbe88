"""`pressrun agents`: list, show, delete."""

import sys
from typing import Annotated, Any

import typer

from pressrun.agents import yaml_format
from pressrun.agents.check import check
from pressrun.agents.definition import AgentDefinition
from pressrun.cli.client import Server, ask, at, with_server
from pressrun.cli.confirming import confirm
from pressrun.cli.failure import ExitCode, Failure
from pressrun.cli.flags import Agent, AsJson, Yes
from pressrun.cli.printing import moment, print_json, print_table, say

PAGE = 100


def list_agents(as_json: AsJson = False) -> None:
    """List the agents, those that were never deployed too.

    Example: pressrun agents list
    """
    found = with_server(_everything)
    if as_json:
        print_json({"data": found})
        return
    print_table(
        ("Alias", "Name", "Status", "Version", "Draft", "Last deployed", "ID"),
        (
            (
                agent["alias"],
                agent["name"],
                agent["status"],
                agent["deployed_version"],
                "changed" if agent["draft_changed"] and agent["deployed_version"] else "",
                moment(agent["last_deployed_at"]),
                agent["id"],
            )
            for agent in found
        ),
        empty="There are no agents yet: `pressrun agents apply FILE --deploy` makes one.",
    )


async def _everything(server: Server) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        query = {"include": "drafts", "limit": PAGE, "after": after}
        page = await server.ask("GET", at("applications"), query=query)
        found += page["data"]
        after = page["last_id"]
        if not page["has_more"]:
            return found


def show(
    agent: Agent,
    as_yaml: Annotated[bool, typer.Option("--yaml", help="Print the definition; it applies again unchanged.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the definition as JSON.")] = False,
    version: Annotated[int | None, typer.Option(help="A version instead of the draft.")] = None,
) -> None:
    """Show an agent and its draft, or one of its versions.

    Example: pressrun agents show product-description --yaml
    """
    if as_yaml and as_json:
        raise Failure("choose one of --yaml and --json", code=ExitCode.USAGE)
    path = at("applications", agent)

    async def work(server: Server) -> tuple[Any, Any]:
        found = await server.ask("GET", path, query={"include": "drafts"})
        part = "draft" if version is None else f"versions/{version}"
        return found, await server.ask("GET", f"{path}/{part}")

    found, data = with_server(work)
    if as_json:
        print_json(data)
    elif as_yaml:
        sys.stdout.write(yaml_format.write(check(data)))
    else:
        _describe(found, check(data), version)


def _describe(agent: dict[str, Any], definition: AgentDefinition, version: int | None) -> None:
    say(definition.name, style="bold")
    if definition.description:
        say(definition.description)
    say(f"Alias     {agent['alias'] or ''}")
    say(f"ID        {agent['id']}")
    deployed, since = agent["deployed_version"], moment(agent["last_deployed_at"])
    say(f"Deployed  {f'version {deployed}, {since}' if deployed else 'never'}")
    changed = ", not deployed yet" if agent["draft_changed"] else ""
    say(f"Shown     {f'draft{changed}' if version is None else f'version {version}'}")
    for one in definition.inputs:
        say(f"Input     {one.name} ({one.type}{'' if one.required else ', optional'})")
    for prompt in definition.prompts:
        say(f"Prompt    {prompt.name} ({prompt.model or 'default model'})")
    say(f"Output    {definition.output.title}")


def delete(
    agent: Agent,
    yes: Yes = False,
    cancel_jobs: Annotated[
        bool, typer.Option("--cancel-jobs", help="Cancel the jobs already accepted; otherwise they finish.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Delete an agent; jobs already accepted finish, and results stay readable.

    Example: pressrun agents delete product-description --yes
    """
    if not yes:
        found = ask("GET", at("applications", agent), include="drafts")
        fate = "; its open jobs are cancelled" if cancel_jobs else ""
        confirm(
            f"Delete the agent {found['name']!r} ({found['alias'] or found['id']})? Nobody can run it any more{fate}"
        )
    deleted = ask("DELETE", at("applications", agent), jobs="cancel" if cancel_jobs else None)
    if as_json:
        print_json(deleted)
    else:
        say(f"Deleted {agent} ({deleted['id']}).")


COMMANDS = {"list": list_agents, "show": show, "delete": delete}
