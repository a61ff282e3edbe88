"""A batch that stops by itself: after its trial, at a rate of failures, at its cap."""

import pytest

from pressrun.batches import control
from pressrun.batches.batch import State
from pressrun.errors import PressrunError
from pressrun.store.store import Store
from tests.batches.scene import BatchScene
from tests.raw_sql import execute

PRODUCTS = [f"product {number}" for number in range(40)]


async def test_a_sample_is_run_and_then_its_sender_asked(scene: BatchScene) -> None:
    batch_id = await scene.start(*PRODUCTS, trial_rows=5, options={"sample": True})
    assert await scene.run() == PRODUCTS[:5]
    batch = await scene.batch(batch_id)
    assert (batch.state, batch.pause_code) == (State.PAUSED, "trial")
    await scene.store.write(lambda tx: control.resume(tx, "o", batch_id))
    assert await scene.run() == PRODUCTS[5:]


async def test_a_canary_that_goes_well_is_followed_by_the_rest(scene: BatchScene) -> None:
    await scene.start(*PRODUCTS, trial_rows=5)
    assert await scene.run() == PRODUCTS


async def test_a_canary_that_fails_stops_the_rest(scene: BatchScene) -> None:
    batch_id = await scene.start(*PRODUCTS, trial_rows=5)
    assert await scene.run(fails=PRODUCTS[3:4]) == PRODUCTS[:5]
    batch = await scene.batch(batch_id)
    assert batch.pause_reason == "the first 5 rows are done, and 1 of them failed: resume or cancel"


async def test_too_many_failures_stop_it(scene: BatchScene) -> None:
    batch_id = await scene.start(*PRODUCTS, stop_errors=500)
    for held in (await scene.claim(slots=100))[:22]:
        await scene.fail(held)
    await scene.keep()
    batch = await scene.batch(batch_id)
    assert (batch.state, batch.pause_code) == (State.PAUSED, "errors")
    assert "22 of 22 rows failed (100.0%), more than the 5 % allowed" in (batch.pause_reason or "")
    assert (await scene.store.write(lambda tx: control.resume(tx, "o", batch_id))).stop_errors is None


async def test_no_cap_is_passed_and_it_pauses_there(scene: BatchScene, store: Store, database_url: str) -> None:
    """Every row may cost 10 and costs 4: with a cap of 50 five are started, then what is left pays for some more."""
    batch_id = await scene.start(*PRODUCTS, max_cost=50, reserve=10)
    while claims := await scene.claim(slots=100):
        batch = await scene.batch(batch_id)
        assert batch.counts.cost + batch.counts.running * 10 <= 50
        for held in claims:
            await execute(database_url, f"UPDATE jobs SET cost = 4 WHERE id = '{held.id}'")  # noqa: S608 - our own id
            await scene.complete(held)
        await scene.keep()
    batch = await scene.batch(batch_id)
    assert (batch.state, batch.pause_code, batch.counts.cost) == (State.PAUSED, "max_cost", 44)
    with pytest.raises(PressrunError, match="raise it first"):
        await store.write(lambda tx: control.resume(tx, "o", batch_id))
    await store.write(lambda tx: control.change(tx, "o", batch_id, max_cost=1000))
    await store.write(lambda tx: control.resume(tx, "o", batch_id))
    assert len(await scene.run()) == 40 - 11


async def test_a_row_whose_worker_died_counts_with_the_most_it_can_have_cost(scene: BatchScene) -> None:
    batch_id = await scene.start(*PRODUCTS, max_cost=20, reserve=10)
    assert len(await scene.claim(slots=100)) == 2
    await scene.die("w")
    await scene.add_large_worker("v")
    assert await scene.claim(slots=100, worker_id="v") == []
    await scene.keep()
    assert (await scene.batch(batch_id)).pause_code == "max_cost"
