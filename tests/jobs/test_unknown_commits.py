"""Commits whose answer is lost are read back: nothing is done twice, nothing is lost, on either database."""

import pytest

from pressrun.errors import FailureCode
from pressrun.jobs import cancel, counts, history, retry
from pressrun.jobs import claim as claiming
from pressrun.jobs import create as creating
from pressrun.jobs.job import Acceptance, Claim, State
from pressrun.jobs.outcome import Again, Completed, Ending, Failed, Outcome
from pressrun.jobs.settle import settle, witness
from pressrun.store.grouping import Grouped
from pressrun.store.sure import write_surely
from tests.jobs.scene import RESULT, Scene, key
from tests.lossy_store import Loss, LossyStore

LOSSES: list[list[Loss | None]] = [["committed"], ["lost"], ["lost", "committed"], ["lost", "lost", "lost"], ["late"]]

pytestmark = pytest.mark.parametrize("losses", LOSSES, ids="-".join)


async def total(scene: Scene) -> int:
    counted = await scene.store.read(lambda tx: counts.by_state(tx, "o", "a"))
    return sum(counted.values())


async def test_create(scene: Scene, losses: list[Loss | None]) -> None:
    store = LossyStore(scene.store, *losses)
    intake = Grouped(store, creating.create, limit=10, witness=creating.witness, patience_s=5)
    accepted = await intake.submit(scene.new_job(idempotency=key("k1")))
    assert accepted.acceptance == Acceptance.CREATED
    assert await total(scene) == 1
    assert (await scene.job(accepted.job_id)).state == State.QUEUED
    replayed = await intake.submit(scene.new_job(idempotency=key("k1")))
    assert (replayed.acceptance, replayed.job_id) == (Acceptance.REPLAYED, accepted.job_id)
    assert not store.losses


async def test_claim(scene: Scene, losses: list[Loss | None]) -> None:
    ids = {await scene.add() for _ in range(3)}
    store = LossyStore(scene.store, *losses)
    taken = await write_surely(store, lambda tx: claiming.claim(tx, "w", "token", 10), claiming.witness, patience_s=5)
    held = await scene.store.read(lambda tx: claiming.held_by(tx, "w"))
    assert {claim.id for claim in held} == ids, "nothing is held that the store does not tell of"
    # After a commit that came late the claim has nothing left to take; the worker asks what it holds (_watch_lost).
    assert {claim.id for claim in taken.claims} == (set() if losses == ["late"] else ids)
    assert {claim.attempts for claim in held} == {1}


@pytest.mark.parametrize(
    ("outcome", "state", "last"),
    [
        (Completed(RESULT), State.COMPLETED, "completed"),
        (Failed(FailureCode.MODEL_REFUSED, "no"), State.FAILED, "failed"),
        (Again(5, FailureCode.MODEL_UNAVAILABLE, "later"), State.WAITING, "retry_scheduled"),
    ],
)
async def test_settle(scene: Scene, losses: list[Loss | None], outcome: Outcome, state: State, last: str) -> None:
    job_id = await scene.add()
    (held,) = await scene.claim()
    store = LossyStore(scene.store, *losses)
    recorder: Grouped[tuple[Claim, Ending], State | None] = Grouped(
        store, settle, limit=10, witness=witness, patience_s=5
    )
    told = await recorder.submit((held, Ending(outcome)))
    assert told in {state, None} if losses == ["late"] else told == state
    assert (await scene.job(job_id)).state == state
    events = await scene.events(job_id)
    assert events[:3] == ["created", "started", last]
    if losses != ["late"]:
        assert len(events) == 3, "no write of its own was taken for a stale one"


async def test_retry_and_cancel(scene: Scene, losses: list[Loss | None]) -> None:
    job_id = await scene.add()
    (held,) = await scene.claim()
    await scene.fail(held)
    store = LossyStore(scene.store, *losses)

    await write_surely(store, lambda tx: retry.retry(tx, "o", job_id), history.is_written, patience_s=5)
    assert (await scene.job(job_id)).generation == 2
    store.losses = list(losses)
    await write_surely(store, lambda tx: cancel.cancel(tx, "o", job_id), history.is_written, patience_s=5)
    assert (await scene.events(job_id))[3:] == ["retried", "cancelled"]
