"""`pressrun jobs`: list, show, watch."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from pressrun.cli.client import Server, ask, at, with_server
from pressrun.cli.flags import Agent, AsJson, JobId
from pressrun.cli.following import patiently, tell, waiting_for
from pressrun.cli.printing import errors, moment, plain, print_json, print_result, print_table, remark, say
from pressrun.money import nano_dollars, shown

LOOK_S = 1
"""How long a watcher waits before it reads the timeline again."""


class Status(StrEnum):
    """The statuses the API can be asked for."""

    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"


def list_jobs(
    agent: Agent,
    status: Annotated[Status | None, typer.Option(help="Only jobs of this status.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many.")] = 20,
    offset: Annotated[int, typer.Option(min=0, help="How many to leave out first.")] = 0,
    as_json: AsJson = False,
) -> None:
    """List an agent's jobs, newest first.

    Example: pressrun jobs list product-description --status failed --limit 50
    """
    page = ask("GET", at("applications", agent, "jobs"), status=status, limit=limit, offset=offset)
    if as_json:
        print_json(page)
        return
    print_table(
        ("ID", "State", "Created", "Version", "Attempts", "Error"),
        (
            (job["id"], job["state"], moment(job["created_at"]), job["agent_version"], job["attempts"], job["error"])
            for job in page["result"]
        ),
        empty="No jobs.",
    )
    shown = page["pagination"]["offset"] + len(page["result"])
    if shown < page["totalCount"]:
        remark(f"{shown} of {page['totalCount']}; --offset {shown} shows the next")


def show(job: JobId, as_json: AsJson = False) -> None:
    """Show a job: how it stands, its text, and its timeline.

    Example: pressrun jobs show 0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b10
    """
    path = at("applications", "jobs", job)

    async def work(server: Server) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        return await server.ask("GET", path), (await server.ask("GET", f"{path}/events"))["data"]

    found, timeline = with_server(work)
    if as_json:
        print_json({**found, "events": timeline})
        return
    _describe(found)
    say("\nTimeline", style="bold")
    for event in timeline:
        say(_line(event))


def _describe(job: dict[str, Any]) -> None:
    say(f"Job {job['id']}", style="bold")
    reason = f" ({job['queued_reason']})" if job["queued_reason"] else ""
    say(f"State     {job['state']}{reason}")
    say(f"Agent     {job['application_id']}, version {job['agent_version']}")
    say(f"Created   {moment(job['created_at'])}")
    say(f"Ended     {moment(job['completed_at'])}")
    say(f"Attempts  {job['attempts']} (generation {job['generation']})")
    say(f"Tokens    {job['usage']['prompt_tokens']} in, {job['usage']['completion_tokens']} out")
    say(f"Cost      {_cost(job)}")
    for one in job["inputs"]:
        values = one["value"] if isinstance(one["value"], list) else [one["value"]]
        say(f"Input     {one['id']}: {' | '.join(map(str, values))}")
    if job["error"]:
        say(f"Error     {job['error']} ({job['error_code']})", style="red")
    if job["data"]:
        say(f"\n{job['data']['title']}", style="bold")
        print_result(job["data"]["suggestion"])


def _cost(job: dict[str, Any]) -> str:
    if job["usage"]["unpriced_calls"]:
        return "unknown: a model has no price (`pressrun models set NAME --input-price --output-price`)"
    return shown(nano_dollars(job["cost"] or 0))


def _line(event: dict[str, Any]) -> str:
    """A line of the timeline, and one below it for each call of a model."""
    details = " ".join(f"{name}={value}" for name, value in event["data"].items() if name != "calls")
    line = f"{event['at']}  {event['event']:<22} attempt {event['attempt']}  {details}".rstrip()
    return "\n".join((line, *map(_call, event["data"].get("calls", ()))))


def _call(call: dict[str, Any]) -> str:
    prompt = f" for {call['prompt']!r}" if "prompt" in call else ""
    tokens = f", {call['prompt_tokens']} tokens in, {call['completion_tokens']} out" if "prompt_tokens" in call else ""
    request = f", request {call['request_id']}" if "request_id" in call else ""
    return f"    asked {call['model']}{prompt}: {call['outcome']} after {call['duration_s']} s{tokens}{request}"


def watch(job: JobId, as_json: AsJson = False) -> None:
    """Follow a job's timeline until it ends, then print its text.

    Example: pressrun jobs watch 0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b10
    """
    path = at("applications", "jobs", job)

    async def work(server: Server) -> dict[str, Any]:
        seen = -1
        with waiting_for(job):
            wait_s = 0
            while True:
                found = await patiently(server, job, wait_s)
                for event in (await server.ask("GET", f"{path}/events"))["data"]:
                    if event["seq"] > seen:
                        seen = event["seq"]
                        errors().print(plain(_line(event)), markup=False)
                if found["status"] != "in_progress":
                    return found
                wait_s = LOOK_S

    tell(with_server(work), as_json=as_json)


COMMANDS = {"list": list_jobs, "show": show, "watch": watch}
