"""Refusing rather than accepting what could not be done in time: limits of waiting jobs and of tokens.

They are looked at in the transaction that accepts, by the counters. On PostgreSQL several processes accept at once:
near a limit they do it one after the other, so that none is passed by a single job.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pressrun.errors import LimitError
from pressrun.jobs.job import Acceptance, Accepted, NewJob
from pressrun.jobs.usage import Usage, usage
from pressrun.store.store import Transaction

NEAR = 10_000
"""Jobs from a limit at which accepting is done one after the other: what twenty processes accept at once, at most."""

DAY_S = 86_400

EVERYWHERE = "*"
"""What stands for the organization where all of them are counted together."""


@dataclass(frozen=True, slots=True)
class Ceilings:
    """The server's own limits of waiting jobs: for each organization, and for all together. None is none."""

    queued_jobs: int | None = None
    queued_jobs_total: int | None = None


UNLIMITED = Ceilings()


async def turned_away(tx: Transaction, jobs: Sequence[NewJob], ceilings: Ceilings = UNLIMITED) -> dict[str, Accepted]:
    """The refusals of those of new jobs that pass a limit, by their id; the first ones in order are let in."""
    refused: dict[str, Accepted] = {}
    for organization_id in sorted({job.organization_id for job in jobs}):
        own = [job.id for job in jobs if job.organization_id == organization_id]
        refused |= await _of_organization(tx, organization_id, own, ceilings.queued_jobs)
    if ceilings.queued_jobs_total is not None:
        most = ceilings.queued_jobs_total
        left = [job.id for job in jobs if job.id not in refused]
        queued = await _queued_everywhere(tx)
        if queued > most - len(left) - NEAR:
            await tx.one("lock_queue", organization_id=EVERYWHERE)
            queued = await _queued_everywhere(tx)  # again, now that nobody else adds to it
        refused |= _beyond(left, most - queued, Acceptance.SERVER_FULL, most)
    return refused


async def admit_batch(tx: Transaction, organization_id: str, rows: int, ceilings: Ceilings = UNLIMITED) -> None:
    """Raises LimitError when so many more jobs may not wait, or the day's tokens are spent."""
    await tx.one("lock_queue", organization_id=organization_id)
    if ceilings.queued_jobs_total is not None:
        await tx.one("lock_queue", organization_id=EVERYWHERE)
    await refuse_batch(tx, organization_id, rows, ceilings)


async def refuse_batch(tx: Transaction, organization_id: str, rows: int, ceilings: Ceilings = UNLIMITED) -> None:
    """The same, as it looks now: it holds nobody up, so whoever accepts must still admit."""
    used = await usage(tx, organization_id)
    if _is_spent(used):
        assert used.most_tokens is not None
        raise tokens_spent(used.most_tokens)
    most = _least(used.most_queued_jobs, ceilings.queued_jobs)
    if most is not None and used.queued_jobs + rows > most:
        message = f"{used.queued_jobs:,} jobs are waiting, and {rows:,} more would pass the {most:,} that may"
        raise LimitError(message, "queued_jobs", most, retry_after_s=None if rows > most else 60)
    most = ceilings.queued_jobs_total
    if most is not None and await _queued_everywhere(tx) + rows > most:
        message = f"with {rows:,} more the server would have more waiting jobs than the {most:,} it takes"
        raise LimitError(message, "queued_jobs", most, retry_after_s=None if rows > most else 60)


async def admit_again(tx: Transaction, organization_id: str, job_id: str, ceilings: Ceilings = UNLIMITED) -> None:
    """Raises LimitError when a job that has ended may not wait once more."""
    refused = await _of_organization(tx, organization_id, [job_id], ceilings.queued_jobs)
    if refused:
        raise limit_error(refused[job_id])


def limit_error(refused: Accepted) -> LimitError:
    """What the caller of a refused job is told."""
    match refused.acceptance:
        case Acceptance.TOKENS_SPENT:
            return tokens_spent(refused.limit)
        case Acceptance.SERVER_FULL:
            what, wait_s = "the server has as many waiting jobs as it takes", 30
        case _:
            what, wait_s = f"{refused.limit:,} jobs are waiting, and no more may: wait until some are done", 10
    return LimitError(what, "queued_jobs", refused.limit, retry_after_s=wait_s)


def tokens_spent(most: int) -> LimitError:
    """The refusal of whoever has had the tokens of this day; waiting for seconds will not help."""
    message = f"the {most:,} tokens of this day are spent; the next day begins at midnight UTC"
    return LimitError(message, "tokens_per_day", most, DAY_S)


async def _of_organization(
    tx: Transaction, organization_id: str, jobs: Sequence[str], ceiling: int | None
) -> dict[str, Accepted]:
    used = await usage(tx, organization_id)
    most = _least(used.most_queued_jobs, ceiling)
    if most is not None and used.queued_jobs + len(jobs) > most - NEAR:
        await tx.one("lock_queue", organization_id=organization_id)
        used = await usage(tx, organization_id)  # again, now that nobody else adds to it
    if _is_spent(used):
        assert used.most_tokens is not None
        return _beyond(jobs, 0, Acceptance.TOKENS_SPENT, used.most_tokens)
    return {} if most is None else _beyond(jobs, most - used.queued_jobs, Acceptance.QUEUE_FULL, most)


def _is_spent(used: Usage) -> bool:
    return used.most_tokens is not None and used.tokens_today >= used.most_tokens


async def _queued_everywhere(tx: Transaction) -> int:
    row = await tx.one("find_queued_everywhere")
    assert row is not None
    return int(row["queued_jobs"])


def _beyond(jobs: Sequence[str], room: int, why: Acceptance, most: int) -> dict[str, Accepted]:
    return {job_id: Accepted(why, job_id, limit=most) for job_id in jobs[max(0, room) :]}


def _least(*limits: int | None) -> int | None:
    return min((limit for limit in limits if limit is not None), default=None)
