"""A worker leaves a job alone whose format it does not know: a newer version accepted it."""

from pressrun.jobs.claim import claim
from pressrun.jobs.job import State
from pressrun.store.store import Store
from tests.jobs.scene import Scene
from tests.raw_sql import execute


async def test_a_job_of_a_newer_format_is_not_claimed(store: Store, database_url: str) -> None:
    scene = await Scene.set(store)
    await scene.add_worker("w")
    newer, known = await scene.add(), await scene.add()
    await execute(database_url, f"UPDATE jobs SET format = 99 WHERE id = '{newer}'")  # noqa: S608 - our own id
    assert [claim.id for claim in await scene.claim()] == [known]
    assert await scene.claim() == []
    assert (await scene.job(newer)).state == State.QUEUED


async def test_what_is_for_newer_workers_is_not_missed(store: Store, database_url: str) -> None:
    """Else a worker would hold itself to be stuck, and end, for as long as an upgrade takes."""
    scene = await Scene.set(store)
    await scene.add_worker("w")
    await scene.add()
    await execute(database_url, "UPDATE jobs SET format = 99")
    taken = await store.write(lambda tx: claim(tx, "w", "token", 5))
    assert (taken.claims, taken.missed) == ([], False)
    await execute(database_url, "DELETE FROM jobs")
    taken = await store.write(lambda tx: claim(tx, "w", "token", 5))
    assert (taken.claims, taken.missed) == ([], True), "now the counters tell of a job that is not there"


async def test_a_suspect_of_a_newer_format_is_not_claimed_either(store: Store, database_url: str) -> None:
    scene = await Scene.set(store)
    await scene.add_worker("w")
    newer = await scene.add()
    await execute(database_url, f"UPDATE jobs SET format = 99, deaths = 2 WHERE id = '{newer}'")  # noqa: S608 - our own id
    assert await scene.claim_alone() is None
    await execute(database_url, f"UPDATE jobs SET format = 1 WHERE id = '{newer}'")  # noqa: S608
    claim = await scene.claim_alone()
    assert claim is not None
    assert claim.id == newer
