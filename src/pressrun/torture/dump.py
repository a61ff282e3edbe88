"""How everything ended, as the public API tells it."""

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from pressrun.torture.checks_of_timelines import is_straight
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
        await _write(client, await get(client, f"/v1/applications/jobs/{job_id}"), log, calls)
    for agent in agents:
        offset = 0
        while page := (await get(client, f"/v1/applications/{agent}/jobs?limit={PAGE}&offset={offset}"))["result"]:
            offset += len(page)
            for job in page:
                await _write(client, job, log, calls)


async def _write(client: Client, job: Any, log: Journal, calls: Callable[[str], int]) -> None:
    line = final(job)
    log.write(line)
    if not is_straight(line) or any(calls(nonce) != 1 for nonce in line.nonces):
        await _timeline(client, line.id, log)


async def _timeline(client: Client, job_id: str, log: Journal) -> None:
    for line in (await get(client, f"/v1/applications/jobs/{job_id}/events"))["data"]:
        at = datetime.fromisoformat(line["at"]).timestamp()
        log.write(
            FinalEvent(job_id, line["seq"], line["event"], line["generation"], line["attempt"], dict(line["data"]), at)
        )


async def get(client: Client, path: str, tries: int = TRIES) -> Any:
    """The JSON of an answer that must come in the end; raises RuntimeError."""
    return json.loads(await patiently(client, path, tries))


async def patiently(client: Client, path: str, tries: int = TRIES) -> bytes:
    """The bytes of one; raises RuntimeError."""
    for left in reversed(range(tries)):
        try:
            status, answer = await client.fetch("GET", path)
        except Failure:
            status, answer = 0, b""
        if status == 200:
            return answer
        if not left:
            raise RuntimeError(f"GET {path} is answered {status} after everything was healed: {answer[:1000]!r}")
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
        job.get("batch_id"),
        job.get("row"),
    )
