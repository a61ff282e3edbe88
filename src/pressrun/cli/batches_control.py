"""`pressrun batches`: pause, resume, cancel, retry, delete."""

from typing import Annotated, Any

import typer

from pressrun.cli.batch import watched
from pressrun.cli.batch_ending import come_to
from pressrun.cli.batch_following import how_to_attach
from pressrun.cli.batch_words import figures
from pressrun.cli.client import Server, ask, at, with_server
from pressrun.cli.confirming import confirm
from pressrun.cli.flags import AsJson, BatchId, Yes
from pressrun.cli.printing import print_json, remark, say

Newest = Annotated[bool, typer.Option("--newest", help="On the version that is deployed now.")]
Wait = Annotated[bool, typer.Option("--wait", help="Follow it until it ends.")]


def pause(batch: BatchId, as_json: AsJson = False) -> None:
    """Start no more rows of a batch; those that run finish. It stays so until it is resumed.

    Example: pressrun batches pause 0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b10
    """
    _tell(ask("POST", at("batches", batch, "pause")), as_json=as_json)


def resume(
    batch: BatchId,
    max_cost: Annotated[str | None, typer.Option(metavar="DOLLARS", help="Another limit of what it may cost.")] = None,
    wait: Wait = False,
    as_json: AsJson = False,
) -> None:
    """Go on with a paused batch where it stopped; finished rows are kept.

    Example: pressrun batches resume 0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b10 --max-cost 20
    """

    async def work(server: Server) -> dict[str, Any]:
        if max_cost is not None:
            await server.ask("PATCH", at("batches", batch), {"max_cost": max_cost})
        found: dict[str, Any] = await server.ask("POST", at("batches", batch, "resume"))
        return await watched(server, batch) if wait else found

    end(with_server(work), waited=wait, as_json=as_json)


def cancel(
    batch: BatchId,
    cut: Annotated[bool, typer.Option("--cut", help="End the rows that run, too; otherwise they finish.")] = False,
    as_json: AsJson = False,
) -> None:
    """Cancel a batch: no more rows are started. Finished ones stay, with their results.

    Example: pressrun batches cancel 0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b10 --cut
    """
    body = {"running": "cut"} if cut else {}
    _tell(ask("POST", at("batches", batch, "cancel"), body), as_json=as_json)


def retry(
    batch: BatchId,
    error_code: Annotated[str | None, typer.Option(help="Only rows that failed so.")] = None,
    row: Annotated[list[int] | None, typer.Option(min=1, help="Only this row; repeatable.")] = None,
    newest: Newest = False,
    wait: Wait = False,
    as_json: AsJson = False,
) -> None:
    """Run a batch's failed and cancelled rows again; finished ones are not touched.

    Example: pressrun batches retry 0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b10 --error-code model_timeout --wait
    """
    body = {"error_code": error_code, "rows": row or None, "version": "newest" if newest else None}

    async def work(server: Server) -> dict[str, Any]:
        sent = {name: value for name, value in body.items() if value is not None}
        found: dict[str, Any] = await server.ask("POST", at("batches", batch, "retry"), sent)
        return await watched(server, batch) if wait else found

    end(with_server(work), waited=wait, as_json=as_json)


def delete(batch: BatchId, yes: Yes = False, as_json: AsJson = False) -> None:
    """Delete a batch that has ended, with its rows, their jobs and their results.

    Example: pressrun batches delete 0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b10 --yes
    """
    if not yes:
        confirm(f"Delete the batch {batch} with its rows and results? It cannot be had back")
    deleted = ask("DELETE", at("batches", batch))
    if as_json:
        print_json(deleted)
    else:
        say(f"Deleted the batch {deleted['id']}.")


def end(found: dict[str, Any], *, waited: bool, as_json: bool) -> None:
    """Say how a batch stands, or, when it was waited for, what it came to."""
    if not waited:
        _tell(found, as_json=as_json)
        return
    if as_json:
        print_json(found)
    come_to(found)


def _tell(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    word = "being cancelled" if found["cancel_requested"] and found["state"] != "cancelled" else found["state"]
    say(f"Batch {found['id']} is {word}: {figures(found)}")
    if found["state"] in {"loading", "running"} and not found["cancel_requested"]:
        remark(how_to_attach(found["id"]))


COMMANDS = {"pause": pause, "resume": resume, "cancel": cancel, "retry": retry, "delete": delete}
