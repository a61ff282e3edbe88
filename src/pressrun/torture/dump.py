"""How everything ended, as the public API tells it."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from pressrun.torture.client import Client, Failure, digest_of
from pressrun.torture.journal import Journal
from pressrun.torture.records import FinalEvent, FinalJob

PAGE = 200
TRIES = 20


async def open_jobs(client: Client, agents: Sequence[str]) -> int | None:
    """How many jobs are in progress; None when the server does not say."""
    total = 0
    for agent in agents:
        try:
            status, page = await client.ask("GET", f"/v1/applications/{agent}/jobs?status=in_progress&limit=1")
        except Failure:
            return None
        if status != 200:
            return None
        total += max(len(page["result"]), page["totalCount"])
    return total


async def dump(
    client: Client, agents: Sequence[str], log: Journal, calls: Callable[[str], int], more: Sequence[str] = ()
) -> None:
    """Write every job of the agents and `more` jobs by id, with the timeline of each that took more than one call."""
    for job_id in more:
        await _write(client, await _get(client, f"/v1/applications/jobs/{job_id}"), log, calls)
    for agent in agents:
        offset = 0
        while page := (await _get(client, f"/v1/applications/{agent}/jobs?limit={PAGE}&offset={offset}"))["result"]:
            offset += len(page)
            for job in page:
                await _write(client, job, log, calls)


async def _write(client: Client, job: Any, log: Journal, calls: Callable[[str], int]) -> None:
    line = final(job)
    log.write(line)
    straight = line.state == "completed" and line.generation == line.attempts == 1
    if not straight or any(calls(nonce) != 1 for nonce in line.nonces):
        await _timeline(client, line.id, log)


async def _timeline(client: Client, job_id: str, log: Journal) -> None:
    for line in (await _get(client, f"/v1/applications/jobs/{job_id}/events"))["data"]:
        at = datetime.fromisoformat(line["at"]).timestamp()
        log.write(
            FinalEvent(job_id, line["seq"], line["event"], line["generation"], line["attempt"], dict(line["data"]), at)
        )


async def _get(client: Client, path: str) -> Any:
    for left in reversed(range(TRIES)):
        try:
            status, answer = await client.ask("GET", path)
        except Failure:
            status, answer = 0, None
        if status == 200:
            return answer
        if not left:
            raise RuntimeError(f"GET {path} is answered {status} after everything was healed: {answer}")
        await asyncio.sleep(0.5)
    raise AssertionError("unreachable")


def final(job: Any) -> FinalJob:
    """A job of the API as a line."""
    data = job["data"]
    texts = None
    if data is not None:
        parts = data.get("results")
        texts = (data["suggestion"],) if parts is None else tuple(part["suggestion"] for part in parts)
    return FinalJob(
        job["id"],
        job["state"],
        job["generation"],
        tuple(value for one in job["inputs"] for value in one["value"]),
        texts,
        digest_of(job),
        job["attempts"],
        job["error_code"],
        job["error"],
        job["completed_at"],
    )
