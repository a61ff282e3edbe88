"""What a queued job is told to wait for."""

from pressrun.errors import FailureCode
from pressrun.jobs import reason
from pressrun.jobs.outcome import Again, Call, Ending
from pressrun.jobs.settle import settle
from pressrun.store.store import Store
from tests.jobs.agents_rows import add_agent
from tests.jobs.scene import Scene


async def why(scene: Scene, job_id: str) -> str | None:
    job = await scene.job(job_id)
    return await scene.store.read(lambda tx: reason.why_queued(tx, job))


async def test_without_a_worker(store: Store) -> None:
    scene = await Scene.set(store)
    assert await why(scene, await scene.add()) == reason.NO_WORKER


async def test_for_a_place(scene: Scene) -> None:
    job_id = await scene.add()
    assert await why(scene, job_id) == reason.PLACES
    await scene.claim()
    assert await why(scene, job_id) is None


async def test_for_a_process_of_its_own(scene: Scene) -> None:
    job_id = await scene.add()
    for number in range(2):
        await scene.add_worker(f"w{number}")
        await scene.claim(worker_id=f"w{number}")
        await scene.die(f"w{number}")
    assert await why(scene, job_id) == reason.ALONE


async def test_for_the_end_of_an_outage(scene: Scene) -> None:
    await add_agent(scene.store, "o", "asks", models='["m"]')
    await scene.create(*(scene.new_job(agent_id="asks") for _ in range(5)))
    again = Again(1, FailureCode.MODEL_UNAVAILABLE, "Model 'm' answered 503", charged=False)
    down = Call("m", FailureCode.MODEL_UNAVAILABLE, 0.1, outage=True)
    for held in await scene.claim():
        await scene.store.write(lambda tx, held=held: settle(tx, [(held, Ending(again, [down]))]))  # type: ignore[misc]
    told = await why(scene, await scene.add(agent_id="asks"))
    assert told is not None
    assert "the model 'm' serves nobody" in told
    assert "answered 503" in told
