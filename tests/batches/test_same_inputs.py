"""Rows of the same inputs are asked once; the others take over the result, marked and not charged."""

from pressrun.batches import control
from pressrun.batches.batch import State
from pressrun.jobs import cancel
from tests.batches.scene import BatchScene, rows
from tests.raw_sql import execute


async def test_rows_of_the_same_inputs_are_asked_once(scene: BatchScene) -> None:
    batch_id = await scene.start("shoe", "mat", "shoe", "shoe")
    assert await scene.run() == ["shoe", "mat"]
    results = await scene.results(batch_id)
    assert [one.result for one in results][2:] == [b'{"suggestion":"about shoe"}'] * 2
    assert [one.same_as for one in results] == [None, None, results[0].job_id, results[0].job_id]
    batch = await scene.batch(batch_id)
    assert (batch.state, batch.counts.completed, batch.counts.reused) == (State.COMPLETED, 4, 2)


async def test_rows_that_only_look_alike_are_asked_each(scene: BatchScene, database_url: str) -> None:
    """The upload goes by 64 bits of the inputs; here two are taken for the same."""
    batch_id = await scene.upload(rows("shoe", "mat"))
    await execute(database_url, "UPDATE batch_rows SET first_row = 1 WHERE row = 2")
    await scene.keep()
    assert await scene.run() == ["shoe", "mat"]
    assert [one.same_as for one in await scene.results(batch_id)] == [None, None]


async def test_unless_their_sender_does_not_want_that(scene: BatchScene) -> None:
    await scene.start("shoe", "shoe", options={"dedupe": False})
    assert await scene.run() == ["shoe", "shoe"]


async def test_they_fail_together_and_are_retried_together(scene: BatchScene) -> None:
    batch_id = await scene.start("shoe", "shoe", "shoe")
    await scene.run(fails=["shoe"])
    results = await scene.results(batch_id)
    assert [one.error_code for one in results] == ["model_refused"] * 3
    assert results[1].error == "row 1, which has the same inputs, failed: no"
    await scene.store.write(lambda tx: control.retry(tx, "o", batch_id))
    assert await scene.run() == ["shoe"]
    assert (await scene.batch(batch_id)).counts.completed == 3


async def test_when_only_a_follower_is_retried_it_is_asked_itself(scene: BatchScene) -> None:
    batch_id = await scene.start("shoe", "shoe")
    await scene.run(fails=["shoe"])
    await scene.store.write(lambda tx: control.retry(tx, "o", batch_id, rows=[2]))
    assert await scene.run() == ["shoe"]
    assert [one.state for one in await scene.results(batch_id)] == ["failed", "completed"]


async def test_when_the_asked_one_is_cancelled_the_next_is_asked(scene: BatchScene) -> None:
    batch_id = await scene.start("shoe", "shoe", "shoe")
    first = (await scene.results(batch_id))[0].job_id
    assert first is not None
    await scene.store.write(lambda tx: cancel.cancel(tx, "o", first))
    assert await scene.run() == ["shoe"]
    assert [one.state for one in await scene.results(batch_id)] == ["cancelled", "completed", "completed"]


async def test_more_than_one_transaction_takes(scene: BatchScene) -> None:
    batch_id = await scene.start(*["shoe"] * 1300)
    assert await scene.run() == ["shoe"]
    assert (await scene.batch(batch_id)).counts.reused == 1299


async def test_results_of_earlier_batches_only_where_it_is_wanted(scene: BatchScene) -> None:
    await scene.start("shoe")
    assert await scene.run() == ["shoe"]
    await scene.start("shoe")
    assert await scene.run() == ["shoe"]
    batch_id = await scene.start("shoe", "mat", options={"reuse": True})
    assert await scene.run() == ["mat"]
    assert (await scene.batch(batch_id)).counts.reused == 1


async def test_not_of_another_version(scene: BatchScene) -> None:
    await scene.start("shoe", options={"reuse": True})
    await scene.run()
    batch_id = await scene.upload(rows("shoe"), options={"reuse": True, "fan_out": True})
    await scene.keep()
    assert (await scene.batch(batch_id)).counts.queued == 1


async def test_a_trial_is_not_held_up_by_rows_of_the_same_inputs(scene: BatchScene) -> None:
    batch_id = await scene.start(*["shoe"] * 20, "mat", trial_rows=5)
    assert await scene.run() == ["shoe", "mat"]
    assert (await scene.batch(batch_id)).state == State.COMPLETED
