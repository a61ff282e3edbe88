"""`pressrun batch`: a file of rows through an agent, from upload to results."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from pressrun.cli.batch_ending import come_to
from pressrun.cli.batch_estimate import estimated
from pressrun.cli.batch_flags import (
    Canary,
    Deadline,
    Dedupe,
    Delimiter,
    Encoding,
    File,
    IdempotencyKey,
    Map,
    MaxCost,
    Name,
    Output,
    Priority,
    Raw,
    Reuse,
    Said,
    Sample,
    Sheet,
    SkipBad,
    StopOnErrors,
    WebhookUrl,
    as_map,
    as_seconds,
)
from pressrun.cli.batch_following import follow, how_to_attach
from pressrun.cli.batch_progress import shown
from pressrun.cli.batch_results import STANDARD_OUTPUT, ResultFormat, format_of, refuse_unwritable, write_results
from pressrun.cli.batch_sample import wanted_after_sample
from pressrun.cli.batch_upload import STANDARD_INPUT, refuse_unreadable, upload
from pressrun.cli.batch_words import figures
from pressrun.cli.client import Server, at, with_server
from pressrun.cli.failure import ExitCode, Failure
from pressrun.cli.flags import Agent, AsJson, Yes
from pressrun.cli.printing import print_json, remark, say


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for on the command line."""

    agent: str
    file: str
    output: str | None
    kind: ResultFormat
    query: dict[str, object]
    key: str | None
    raw: bool
    yes: bool


def batch(
    agent: Agent,
    file: File,
    output: Output = None,
    estimate: Annotated[bool, typer.Option("--estimate", help="Say what it would cost, and run nothing.")] = False,
    max_cost: MaxCost = None,
    sample: Sample = None,
    canary: Canary = None,
    columns: Map = None,
    stop_on_errors: StopOnErrors = None,
    skip_bad: SkipBad = False,
    priority: Priority = None,
    deadline: Deadline = None,
    webhook_url: WebhookUrl = None,
    dedupe: Dedupe = True,
    reuse: Reuse = False,
    name: Name = None,
    said: Said = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    sheet: Sheet = None,
    raw: Raw = False,
    detached: Annotated[bool, typer.Option("--async", help="Print the batch's id and do not wait.")] = False,
    idempotency_key: IdempotencyKey = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Run every row of a file through an agent and write the results.

    Example: pressrun batch product-description products.csv -o results.csv
    """
    query: dict[str, object] = {
        "max_cost": max_cost,
        "sample": sample,
        "canary": canary,
        "map": as_map(columns or []),
        "stop_on_errors": stop_on_errors,
        "on_bad_rows": "skip" if skip_bad else None,
        "priority": priority,
        "deadline_s": as_seconds(deadline, "--deadline"),
        "webhook_url": webhook_url,
        "dedupe": None if dedupe else "false",
        "reuse": "true" if reuse else None,
        "name": name or (None if file == STANDARD_INPUT else Path(file).name),
        "format": said,
        "encoding": encoding,
        "delimiter": delimiter,
        "sheet": sheet,
    }
    wanted = Wanted(agent, file, output, format_of(output, None), query, idempotency_key, raw, yes)
    _refuse_impossible(wanted, as_json=as_json)
    if estimate:
        estimated(wanted.agent, wanted.file, query, as_json=as_json)
        return
    found = with_server(lambda server: _run(server, wanted, detached=detached))
    if as_json:
        print_json(found)
    elif detached:
        say(found["id"])
    if not detached:
        come_to(found)


def _refuse_impossible(wanted: Wanted, *, as_json: bool) -> None:
    """Raises Failure (usage) before anything is sent."""
    if wanted.query["sample"] is not None and wanted.query["canary"] is not None:
        message = "--sample waits for you after its rows, --canary goes on by itself: say only one of them"
        raise Failure(message, code=ExitCode.USAGE)
    if as_json and wanted.output == STANDARD_OUTPUT:
        raise Failure("--json and -o - both print on standard output: name a file", code=ExitCode.USAGE)
    refuse_unreadable(wanted.file)
    refuse_unwritable(wanted.output)


async def _run(server: Server, wanted: Wanted, *, detached: bool) -> dict[str, Any]:
    path = at("applications", wanted.agent, "batches")
    found: dict[str, Any] = await upload(server, path, wanted.file, wanted.query, wanted.key)
    rows = found["counts"]["total"]
    remark(f"accepted {rows:,} row{'' if rows == 1 else 's'} as batch {found['id']}")
    if detached:
        remark(how_to_attach(found["id"]))
        return found
    found = await watched(server, found["id"])
    if (
        found["state"] == "paused"
        and found["pause_code"] == "trial"
        and found["options"]["sample"]  # a canary that failed has nothing to ask
        and await wanted_after_sample(server, found, yes=wanted.yes)
    ):
        await server.ask("POST", at("batches", found["id"], "resume"))
        found = await watched(server, found["id"])
    if wanted.output is not None:
        await write_results(server, found["id"], wanted.output, wanted.kind, raw=wanted.raw)
    elif found["state"] != "paused":
        remark(f"`pressrun batches results {found['id']} -o results.csv` writes the results")
    return found


async def watched(server: Server, batch_id: str) -> dict[str, Any]:
    """The batch once it has ended or waits for its sender, shown meanwhile."""
    with shown(batch_id) as tell:
        found = await follow(server, batch_id, tell)
    remark(f"{found['state'].replace('_', ' ')}: {figures(found)}")
    return found
