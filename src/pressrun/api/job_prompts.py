"""What the prompts of a job asked, over HTTP, for those who edit prompts."""

from typing import Any

from fastapi import APIRouter, Request, Response

from pressrun.agents.asked import KeptRun, asked_prompts
from pressrun.api import asked_wire, wire
from pressrun.api.access import require
from pressrun.api.asked_wire import AskedPrompts
from pressrun.api.jobs import found_or_fail
from pressrun.api.pages import storable
from pressrun.api.schemas import errors
from pressrun.api.state import system_of
from pressrun.jobs import checkpoints, history, read
from pressrun.organizations.keys import Scope
from pressrun.store.store import Transaction

router = APIRouter(prefix="/v1/applications", tags=["jobs"])


@router.get("/jobs/{job_id}/prompts", responses=errors(AskedPrompts, 401, 403, 404), summary="What a job asked")
async def list_job_prompts(request: Request, job_id: str) -> Response:
    """Each prompt as it was sent, with the inputs and the earlier results in it, and what came back."""
    key = require(request, Scope.AGENTS_WRITE)  # prompts are for those who edit them
    system = system_of(request)
    name = storable(job_id)

    async def work(tx: Transaction) -> list[dict[str, Any]]:
        job = found_or_fail(await read.find(tx, key.organization_id, name), job_id)
        timeline = await history.timeline(tx, key.organization_id, job.id)
        steps = await checkpoints.of_job(tx, key.organization_id, job.id, job.generation)
        definition = await system.definitions.find(tx, key.organization_id, job.agent_id, job.agent_version)
        return [asked_wire.asked(one) for one in asked_prompts(definition, KeptRun(job, timeline, steps))]

    return wire.answer({"data": await system.store.read(work)})
