"""Why a job waits, in words for whoever asks after it."""

import json

from pressrun.jobs import outages, rescue, workers
from pressrun.jobs.job import Job, State
from pressrun.jobs.lanes import DEFAULT_MODEL
from pressrun.store.store import Transaction

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
    troubled = await outages.find_all(tx)
    row = await tx.one("find_agent_models", organization_id=job.organization_id, agent_id=job.agent_id)
    for model in json.loads(row["models"]) if row is not None and troubled else []:
        outage = troubled.get((job.organization_id, model))
        if outage is not None and outage.limit is not None:
            name = "the default model" if model == DEFAULT_MODEL else f"the model {model!r}"
            return f"{name} serves nobody, so one job at a time asks whether that is over: {outage.reason}"
    return PLACES
