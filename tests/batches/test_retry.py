"""Failed rows run again: all, by error, or chosen; good ones are never touched."""

import pytest

from pressrun.batches import control
from pressrun.batches.batch import State
from pressrun.errors import FailureCode, PressrunError
from pressrun.jobs import retry
from tests.batches.scene import AGENT, BatchScene

NARROWER = AGENT.replace("    type: text", "    type: dropdown\n    options: [mat, hat]")


async def test_failed_rows_run_again_and_no_others(scene: BatchScene) -> None:
    batch_id = await scene.start("shoe", "mat", "ball")
    await scene.run(fails=["mat", "ball"])
    batch = await scene.store.write(lambda tx: control.retry(tx, "o", batch_id))
    assert batch.state == State.RUNNING
    assert sorted(await scene.run()) == ["ball", "mat"]
    assert (await scene.batch(batch_id)).state == State.COMPLETED


async def test_rows_of_one_error(scene: BatchScene) -> None:
    batch_id = await scene.start("shoe", "mat")
    await scene.run(fails=["shoe", "mat"])
    await scene.store.write(
        lambda tx: control.retry(tx, "o", batch_id, error_code=FailureCode.INVALID_OUTPUT)  # nobody failed so
    )
    assert await scene.run() == []
    await scene.store.write(lambda tx: control.retry(tx, "o", batch_id, error_code=FailureCode.MODEL_REFUSED))
    assert sorted(await scene.run()) == ["mat", "shoe"]


async def test_chosen_rows(scene: BatchScene) -> None:
    batch_id = await scene.start("shoe", "mat", "ball")
    await scene.run(fails=["shoe", "mat", "ball"])
    await scene.store.write(lambda tx: control.retry(tx, "o", batch_id, rows=[1, 3]))
    assert await scene.run() == ["shoe", "ball"]


async def test_more_rows_than_one_transaction_takes(scene: BatchScene) -> None:
    products = [f"product {number}" for number in range(1100)]
    batch_id = await scene.start(*products)
    await scene.run(fails=products)
    await scene.store.write(lambda tx: control.retry(tx, "o", batch_id))
    await scene.keep()
    assert (await scene.batch(batch_id)).counts.queued == 1100


async def test_on_the_newest_version_what_it_does_not_take_stays_failed(scene: BatchScene) -> None:
    batch_id = await scene.start("shoe", "mat")
    await scene.run(fails=["shoe", "mat"])
    version = await scene.deploy(NARROWER)
    await scene.store.write(lambda tx: control.retry(tx, "o", batch_id, version=version))
    assert await scene.run() == ["mat"]
    assert [one.agent_version for one in await scene.results(batch_id)] == [1, version]


async def test_one_retry_at_a_time(scene: BatchScene) -> None:
    batch_id = await scene.start("shoe")
    await scene.run(fails=["shoe"])
    await scene.store.write(lambda tx: control.retry(tx, "o", batch_id))
    with pytest.raises(PressrunError, match="under way"):
        await scene.store.write(lambda tx: control.retry(tx, "o", batch_id))


async def test_a_row_retried_by_itself_opens_its_batch_again(scene: BatchScene) -> None:
    batch_id = await scene.start("shoe")
    await scene.run(fails=["shoe"])
    job_id = (await scene.results(batch_id))[0].job_id
    assert job_id is not None
    await scene.store.write(lambda tx: retry.retry(tx, "o", job_id))
    assert await scene.run() == ["shoe"]
    assert (await scene.batch(batch_id)).state == State.COMPLETED


async def test_a_cancelled_batch_can_be_taken_up_again(scene: BatchScene) -> None:
    batch_id = await scene.start("shoe", "mat")
    await scene.store.write(lambda tx: control.cancel(tx, "o", batch_id, cut=False))
    await scene.keep()
    await scene.store.write(lambda tx: control.retry(tx, "o", batch_id))
    assert await scene.run() == ["shoe", "mat"]
    assert (await scene.batch(batch_id)).state == State.COMPLETED
