"""One request, one job: keys that clients give, and the repeats that clients make without one.

A key is found by organization, API key and route together, so that nobody can learn of another's.
"""

from collections.abc import Sequence

from pressrun.errors import Code, PressrunError
from pressrun.jobs.job import Acceptance, Accepted, IdempotencyKey, NewJob
from pressrun.store.clock import SECOND
from pressrun.store.store import Row, Transaction, Value

KEEP_US = 48 * 3600 * SECOND
"""How long a key is remembered; the promise is 24 hours."""

FOLD_WINDOW_US = 600 * SECOND
"""How long a client's own repeat of a request is recognised, where its API key asks for that."""


async def hold(tx: Transaction, jobs: Sequence[NewJob]) -> dict[str, Accepted]:
    """Take the keys of new jobs; the answers for those whose key was taken before, by the new job's id."""
    answers = await _fold(tx, jobs)
    keyed = [job for job in jobs if job.idempotency and job.idempotency.fold_window_us is None]
    if not keyed:
        return answers
    held = {row["job_id"] for row in await tx.each("hold_idempotency_keys", [_values(job) for job in keyed])}
    taken = [job for job in keyed if job.id not in held]
    if taken:
        rows = await tx.each("find_idempotency_keys", [_lookup(job) for job in taken])
        found = {(row["organization_id"], row["key_id"], row["route"], row["key_hash"]): row for row in rows}
        answers |= {job.id: _answer(job, found[tuple(_lookup(job).values())]) for job in taken}  # type: ignore[index]
    return answers


async def _fold(tx: Transaction, jobs: Sequence[NewJob]) -> dict[str, Accepted]:
    """A client's repeat is answered with the job its first try created; a first try is remembered for that."""
    folding = [job for job in jobs if job.idempotency and job.idempotency.fold_window_us is not None]
    answers: dict[str, Accepted] = {}
    for job in folding:
        key = job.idempotency
        assert key is not None
        if key.is_repeat:
            row = await tx.one("find_folded", **_lookup(job), window_us=key.fold_window_us)
            if row is not None:
                answers[job.id] = _answer(job, row)
                continue
        await tx.each("replace_idempotency_keys", [_values(job)])
    return answers


async def release(tx: Transaction, jobs: Sequence[NewJob]) -> None:
    """Let go of the keys of jobs that were not created."""
    keyed = [job for job in jobs if job.idempotency]
    if keyed:
        await tx.each("release_idempotency_keys", [{**_lookup(job), "job_id": job.id} for job in keyed])


async def hold_one(tx: Transaction, organization_id: str, key: IdempotencyKey, made_id: str) -> str | None:
    """What an earlier request with this key made, or None, and then the key stands for what this one makes.

    Raises PressrunError: key_reused when the key stands for another request.
    """
    values = {**_names(organization_id, key), "body_hash": key.body_hash, "job_id": made_id}
    if await tx.each("hold_idempotency_keys", [values]):
        return None
    earlier = await find_one(tx, organization_id, key)
    return None if earlier == made_id else earlier  # the same once more, after a commit that seemed lost


async def find_one(tx: Transaction, organization_id: str, key: IdempotencyKey) -> str | None:
    """What an earlier request with this key made; raises PressrunError (key_reused)."""
    found = await tx.each("find_idempotency_keys", [_names(organization_id, key)])
    if found and found[0]["body_hash"] != key.body_hash:
        raise PressrunError(
            Code.KEY_REUSED, "this Idempotency-Key was used for another file or other options: use a new key"
        )
    return str(found[0]["job_id"]) if found else None


def _names(organization_id: str, key: IdempotencyKey) -> dict[str, Value]:
    return {
        "organization_id": organization_id,
        "key_id": key.key_id,
        "route": key.route,
        "key_hash": key.key_hash,
    }


def _lookup(job: NewJob) -> dict[str, Value]:
    assert job.idempotency is not None
    return _names(job.organization_id, job.idempotency)


def _values(job: NewJob) -> dict[str, Value]:
    assert job.idempotency is not None
    return {**_lookup(job), "body_hash": job.idempotency.body_hash, "job_id": job.id}


def _answer(job: NewJob, row: Row) -> Accepted:
    assert job.idempotency is not None
    if row["body_hash"] != job.idempotency.body_hash:
        return Accepted(Acceptance.KEY_REUSED, row["job_id"])
    if row["job_id"] == job.id:  # the same request once more, after a commit that seemed lost and was not
        return Accepted(Acceptance.CREATED, job.id, int(row["created_at"]))
    return Accepted(Acceptance.REPLAYED, row["job_id"], int(row["created_at"]))
