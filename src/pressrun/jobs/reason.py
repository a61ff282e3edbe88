"""Why a job waits, in words for whoever asks after it."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pressrun.accounts.rooms import find_rooms
from pressrun.jobs import outages, rescue, workers
from pressrun.jobs.job import Job, State
from pressrun.jobs.lanes import DEFAULT_MODEL
from pressrun.store.store import Transaction

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

NO_WORKER = "no worker is alive: start one with `pressrun serve` or `pressrun work`"
ALONE = "two workers died while they ran it; it waits for a process that runs nothing else"
PLACES = "waiting for a free worker, or for a limit of the agent, its models or the organization"


async def why_queued(tx: Transaction, job: Job) -> str | None:
    """One sentence for a queued job, None for any other."""
    if job.state != State.QUEUED:
        return None
    if not await workers.alive(tx):
        return NO_WORKER
    if job.deaths >= rescue.DEATHS_ALLOWED - 1:
        return ALONE
    row = await tx.one("find_agent_models", organization_id=job.organization_id, agent_id=job.agent_id)
    models = json.loads(row["models"]) if row is not None else []
    return await _troubled(tx, job, models) or await _limited(tx, job, models) or PLACES


async def _troubled(tx: Transaction, job: Job, models: Sequence[str]) -> str | None:
    troubled = await outages.find_all(tx)
    for model in models:
        outage = troubled.get((job.organization_id, model))
        if outage is not None and outage.limit is not None:
            return f"{_named(model)} serves nobody, so one job at a time asks whether that is over: {outage.reason}"
    return None


async def _limited(tx: Transaction, job: Job, models: Sequence[str]) -> str | None:
    rows = await tx.all("list_model_limits")
    rooms = await find_rooms(tx, rows)
    default = next((r["name"] for r in rows if r["is_default"] and r["organization_id"] == job.organization_id), None)
    for model in models:
        meant = default if model == DEFAULT_MODEL and default else model
        room = rooms.get((job.organization_id, meant))
        if room is not None and room.denied is not None:
            at = (EPOCH + timedelta(microseconds=room.at, seconds=room.denied.wait_s)).strftime("%H:%M:%S UTC")
            return f"{_named(model)} cannot be asked now: {room.denied.reason}; expected to go on at {at}"
    return None


def _named(model: str) -> str:
    return "the default model" if model == DEFAULT_MODEL else f"the model {model!r}"
