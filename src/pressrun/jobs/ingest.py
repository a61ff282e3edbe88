"""Jobs that take files and pages in: on the same queue, in a lane that each organization has beside its agents'."""

from dataclasses import dataclass

from pressrun.ids import new_id
from pressrun.jobs import counts, history
from pressrun.jobs.job import DEFAULT_PRIORITY, State
from pressrun.store.store import Transaction
from pressrun.telemetry.events import JobEvent

LANE = "ingest."

MAX_ATTEMPTS = 3
DEADLINE_S = 86_400


@dataclass(frozen=True, slots=True)
class NewIngest:
    """What is to be taken in, as JSON like the inputs of an agent: names, each with a list of texts."""

    organization_id: str
    inputs: bytes
    key_id: str | None


def lane_of(organization_id: str) -> str:
    """What stands for an agent in the jobs that take an organization's files in."""
    return f"{LANE}{organization_id}"


def is_ingest_lane(agent_id: str) -> bool:
    """Whether a lane is no agent's."""
    return agent_id.startswith(LANE)


async def create(tx: Transaction, new: NewIngest) -> str:
    """The id of a job that is queued when the transaction is committed; the caller rings the bell "jobs" then."""
    job_id = new_id()
    await tx.run(
        "create_ingest_job",
        job_id=job_id,
        organization_id=new.organization_id,
        agent_id=lane_of(new.organization_id),
        key_id=new.key_id,
        priority=DEFAULT_PRIORITY,
        max_attempts=MAX_ATTEMPTS,
        deadline_s=DEADLINE_S,
        inputs=new.inputs,
        options=b"{}",
    )
    await history.record(tx, [history.Note(new.organization_id, job_id, 1, JobEvent.CREATED, 1, 0)])
    await counts.move(tx, [(new.organization_id, lane_of(new.organization_id), None, State.QUEUED)])
    return job_id
