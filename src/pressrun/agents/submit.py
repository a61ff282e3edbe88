"""From a request to an accepted job: the deployed version, its inputs checked, everything pinned."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec

from pressrun.agents.agent import Agent
from pressrun.agents.attachments import Attachments
from pressrun.agents.definition import AgentDefinition
from pressrun.agents.deployed import Deployed
from pressrun.agents.inputs import Values, check
from pressrun.agents.run import check_fan_out
from pressrun.errors import Code, PressrunError
from pressrun.ids import new_id
from pressrun.jobs.admission import limit_error
from pressrun.jobs.idempotency import FOLD_WINDOW_US
from pressrun.jobs.job import DEFAULT_PRIORITY, Acceptance, Accepted, IdempotencyKey, NewJob
from pressrun.organizations.keys import Key

MOVES = 5
"""Times a submission looks again after the agent was deployed anew under it."""

ROUTE = "jobs.create"
FOLD_ROUTE = "jobs.create.fold"

Accept = Callable[[NewJob], Awaitable[Accepted]]


class JobOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a job is run and what its sender wants kept with it."""

    fan_out: bool = False
    metadata: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Submission:
    """A request as it arrived. `inputs` is whatever JSON stood there; `body` the bytes it came in.

    `idempotency_key` is the client's, `is_repeat` tells that the client says it sends the request again. None for
    `fan_out` and `deadline_s` (seconds) leaves them to the agent.
    """

    inputs: object
    body: bytes
    idempotency_key: str | None = None
    is_repeat: bool = False
    fan_out: bool | None = None
    metadata: dict[str, str] | None = None
    priority: int = DEFAULT_PRIORITY
    deadline_s: int | None = None
    webhook_url: str | None = None


@dataclass(frozen=True, slots=True)
class Submitted:
    """The job a request stands for; `replayed` when an earlier request had created it."""

    job_id: str
    agent_id: str
    created_at: int
    replayed: bool


async def submit(
    deployed: Deployed,
    accept: Accept,
    key: Key,
    reference: str,
    submission: Submission,
    attachments: Attachments | None = None,
) -> Submitted:
    """Check a request against the deployed version and have it accepted, durably, under that version.

    Raises PressrunError: not_found, invalid with every fault, key_reused for an idempotency key that stands for another
    request; LimitError when no more jobs may wait or the day's tokens are spent.
    """
    # What is remembered of the agent may be old: the transaction that accepts checks it, and a refusal looks again.
    remembered = deployed.remembered(key.organization_id, reference)
    for _ in range(MOVES):
        agent, definition = remembered or await deployed.find(key.organization_id, reference)
        try:
            values = await checked(attachments, key.organization_id, definition, submission.inputs)
            job = _new_job(key, agent, definition, reference, submission, values)
        except PressrunError:
            if remembered is None:
                raise
            remembered = None
            continue
        remembered = None
        accepted = await accept(job)
        match accepted.acceptance:
            case Acceptance.CREATED | Acceptance.REPLAYED:
                replayed = accepted.acceptance == Acceptance.REPLAYED
                return Submitted(accepted.job_id, agent.id, accepted.created_at, replayed)
            case Acceptance.KEY_REUSED:
                raise PressrunError(
                    Code.KEY_REUSED, "this Idempotency-Key was used for another request: use a new key for a new job"
                )
            case Acceptance.VERSION_MOVED:
                continue
            case _:
                raise limit_error(accepted)
    raise PressrunError(Code.UNAVAILABLE, "the agent is being deployed again and again", retry_after_s=1)


async def checked(
    attachments: Attachments | None, organization_id: str, definition: AgentDefinition, raw_inputs: object
) -> Values:
    """The values of a request, its files looked up; raises PressrunError (invalid) with every fault."""
    if attachments is None or not definition.takes_files:
        return check(definition, raw_inputs)
    values = check(definition, raw_inputs, await attachments.known(organization_id, definition, raw_inputs))
    await attachments.refuse_blind(organization_id, definition, values)
    return values


def _new_job(
    key: Key, agent: Agent, definition: AgentDefinition, reference: str, submission: Submission, values: Values
) -> NewJob:
    settings = definition.settings
    fan_out = settings.fan_out if submission.fan_out is None else submission.fan_out
    if fan_out:
        check_fan_out(definition)
    assert agent.deployed_version is not None
    return NewJob(
        id=new_id(),
        organization_id=agent.organization_id,
        agent_id=agent.id,
        agent_reference=reference,
        agent_version=agent.deployed_version,
        key_id=key.id,
        inputs=msgspec.json.encode(values),
        options=msgspec.json.encode(JobOptions(fan_out, submission.metadata or {})),
        max_attempts=settings.max_attempts,
        on_worker_loss=settings.on_worker_loss,
        deadline_s=min(submission.deadline_s or settings.deadline_s, settings.deadline_s),
        priority=submission.priority,
        idempotency=_idempotency(key, agent, submission),
        webhook_url=submission.webhook_url,
    )


def _idempotency(key: Key, agent: Agent, submission: Submission) -> IdempotencyKey | None:
    if submission.idempotency_key is None and not key.fold_retries:
        return None
    body_hash = hashlib.sha256(agent.id.encode() + b"\n" + submission.body).hexdigest()
    if submission.idempotency_key is not None:
        key_hash = hashlib.sha256(submission.idempotency_key.encode()).hexdigest()
        return IdempotencyKey(key.id, ROUTE, key_hash, body_hash)
    return IdempotencyKey(key.id, FOLD_ROUTE, body_hash, body_hash, FOLD_WINDOW_US, submission.is_repeat)
