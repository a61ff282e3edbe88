"""Jobs whose workers die: told apart from innocents by running alone, and ended when they are the cause."""

from pressrun.jobs import rescue
from pressrun.jobs.claim import claim, has_suspects
from pressrun.jobs.job import State
from pressrun.jobs.retry import retry
from tests.jobs.agents_rows import add_agent
from tests.jobs.scene import Scene


async def test_the_last_chance_is_alone_and_then_the_job_is_poison(scene: Scene) -> None:
    job_id = await scene.add()
    for number in range(rescue.DEATHS_ALLOWED - 1):
        await scene.add_worker(f"w{number}")
        assert len(await scene.claim(worker_id=f"w{number}")) == 1
        assert await scene.claim_alone() is None
        await scene.die(f"w{number}")
    assert await scene.claim() == []
    assert await scene.store.read(has_suspects)
    await scene.add_worker("alone")
    assert await scene.claim_alone("alone") is not None
    assert not await scene.store.read(has_suspects)
    await scene.die("alone")
    job = await scene.job(job_id)
    assert (job.state, job.error_code, job.deaths) == (State.FAILED, "poison", 3)
    assert await scene.claim() == []
    assert await scene.claim_alone() is None
    assert (await scene.events(job_id))[-2:] == ["started", "failed"]


async def test_an_innocent_beside_poison_is_never_blamed_to_the_end(scene: Scene) -> None:
    innocent = await scene.add()
    for number in range(2):
        await scene.add_worker(f"w{number}")
        await scene.claim(worker_id=f"w{number}")
        await scene.die(f"w{number}")
    held = await scene.claim_alone()
    assert held is not None
    assert held.id == innocent
    assert await scene.complete(held) == State.COMPLETED


async def test_a_whole_machine_that_dies_blames_nobody(scene: Scene) -> None:
    job_id = await scene.add()
    for number in range(5):
        await scene.add_worker(f"w{number}")
        assert len(await scene.claim(worker_id=f"w{number}")) == 1
        await scene.die(f"w{number}", blamed=False)
    job = await scene.job(job_id)
    assert (job.state, job.deaths) == (State.QUEUED, 0)


async def test_a_retry_on_request_starts_with_a_clean_slate(scene: Scene) -> None:
    job_id = await scene.add()
    for number in range(3):
        await scene.add_worker(f"w{number}")
        assert await scene.claim(worker_id=f"w{number}") or await scene.claim_alone(f"w{number}")
        await scene.die(f"w{number}")
    await scene.store.write(lambda tx: retry(tx, "o", job_id))
    (held,) = await scene.claim()
    assert (held.id, (await scene.job(job_id)).deaths) == (job_id, 0)


async def test_a_suspect_waits_for_its_agents_limit_like_any_job(scene: Scene) -> None:
    await add_agent(scene.store, "o", "narrow", concurrency=1)
    first = await scene.add(agent_id="narrow")
    for number in range(2):
        await scene.add_worker(f"w{number}")
        await scene.claim(worker_id=f"w{number}")
        await scene.die(f"w{number}")
    await scene.add(agent_id="narrow")
    (second,) = await scene.claim()
    assert await scene.claim_alone() is None
    await scene.complete(second)
    held = await scene.claim_alone()
    assert held is not None
    assert held.id == first


async def test_suspects_do_not_count_as_work_that_cannot_be_taken(scene: Scene) -> None:
    await scene.add()
    for number in range(2):
        await scene.add_worker(f"w{number}")
        await scene.claim(worker_id=f"w{number}")
        await scene.die(f"w{number}")
    taken = await scene.store.write(lambda tx: claim(tx, "w", "t", 5))
    assert (taken.claims, taken.missed) == ([], False)
