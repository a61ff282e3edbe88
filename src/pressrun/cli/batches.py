"""`pressrun batches`: list, show, watch, results."""

from typing import Annotated, Any

import typer

from pressrun.cli.batch import watched
from pressrun.cli.batch_ending import come_to
from pressrun.cli.batch_flags import Output, Raw
from pressrun.cli.batch_results import STANDARD_OUTPUT, ResultFormat, format_of, refuse_unwritable, write_results
from pressrun.cli.batch_words import ENDED, done, figures, how_to_go_on, money, pace
from pressrun.cli.client import Server, ask, at, with_server
from pressrun.cli.flags import AsJson, BatchId
from pressrun.cli.printing import moment, print_json, print_table, remark, say


def list_batches(
    agent: Annotated[str | None, typer.Argument(metavar="AGENT", help="Only those of this agent.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many.")] = 20,
    offset: Annotated[int, typer.Option(min=0, help="How many to leave out first.")] = 0,
    as_json: AsJson = False,
) -> None:
    """List batches, newest first.

    Example: pressrun batches list product-description
    """
    path = at("batches") if agent is None else at("applications", agent, "batches")
    page = ask("GET", path, limit=limit, offset=offset)
    if as_json:
        print_json(page)
        return
    print_table(
        ("ID", "Name", "State", "Done", "Rows", "Failed", "Cost", "Created"),
        (
            (
                one["id"], one["name"], one["state"], f"{done(one):,}", f"{one['counts']['total']:,}",
                f"{one['counts']['failed']:,}", money(one["cost"]), moment(one["created_at"]),
            )
            for one in page["result"]
        ),
        empty="No batches: `pressrun batch AGENT FILE` runs one.",
    )  # fmt: skip
    so_far = page["pagination"]["offset"] + len(page["result"])
    if so_far < page["totalCount"]:
        remark(f"{so_far} of {page['totalCount']}; --offset {so_far} shows the next")


def show(batch: BatchId, as_json: AsJson = False) -> None:
    """Show a batch: how it stands, what it cost, why rows failed.

    Example: pressrun batches show 0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b10
    """
    found = ask("GET", at("batches", batch))
    if as_json:
        print_json(found)
    else:
        _describe(found)


def _describe(found: dict[str, Any]) -> None:
    say(f"Batch {found['id']}", style="bold")
    say(f"Name      {found['name']}")
    reason = f" ({found['paused_reason']})" if found["paused_reason"] else ""
    say(f"State     {found['state']}{reason}")
    say(f"Agent     {found['application_id']}, version {found['agent_version']}")
    say(f"Rows      {figures(found)}")
    counts = found["counts"]
    say(f"Open      {counts['queued']:,} queued, {counts['running']:,} running, {counts['waiting']:,} waiting")
    usage = found["usage"]
    say(f"Tokens    {usage['prompt_tokens']:,} in, {usage['completion_tokens']:,} out")
    if found["max_cost"] is not None:
        say(f"Limit     {money(found['max_cost'])}")
    for one in found["errors"]:
        say(f"Failed    {one['rows']:,} × {one['error_code']}", style="red")
    say(f"Created   {moment(found['created_at'])}")
    say(f"Ended     {moment(found['completed_at'])}")
    if found["state"] != "completed":
        remark(how_to_go_on(found))


def watch(batch: BatchId, output: Output = None, as_json: AsJson = False) -> None:
    """Follow a batch until it ends or waits for you; then write its results, if asked to.

    Example: pressrun batches watch 0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b10 -o results.csv
    """
    kind = format_of(output, None)
    refuse_unwritable(output)

    async def work(server: Server) -> dict[str, Any]:
        found = await watched(server, batch)
        if output is not None:
            await write_results(server, batch, output, kind)
        return found

    found = with_server(work)
    if as_json:
        print_json(found)
    come_to(found)


def results(
    batch: BatchId,
    output: Annotated[
        str,
        typer.Option("--output", "-o", help="Where to write them: .csv, .jsonl or .xlsx; standard output otherwise."),
    ] = STANDARD_OUTPUT,
    kind: Annotated[ResultFormat | None, typer.Option("--format", help="The format, if no file name tells.")] = None,
    raw: Raw = False,
    failed: Annotated[
        bool, typer.Option("--failed", help="Only rows without a result, to correct and send back with `correct`.")
    ] = False,
) -> None:
    """Write a batch's results as they stand now: a line for every row, finished or not.

    Example: pressrun batches results 0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b10 -o results.xlsx
    """
    found = format_of(output, kind)
    refuse_unwritable(output)

    async def work(server: Server) -> dict[str, Any]:
        state: dict[str, Any] = await server.ask("GET", at("batches", batch))
        await write_results(server, batch, output, found, raw=raw, failed=failed)
        return state

    state = with_server(work)
    if state["state"] not in ENDED:
        remark(f"the batch is {state['state']}: {done(state):,} of {state['counts']['total']:,} rows · {pace(state)}")


COMMANDS = {"list": list_batches, "show": show, "watch": watch, "results": results}
