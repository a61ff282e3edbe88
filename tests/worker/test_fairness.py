"""G13 between organizations, at a real worker: the backlog of one holds up no other."""

import asyncio

from pressrun.jobs.job import Claim
from pressrun.jobs.outcome import Call, Completed, Outcome
from pressrun.store.store import Store
from pressrun.worker.options import WorkerOptions
from pressrun.worker.worker import Worker
from tests.jobs.agents_rows import add_agent
from tests.jobs.scene import RESULT, Scene

PLACES = 8
OPTIONS = WorkerOptions("w", PLACES, lease_s=30, grace_s=5)


async def test_anothers_first_job_begins_before_the_places_were_filled_once_more(store: Store) -> None:
    scene = await Scene.set(store)
    await store.write(lambda tx: tx.run("add_organization", organization_id="p", name="p"))
    await add_agent(store, "p", "b")
    await scene.create(*(scene.new_job(priority=0) for _ in range(20 * PLACES)))
    begun: asyncio.Queue[str] = asyncio.Queue()
    may_end = asyncio.Semaphore(0)

    async def perform(claim: Claim, _calls: list[Call]) -> Outcome:
        begun.put_nowait(claim.organization_id)
        await may_end.acquire()
        return Completed(RESULT)

    stop = asyncio.Event()
    running = asyncio.create_task(Worker(store, perform, OPTIONS).run(stop))
    async with asyncio.timeout(20):
        assert {await begun.get() for _ in range(PLACES)} == {"o"}
        await scene.create(scene.new_job(organization_id="p", agent_id="b", priority=9))
        next_ones = []
        for _ in range(PLACES):
            may_end.release()
            next_ones.append(await begun.get())
    assert next_ones.count("p") == 1
    stop.set()
    for _ in range(20 * PLACES):
        may_end.release()
    await asyncio.wait_for(running, 20)
