"""Model calls that an attempt has finished and the next one need not make again: what was paid for is kept.

Only runs of several calls have them. They live as long as their job is open.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pressrun.jobs import model_calls, spending
from pressrun.jobs.job import Claim
from pressrun.jobs.outcome import Call
from pressrun.jobs.spending import Spender, spent_on
from pressrun.store.clock import SECOND
from pressrun.store.store import Transaction

KEEP_US = 31 * 86_400 * SECOND
"""Longer than any deadline."""

GROUP_LIMIT = 500
"""Checkpoints kept in one transaction."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One finished call of a claim: `step` is the caller's name for it within the run, `payload` what came of it."""

    claim: Claim
    step: str
    payload: bytes
    call: Call


async def load(tx: Transaction, claim: Claim) -> dict[str, bytes]:
    """What earlier attempts of the claim's generation have finished, by step."""
    return await of_job(tx, claim.organization_id, claim.id, claim.generation)


async def of_job(tx: Transaction, organization_id: str, job_id: str, generation: int) -> dict[str, bytes]:
    """The same of any job, for whoever looks at it; nothing once it has ended."""
    rows = await tx.all("list_checkpoints", organization_id=organization_id, job_id=job_id, generation=generation)
    return {row["step"]: bytes(row["payload"]) for row in rows}


async def answered_by(tx: Transaction, claim: Claim) -> dict[str, str]:
    """The model that gave each of those, by step."""
    rows = await tx.all(
        "list_checkpoints", organization_id=claim.organization_id, job_id=claim.id, generation=claim.generation
    )
    return {row["step"]: row["model"] for row in rows if row["model"]}


async def keep(tx: Transaction, done: Sequence[Checkpoint]) -> list[bool]:
    """Keep finished calls and count them; False for each whose claim no longer holds its job: nothing of it is kept."""
    calls: dict[tuple[str, str], list[Call]] = {}
    for one in done:
        calls.setdefault((one.claim.id, one.claim.lease_token), []).append(one.call)
    rows = await tx.each(
        "hold_leases",
        [
            {"job_id": job_id, "lease_token": token, **spent_on(calls[job_id, token]).values}
            for job_id, token in sorted(calls)
        ],
    )
    held = {(row["id"], row["lease_token"]): Spender.from_row(row) for row in rows}
    kept = [(one.claim.id, one.claim.lease_token) in held for one in done]
    await tx.each(
        "record_checkpoints",
        [
            {
                "organization_id": one.claim.organization_id,
                "job_id": one.claim.id,
                "generation": one.claim.generation,
                "step": one.step,
                "payload": one.payload,
                "model": one.call.answered_by,
            }
            for one, is_kept in zip(done, kept, strict=True)
            if is_kept
        ],
    )
    await model_calls.count(
        tx,
        [(one.claim.organization_id, one.call) for one, is_kept in zip(done, kept, strict=True) if is_kept],
    )
    await spending.record(
        tx,
        [
            (held[one.claim.id, one.claim.lease_token], one.call)
            for one, is_kept in zip(done, kept, strict=True)
            if is_kept
        ],
    )
    return kept


async def drop(tx: Transaction, claims: Sequence[Claim]) -> None:
    """Forget the finished calls of jobs that have ended."""
    await tx.each(
        "drop_checkpoints", [{"organization_id": claim.organization_id, "job_id": claim.id} for claim in claims]
    )
