"""What the prompts of a job asked, over HTTP, for those who edit prompts."""

from dataclasses import replace

import msgspec
from fastapi import APIRouter, Request, Response

from pressrun.agents.asked import KeptRun, asked_prompts
from pressrun.agents.definition import AgentDefinition
from pressrun.api import asked_wire, wire
from pressrun.api.access import require
from pressrun.api.asked_wire import AskedPrompts
from pressrun.api.jobs import found_or_fail
from pressrun.api.pages import storable
from pressrun.api.schemas import errors
from pressrun.api.state import system_of
from pressrun.errors import PressrunError, RunFailure
from pressrun.jobs import checkpoints, history, read
from pressrun.jobs.job import Job, Kind
from pressrun.organizations.keys import Scope
from pressrun.store.store import Transaction
from pressrun.system import System

router = APIRouter(prefix="/v1/applications", tags=["jobs"])


@router.get("/jobs/{job_id}/prompts", responses=errors(AskedPrompts, 401, 403, 404), summary="What a job asked")
async def list_job_prompts(request: Request, job_id: str) -> Response:
    """Each prompt as it was sent, with the inputs and the earlier results in it, and what came back."""
    key = require(request, Scope.AGENTS_WRITE)  # prompts are for those who edit them
    system = system_of(request)
    name = storable(job_id)

    async def work(tx: Transaction) -> tuple[KeptRun, AgentDefinition | None]:
        job = found_or_fail(await read.find(tx, key.organization_id, name), job_id)
        timeline = await history.timeline(tx, key.organization_id, job.id)
        steps = await checkpoints.of_job(tx, key.organization_id, job.id, job.generation)
        if job.kind == Kind.INGEST:
            return KeptRun(job, timeline, steps), None
        definition = await system.definitions.find(tx, key.organization_id, job.agent_id, job.agent_version)
        return KeptRun(job, timeline, steps), definition

    run, definition = await system.store.read(work)
    if definition is None:  # taking a file in asks no model
        return wire.answer({"data": []})
    run = replace(run, job=await _with_texts(system, definition, run.job))
    return wire.answer({"data": [asked_wire.asked(one) for one in asked_prompts(definition, run)]})


async def _with_texts(system: System, definition: AgentDefinition, job: Job) -> Job:
    """The job with the texts of its files, as they are now; ids stay where a file is gone."""
    if not definition.takes_files:
        return job
    values = msgspec.json.decode(job.inputs, type=dict[str, tuple[str, ...]])
    provider = system.catalog.provider_for(job.organization_id)
    try:
        attached = await system.attachments.attach(job.organization_id, definition, values, provider, fetches=False)
    except (RunFailure, PressrunError):
        return job
    return replace(job, inputs=msgspec.json.encode(attached.values))
