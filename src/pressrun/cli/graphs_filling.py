"""`pressrun graphs add` and `watch`: files into a graph, and how far they have come."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pressrun.cli.client import Refused, Server, at, with_server
from pressrun.cli.failure import ExitCode, Failure
from pressrun.cli.file_sending import send_file
from pressrun.cli.flags import AsJson
from pressrun.cli.graphs import GraphId, find_graph
from pressrun.cli.printing import errors, print_json, remark, say, warn

EVERY_S = 0.5


def add(
    graph: GraphId,
    files: Annotated[list[str], typer.Argument(metavar="FILE…", help="Paths to upload, or ids of files.")],
    wait: Annotated[bool, typer.Option("--wait", help="Wait until their passages can be found.")] = False,
    as_json: AsJson = False,
) -> None:
    """Upload files into a graph, or add files that were uploaded before.

    Example: pressrun graphs add handbooks manual.pdf faq.docx --wait
    """
    found = find_graph(graph)

    async def work(server: Server) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        added = []
        for one in files:
            added.append(await _add(server, found["id"], one))
            remark(f"{added[-1]['name']}: {added[-1]['id']}")
        return added, await _watched(server, found["id"]) if wait else found

    added, found = with_server(work)
    if as_json:
        print_json({"data": added})
    elif wait:
        _say_how(found)
    else:
        remark(f"`pressrun graphs watch {found['id']}` tells when they can be searched.")


def watch(graph: GraphId, as_json: AsJson = False) -> None:
    """Follow a graph until all of its files are taken in; ends with 1 when some have failed.

    Example: pressrun graphs watch handbooks
    """
    known = find_graph(graph)
    found = with_server(lambda server: _watched(server, known["id"]))
    if as_json:
        print_json(found)
    else:
        _say_how(found)
    failed = found["file_status"]["failed"]
    if failed:
        raise Failure(f"{failed} file{' has' if failed == 1 else 's have'} failed: `pressrun graphs show` says why")


async def _add(server: Server, graph_id: str, file: str) -> dict[str, Any]:
    path = Path(file)
    if not await asyncio.to_thread(path.is_file):
        try:
            known: dict[str, Any] = await server.ask("POST", at("graphs", graph_id, "file"), {"file_id": file})
        except Refused as refused:
            if refused.status == 404:
                raise Failure(f"{file} is neither a file here nor the id of one") from None
            raise
        return known
    return await send_file(server, path, {"graphId": graph_id})


async def _watched(server: Server, graph_id: str) -> dict[str, Any]:
    """The graph when nothing of it is taken in any more; Ctrl-C ends the watching, not the taking in, and says so."""
    columns = (TextColumn("Taking in"), BarColumn(), MofNCompleteColumn(), TextColumn("files"), TimeElapsedColumn())
    try:
        with Progress(*columns, console=errors(), transient=True, disable=not sys.stderr.isatty()) as bars:
            bar = bars.add_task("files", total=None)
            while True:
                found: dict[str, Any] = await server.ask("GET", at("graphs", graph_id))
                status = found["file_status"]
                bars.update(bar, total=status["total"], completed=status["total"] - status["in_progress"])
                if not status["in_progress"]:
                    return found
                await asyncio.sleep(EVERY_S)
    except asyncio.CancelledError:
        raise Failure(
            f"stopped watching; the files are taken in all the same: `pressrun graphs watch {graph_id}` follows them",
            code=ExitCode.INTERRUPTED,
        ) from None


def _say_how(found: dict[str, Any]) -> None:
    status = found["file_status"]
    say(f"{status['completed']:,} files, {found['passages']:,} passages")
    if status["failed"]:
        warn(f"{status['failed']} failed: `pressrun graphs show {found['id']}` says why")


COMMANDS = {"add": add, "watch": watch}
