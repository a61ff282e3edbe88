"""`pressrun run`: one job, from inputs to text."""

import asyncio
import re
from typing import Annotated, Any

import typer

from pressrun.cli.client import Refused, Server, at, with_server
from pressrun.cli.failure import ExitCode, Failure
from pressrun.cli.flags import Agent, AsJson
from pressrun.cli.following import ended, how_to_find, tell, waiting_for
from pressrun.cli.job_inputs import read_inputs
from pressrun.cli.printing import print_json, remark, say

LONGEST_IDEMPOTENCY_KEY = 255

_WIRE = re.compile(r'add \{"id": "(.*)", "value": \["…"\]\}')
"""How the API says what is missing; on the command line inputs are written in another way."""


def run(
    agent: Agent,
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="name=value",
            help="Values of inputs; repeat a name for several values. name=@FILE takes a file's text, name=- standard "
            "input's, name=@@text is the text @text.",
            show_default=False,
        ),
    ] = None,
    detached: Annotated[bool, typer.Option("--async", help="Print the job's id and do not wait.")] = False,
    fan_out: Annotated[
        bool | None, typer.Option("--fan-out/--no-fan-out", help="One result for each value.", show_default=False)
    ] = None,
    idempotency_key: Annotated[
        str | None, typer.Option(help="A word of your own; the same word again is the same job, not another.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run an agent and print what it writes.

    Example: pressrun run product-description "Product name=Terra running shoe" Tone=friendly
    """
    body: dict[str, Any] = {"inputs": read_inputs(inputs or [])}
    if fan_out is not None:
        body["fan_out"] = fan_out
    headers = _headers(idempotency_key)

    async def work(server: Server) -> dict[str, Any]:
        created = await _create(server, agent, body, headers)
        if detached:
            return created
        with waiting_for(created["id"]):
            return await ended(server, created["id"])

    job = with_server(work)
    if not detached:
        tell(job, as_json=as_json)
    elif as_json:
        print_json(job)
    else:
        say(job["id"])
        remark(f"accepted; {how_to_find(job['id'])}")


async def _create(server: Server, agent: str, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    try:
        created: dict[str, Any] = await server.ask("POST", at("applications", agent, "jobs"), body, headers=headers)
    except Refused as refused:
        raise Refused(refused.status, *(_WIRE.sub(r'add "\1=…"', line) for line in refused.lines)) from None
    except asyncio.CancelledError:
        raise Failure(
            f"stopped before the server answered, which may have accepted the job: `pressrun jobs list {agent}` tells",
            code=ExitCode.INTERRUPTED,
        ) from None
    return created


def _headers(idempotency_key: str | None) -> dict[str, str]:
    if idempotency_key is None:
        return {}
    fits = idempotency_key.isascii() and idempotency_key.isprintable() and idempotency_key.strip() == idempotency_key
    if not fits or not 1 <= len(idempotency_key) <= LONGEST_IDEMPOTENCY_KEY:
        raise Failure("--idempotency-key is 1 to 255 printable ASCII characters", code=ExitCode.USAGE)
    return {"Idempotency-Key": idempotency_key}
