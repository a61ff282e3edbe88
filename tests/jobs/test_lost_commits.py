"""A commit that was lost, and what others did before anybody looked: theirs is not taken for ours."""

from pressrun.jobs import cancel, history, retry
from pressrun.jobs.job import State
from pressrun.jobs.outcome import Call, Completed, Ending
from pressrun.jobs.rescue import expire
from pressrun.jobs.settle import settle, witness
from pressrun.store.sure import write_surely
from tests.fake_clock import FakeClock
from tests.jobs.scene import RESULT, Scene
from tests.lossy_store import MeanwhileStore


async def test_a_cancellation_that_was_lost_is_not_taken_for_what_others_did_meanwhile(
    scene: Scene, clock: FakeClock
) -> None:
    """A worker's claim comes to the same count of moves: the job would run on, and its sender be told otherwise."""
    job_id = await scene.add()

    async def claimed() -> None:
        clock.advance(0.1)
        await scene.claim()

    store = MeanwhileStore(scene.store, claimed)
    then = await write_surely(store, lambda tx: cancel.cancel(tx, "o", job_id), history.is_written, patience_s=5)
    assert then is not None
    assert (then.state, then.cancel_requested) == (State.RUNNING, True)
    assert await scene.events(job_id) == ["created", "started", "cancel_requested"]


async def test_a_retry_that_was_lost_is_not_taken_for_anothers(scene: Scene, clock: FakeClock) -> None:
    """Another retries and cancels: the lost one is made good, and starts a generation of its own."""
    job_id = await scene.add()
    await scene.fail((await scene.claim())[0])

    async def another() -> None:
        clock.advance(0.1)
        await scene.store.write(lambda tx: retry.retry(tx, "o", job_id))
        await scene.store.write(lambda tx: cancel.cancel(tx, "o", job_id))

    store = MeanwhileStore(scene.store, another)
    then = await write_surely(store, lambda tx: retry.retry(tx, "o", job_id), history.is_written, patience_s=5)
    assert then is not None
    assert (then.state, then.generation) == (State.QUEUED, 3)
    assert (await scene.job(job_id)).state == State.QUEUED, "as its sender was told"


async def test_a_result_that_was_lost_is_not_taken_for_another_end(scene: Scene, clock: FakeClock) -> None:
    job_id = await scene.add(deadline_s=60)
    (held,) = await scene.claim()

    async def expired() -> None:
        clock.advance(61)
        await scene.store.write(expire)

    store = MeanwhileStore(scene.store, expired)
    endings = [(held, Ending(Completed(RESULT), [Call("m", "completed", 0.1, 3, 4)]))]
    states = await write_surely(
        store, lambda tx: settle(tx, endings), lambda tx, told: witness(tx, endings, told), patience_s=5
    )
    assert states == [None], "it came too late, and says so"
    job = await scene.job(job_id)
    assert (job.state, job.completion_tokens) == (State.FAILED, 4), "what was paid for is counted all the same"
