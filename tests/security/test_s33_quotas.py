"""S-33: sixty-four at once for the last units of what an organization may run, spend and keep."""

import asyncio
from pathlib import Path

from pressrun.errors import Code, FailureCode, LimitError, PressrunError
from pressrun.ids import new_lease_token
from pressrun.jobs.claim import Taken, claim
from pressrun.jobs.job import Job
from pressrun.jobs.outcome import Ending, Failed
from pressrun.jobs.retry import retry
from pressrun.jobs.settle import settle
from pressrun.jobs.usage import usage
from pressrun.knowledge.disk_blobs import DiskBlobs
from pressrun.knowledge.upload import FileLimits
from pressrun.organizations.limits import Limit, change_limits
from pressrun.store.store import Store, Transaction
from tests.batches.scene import BatchScene, rows, upload_of
from tests.jobs.scene import Scene
from tests.knowledge.keeping import keep, on_disk
from tests.security.racing import RACERS, race


async def limit(nodes: list[Store], name: Limit, most: int) -> None:
    await nodes[0].write(lambda tx: change_limits(tx, "o", {name: most}))


async def take_five(tx: Transaction, _number: int) -> Taken:
    return await claim(tx, "w", new_lease_token(), 5)


async def test_s33_the_last_places_to_run(nodes: list[Store]) -> None:
    scene = await Scene.set(nodes[0])
    await scene.add_worker()
    await limit(nodes, Limit.RUNNING_JOBS, 40)
    await scene.create(*(scene.new_job() for _ in range(100)))
    assert len(await scene.claim(37)) == 37
    assert sum(len(taken.claims) for taken in await race(nodes, take_five)) == 3
    assert (await nodes[1].read(lambda tx: usage(tx, "o"))).running_jobs == 40


async def test_s33_the_last_money_of_a_batch(nodes: list[Store]) -> None:
    """A row may cost 10: of what the cap leaves three can be paid for, whatever they come to."""
    scene = await BatchScene.set(nodes[0])
    await scene.start(*(f"product {number}" for number in range(RACERS)), max_cost=439, reserve=10)
    assert len(await scene.claim(40)) == 40
    assert sum(len(taken.claims) for taken in await race(nodes, take_five)) == 3


async def test_s33_the_last_places_in_the_queue_for_files_of_rows(nodes: list[Store]) -> None:
    """All of them are in, two rows each, before the first is finished: only then do they count."""
    scene = await BatchScene.set(nodes[0])
    await limit(nodes, Limit.QUEUED_JOBS, 31)
    await scene.create(*(scene.new_job() for _ in range(24)))
    uploads = [upload_of(scene, nodes[number % 2]) for number in range(RACERS)]
    await asyncio.gather(*(upload.begin() for upload in uploads))
    await asyncio.gather(*(upload.add(rows("a", "b")) for upload in uploads))
    ended = await asyncio.gather(*(upload.finish(["Product"], None) for upload in uploads), return_exceptions=True)
    assert sum(isinstance(one, tuple) for one in ended) == 3
    assert sum(isinstance(one, LimitError) for one in ended) == RACERS - 3
    assert (await nodes[1].read(lambda tx: usage(tx, "o"))).queued_jobs == 30


async def test_s33_the_last_places_in_the_queue_for_what_is_tried_again(nodes: list[Store]) -> None:
    scene = await Scene.set(nodes[0])
    await scene.add_worker()
    await scene.create(*(scene.new_job() for _ in range(RACERS)))
    claims = await scene.claim(RACERS)
    failed = Ending(Failed(FailureCode.MODEL_REFUSED, "no"))
    await nodes[0].write(lambda tx: settle(tx, [(held, failed) for held in claims]))
    await limit(nodes, Limit.QUEUED_JOBS, 40)
    await scene.create(*(scene.new_job() for _ in range(37)))

    async def again(tx: Transaction, number: int) -> Job | None:
        return await retry(tx, "o", claims[number].id)

    assert len(await race(nodes, again)) == 3
    assert (await nodes[1].read(lambda tx: usage(tx, "o"))).queued_jobs == 40


async def test_s33_the_last_bytes_of_files(nodes: list[Store], tmp_path: Path) -> None:
    """What was refused leaves no bytes behind either."""
    await Scene.set(nodes[0])
    blobs = DiskBlobs(tmp_path / "files")
    limits = FileLimits(1000, 1000)
    await keep(nodes[0], blobs, data=b"x" * 545, limits=limits)
    kept = await asyncio.gather(
        *(
            keep(nodes[number % 2], blobs, name=f"{number}.txt", data=b"x" * 150, limits=limits)
            for number in range(RACERS)
        ),
        return_exceptions=True,
    )
    refused = [one for one in kept if isinstance(one, BaseException)]
    assert {one.code if isinstance(one, PressrunError) else one for one in refused} == {Code.NO_ROOM}
    assert len(refused) == RACERS - 3
    totals = await nodes[1].read(lambda tx: tx.one("find_file_totals", organization_id="o"))
    assert totals is not None
    assert (totals["files"], totals["bytes"]) == (4, 995)
    assert len(on_disk(tmp_path / "files")) == 4
