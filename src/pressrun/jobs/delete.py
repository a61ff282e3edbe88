"""Deleting a job that has ended, with everything that was kept of it."""

from pressrun.errors import Code, PressrunError
from pressrun.jobs import counts, read
from pressrun.jobs.job import OPEN, State
from pressrun.store.store import Transaction


async def delete(tx: Transaction, organization_id: str, job_id: str) -> bool:
    """Whether there was such a job; raises PressrunError (conflict) for one that has not ended, or is a batch's."""
    row = await tx.one("hold_job", job_id=job_id, organization_id=organization_id)
    if row is None:
        return False
    if State(row["state"]) in OPEN:
        raise PressrunError(Code.CONFLICT, "the job has not ended: cancel it first, then delete it")
    if row["batch_id"]:
        raise PressrunError(Code.CONFLICT, "the job is a row of a batch: delete the batch, or keep the row")
    gone = await tx.one("delete_job", job_id=job_id, organization_id=organization_id)
    assert gone is not None
    await tx.run("delete_job_results", job_id=job_id, organization_id=organization_id)
    await tx.run("delete_job_events", job_id=job_id, organization_id=organization_id)
    await counts.forget(tx, [(organization_id, gone["agent_id"], State(gone["state"]))])
    return True


async def is_gone(tx: Transaction, organization_id: str, job_id: str) -> bool:
    """Whether there is no such job."""
    return await read.find(tx, organization_id, job_id) is None
