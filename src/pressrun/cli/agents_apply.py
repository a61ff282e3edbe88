"""`pressrun agents apply`: agents kept as files."""

from pathlib import Path
from typing import Annotated, Any

import typer

from pressrun.agents.definition import to_data
from pressrun.cli.agent_files import AgentFile, read_agent_files
from pressrun.cli.client import Refused, Server, at, with_server
from pressrun.cli.failure import ExitCode, Failure
from pressrun.cli.flags import AsJson
from pressrun.cli.printing import print_json, say, warn


def apply(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="YAML or JSON files; - is standard input.")],
    deploy: Annotated[bool, typer.Option("--deploy", help="Deploy the drafts too.")] = False,
    note: Annotated[str | None, typer.Option(help="What is new, kept with the deployed version.")] = None,
    as_json: AsJson = False,
) -> None:
    """Create agents from files, or change those that are there.

    A file finds its agent by `alias`; a file without one gets an alias made from its `name`.

    Example: pressrun agents apply examples/product-description.yaml --deploy
    """
    if note is not None and not deploy:
        raise Failure("a note belongs to a deployed version: add --deploy", code=ExitCode.USAGE)
    agents = read_agent_files(files)

    async def work(server: Server) -> list[dict[str, Any]]:
        applied = []
        for file in agents:
            try:
                applied.append(await _apply(server, file, deploy=deploy, note=note))
            except Refused as refused:
                raise Refused(refused.status, *(f"{file.name}: {line}" for line in refused.lines)) from None
            if not as_json:
                _tell(applied[-1])
        return applied

    done = with_server(work)
    if as_json:
        print_json({"applied": done})


async def _apply(server: Server, file: AgentFile, *, deploy: bool, note: str | None) -> dict[str, Any]:
    agent, action = await _save(server, file)
    warnings: list[str] = []
    if deploy:
        body = {} if note is None else {"note": note}
        agent = await server.ask("POST", at("applications", agent["id"], "deploy"), body)
        warnings = agent.pop("warnings", [])
    return {"file": file.name, "action": action, "deployed": deploy, "agent": agent, "warnings": warnings}


async def _save(server: Server, file: AgentFile) -> tuple[dict[str, Any], str]:
    """The agent with the file's definition as its draft, and what that took."""
    path, data = at("applications", file.alias), to_data(file.definition)
    try:
        agent = await server.ask("GET", path, query={"include": "drafts"})
    except Refused as refused:
        if refused.status != 404:
            raise
        return await server.ask("POST", at("applications"), data), "created"
    if await server.ask("GET", f"{path}/draft") == data:
        return agent, "unchanged"
    return await server.ask("PUT", f"{path}/draft", data), "updated"


def _tell(done: dict[str, Any]) -> None:
    agent = done["agent"]
    say(f"{done['file']}: {done['action']} {agent['alias']} ({agent['id']})")
    if done["deployed"]:
        say(f"  deployed as version {agent['deployed_version']}")
    elif agent["draft_changed"]:
        say(f"  a draft; `pressrun agents deploy {agent['alias']}` makes it what runs")
    for warning in done["warnings"]:
        warn(f"{done['file']}: {warning}")


COMMANDS = {"apply": apply}
