"""`pressrun files upload`: files to the server, one after the other."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from pressrun.cli.client import Server, at, with_server
from pressrun.cli.failure import ExitCode, Failure
from pressrun.cli.file_sending import send_file
from pressrun.cli.flags import AsJson
from pressrun.cli.printing import print_json, remark, say

EVERY_S = 0.3


def upload(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Files of this machine.")],
    graph: Annotated[str | None, typer.Option(help="Add them to this graph, by its id.")] = None,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until they are taken in; ends with 1 when one fails.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Upload files, and print their ids.

    Example: pressrun files upload report.pdf notes.md --wait
    """
    for path in files:
        if not path.is_file():
            why = "it is a folder, name the files in it" if path.is_dir() else "there is no such file"
            raise Failure(f"cannot read {path}: {why}", code=ExitCode.USAGE)

    async def work(server: Server) -> list[dict[str, Any]]:
        kept = []
        for path in files:
            one = await send_file(server, path, {"graphId": graph})
            kept.append(one)
            if not as_json:
                say(one["id"])
        return [await _taken_in(server, one) for one in kept] if wait else kept

    kept = with_server(work)
    if as_json:
        print_json({"data": kept})
    failed = [one for one in kept if one["status"] == "failed"]
    for one in failed:
        remark(f"{one['name']}: {one['error']}")
    if failed:
        raise Failure(f"{len(failed)} of {len(kept)} could not be taken in: `pressrun files retry` tries again")


async def _taken_in(server: Server, file: dict[str, Any]) -> dict[str, Any]:
    while file["status"] == "in_progress":
        await asyncio.sleep(EVERY_S)
        file = await server.ask("GET", at("files", file["id"]))
    return file


COMMANDS = {"upload": upload}
