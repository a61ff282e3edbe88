"""From rows to results: order kept, counts true, nothing lost in between."""

import pytest

from pressrun.batches import control, forget, read
from pressrun.batches.batch import State
from pressrun.errors import PressrunError
from pressrun.jobs import counts, workers
from pressrun.jobs.delete import delete
from tests.batches.scene import BatchScene, rows
from tests.raw_sql import execute


async def test_every_row_is_a_job_in_the_order_of_the_file(scene: BatchScene) -> None:
    batch_id = await scene.start("shoe", "goggles", "mat")
    batch = await scene.batch(batch_id)
    assert (batch.state, batch.counts.queued) == (State.RUNNING, 3)
    assert await scene.run() == ["shoe", "goggles", "mat"]
    assert [one.result for one in await scene.results(batch_id)] == [
        b'{"suggestion":"about shoe"}',
        b'{"suggestion":"about goggles"}',
        b'{"suggestion":"about mat"}',
    ]
    batch = await scene.batch(batch_id)
    assert (batch.state, batch.counts.completed) == (State.COMPLETED, 3)


async def test_nobody_sees_an_upload_before_it_is_whole(scene: BatchScene) -> None:
    batch_id = await scene.upload(rows("shoe"))
    assert (await scene.batch(batch_id)).state == State.LOADING
    assert (await scene.batch(batch_id)).queued == 1
    assert await scene.claim() == []


async def test_more_rows_than_one_transaction_takes(scene: BatchScene) -> None:
    batch_id = await scene.start(*(f"product {number}" for number in range(2500)))
    assert (await scene.batch(batch_id)).counts.queued == 2500
    assert len({one.job_id for one in await scene.results(batch_id)}) == 2500


async def test_a_row_that_cannot_be_run_has_its_line_in_the_results(scene: BatchScene) -> None:
    batch_id = await scene.start("shoe", None, "mat")
    await scene.run()
    batch = await scene.batch(batch_id)
    assert (batch.state, batch.invalid, batch.counts.completed) == (State.COMPLETED_WITH_ERRORS, 1, 2)
    assert [one.problem for one in await scene.results(batch_id)] == [None, "the required input is empty", None]


async def test_failed_rows_make_a_batch_with_errors(scene: BatchScene) -> None:
    batch_id = await scene.start("shoe", "mat")
    await scene.run(fails=["mat"])
    batch = await scene.batch(batch_id)
    assert (batch.state, batch.counts.completed, batch.counts.failed) == (State.COMPLETED_WITH_ERRORS, 1, 1)


async def test_a_paused_batch_starts_nothing_and_goes_on_when_resumed(scene: BatchScene) -> None:
    batch_id = await scene.start("shoe", "mat", "ball")
    (held,) = await scene.claim(slots=1)
    paused = await scene.store.write(lambda tx: control.pause(tx, "o", batch_id))
    assert (paused.state, paused.pause_code) == (State.PAUSED, "requested")
    assert await scene.claim() == []
    await scene.complete(held)
    await scene.keep()
    resumed = await scene.store.write(lambda tx: control.resume(tx, "o", batch_id))
    assert (resumed.state, resumed.pause_reason) == (State.RUNNING, None)
    assert await scene.run() == ["mat", "ball"]


async def test_a_batch_paused_while_it_loads_goes_on_loading(scene: BatchScene) -> None:
    batch_id = await scene.upload(rows("shoe", "mat"))
    await scene.store.write(lambda tx: control.pause(tx, "o", batch_id))
    await scene.keep()
    batch = await scene.batch(batch_id)
    assert (batch.state, batch.counts.queued) == (State.PAUSED, 2)
    await scene.store.write(lambda tx: control.resume(tx, "o", batch_id))
    await scene.run()
    assert (await scene.batch(batch_id)).state == State.COMPLETED


async def test_what_runs_may_end_when_a_batch_is_cancelled(scene: BatchScene) -> None:
    batch_id = await scene.start("shoe", "mat", "ball")
    (held,) = await scene.claim(slots=1)
    await scene.store.write(lambda tx: control.cancel(tx, "o", batch_id, cut=False))
    await scene.keep()
    batch = await scene.batch(batch_id)
    assert (batch.state, batch.counts.running, batch.counts.cancelled) == (State.RUNNING, 1, 2)
    await scene.complete(held)
    await scene.keep()
    batch = await scene.batch(batch_id)
    assert (batch.state, batch.counts.completed, batch.counts.cancelled) == (State.CANCELLED, 1, 2)


async def test_or_it_is_cut(scene: BatchScene) -> None:
    batch_id = await scene.start("shoe", "mat")
    (held,) = await scene.claim(slots=1)
    await scene.store.write(lambda tx: control.cancel(tx, "o", batch_id, cut=True))
    await scene.keep()
    assert (await scene.job(held.id)).cancel_requested


async def test_rows_that_are_not_jobs_yet_are_cancelled_too(scene: BatchScene) -> None:
    batch_id = await scene.upload(rows("shoe", "mat"))
    await scene.store.write(lambda tx: control.cancel(tx, "o", batch_id, cut=False))
    await scene.keep()
    batch = await scene.batch(batch_id)
    assert (batch.state, batch.counts.cancelled) == (State.CANCELLED, 2)
    for row in await scene.results(batch_id):
        assert row.job_id is not None
        assert await scene.events(row.job_id) == ["created", "cancelled"]
        assert (await scene.job(row.job_id)).events == 2


async def test_an_ended_batch_cannot_be_paused(scene: BatchScene) -> None:
    batch_id = await scene.start("shoe")
    await scene.run()
    with pytest.raises(PressrunError, match="has ended"):
        await scene.store.write(lambda tx: control.pause(tx, "o", batch_id))


async def test_a_single_job_goes_before_a_backlog(scene: BatchScene) -> None:
    await scene.start(*(f"product {number}" for number in range(50)))
    await scene.claim(slots=10)
    job_id = await scene.add()
    assert [held.id for held in await scene.claim(slots=1)] == [job_id]


async def test_a_row_cannot_be_deleted_from_its_batch(scene: BatchScene) -> None:
    batch_id = await scene.start("shoe")
    await scene.run()
    job_id = (await scene.results(batch_id))[0].job_id
    assert job_id is not None
    with pytest.raises(PressrunError, match="row of a batch"):
        await scene.store.write(lambda tx: delete(tx, "o", job_id))


async def test_an_old_batch_is_forgotten_whole(scene: BatchScene, database_url: str) -> None:
    batch_id = await scene.start("shoe", "mat")
    await scene.run()
    assert await forget.forget_old(scene.store, 90) == 0
    await execute(database_url, "UPDATE batches SET completed_at = 1")
    assert await forget.forget_old(scene.store, 90) == 1
    assert await scene.store.read(lambda tx: read.find(tx, "o", batch_id)) is None
    left = await scene.store.read(lambda tx: counts.by_state(tx, "o", scene.agent_id))
    assert sum(left.values()) == 0


async def test_a_batch_leaves_a_place_for_single_jobs(scene: BatchScene) -> None:
    await scene.store.write(lambda tx: workers.bury(tx, "w", blamed=False))
    await scene.store.write(lambda tx: workers.add(tx, "small", host="here", pid=1, concurrency=10))
    await scene.start(*(f"product {number}" for number in range(50)))
    assert len(await scene.claim(slots=10, worker_id="small")) == 9
    job_id = await scene.add()
    assert [held.id for held in await scene.claim(slots=1, worker_id="small")] == [job_id]
