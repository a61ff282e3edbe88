"""A batch whose model has no quota left: paused with the reason, and on again by itself or on request."""

import pytest

from pressrun.accounts import ledger
from pressrun.accounts.account import FIRST_QUOTA_PAUSE_S
from pressrun.accounts.ledger import Ended, Told
from pressrun.batches import control
from pressrun.batches.batch import State
from pressrun.errors import FailureCode
from pressrun.jobs.outcome import Again
from pressrun.models.configured import add_model
from pressrun.models.model import NewModel
from pressrun.models.vault import Vault
from tests.batches.scene import BatchScene
from tests.fake_clock import FakeClock

PRODUCTS = [f"product {number}" for number in range(12)]


@pytest.fixture
async def poor(scene: BatchScene) -> BatchScene:
    """The scene; its agent's model shares an account."""
    model = NewModel("m", script=b"[]", is_default=True, account="team")
    await add_model(scene.store, Vault(bytes(32)), "o", model)
    return scene


async def exhaust(scene: BatchScene, told: Told = Told.EXHAUSTED) -> None:
    ended = Ended("o", "team", None, told=told, reason="pay first")
    await scene.store.write(lambda tx: ledger.keep(tx, [ended]))
    await scene.keep()


async def test_it_is_paused_and_goes_on_when_it_is_time_to_ask(poor: BatchScene, clock: FakeClock) -> None:
    batch_id = await poor.start(*PRODUCTS)
    await exhaust(poor)
    batch = await poor.batch(batch_id)
    assert (batch.state, batch.pause_code) == (State.PAUSED, "quota")
    assert batch.pause_reason == (
        "the model 'm' has no quota left: pay first; asked again at 08:05:00 UTC, or on resume"
    )
    assert await poor.claim(slots=100) == []
    await poor.keep()  # as long as there is no money nothing changes
    assert (await poor.batch(batch_id)).state == State.PAUSED
    clock.advance(FIRST_QUOTA_PAUSE_S)
    await poor.keep()
    assert (await poor.batch(batch_id)).state == State.RUNNING
    assert len(await poor.claim(slots=100)) == 1  # it asks whether there is money
    await exhaust(poor, Told.ANSWERED)
    assert len(await poor.claim(slots=100)) == len(PRODUCTS) - 1


async def test_whoever_paid_need_not_wait(poor: BatchScene) -> None:
    batch_id = await poor.start(*PRODUCTS)
    [first] = await poor.claim(slots=1)
    await poor.settle(first, Again(300.0, FailureCode.MODEL_QUOTA_EXHAUSTED, "pay first", charged=False))
    await exhaust(poor)
    await poor.store.write(lambda tx: control.resume(tx, "o", batch_id))
    await poor.keep()
    assert (await poor.batch(batch_id)).state == State.RUNNING
    assert [held.id for held in await poor.claim(slots=100)] == [first.id]  # the one that was waiting asks
    await exhaust(poor)  # there is none after all
    assert (await poor.batch(batch_id)).pause_code == "quota"


async def test_a_batch_that_was_paused_on_request_stays_so(poor: BatchScene, clock: FakeClock) -> None:
    batch_id = await poor.start(*PRODUCTS)
    await poor.store.write(lambda tx: control.pause(tx, "o", batch_id))
    await exhaust(poor)
    clock.advance(FIRST_QUOTA_PAUSE_S)
    await poor.keep()
    batch = await poor.batch(batch_id)
    assert (batch.state, batch.pause_code) == (State.PAUSED, "requested")
