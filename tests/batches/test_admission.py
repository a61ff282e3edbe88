"""Files of more rows than jobs may wait: refused while they come, and rows that are no jobs yet are counted."""

import pytest

from pressrun.errors import LimitError
from pressrun.jobs.admission import Ceilings
from pressrun.jobs.create import create
from pressrun.jobs.job import Acceptance
from pressrun.jobs.usage import usage
from tests.batches.scene import BatchScene, rows, upload_of
from tests.jobs.agents_rows import add_agent


async def test_a_file_is_refused_with_the_row_that_is_too_many(scene: BatchScene) -> None:
    """Rows that cannot be run do not count."""
    upload = upload_of(scene, scene.store, Ceilings(queued_jobs=3))
    await upload.begin()
    await upload.add(rows("a", None, "b", None, "c"))
    with pytest.raises(LimitError, match="4 more would pass the 3 that may"):
        await upload.add(rows("d", first=6))


async def test_rows_that_are_no_jobs_yet_wait_too(scene: BatchScene) -> None:
    await scene.upload(rows("a", None, "b"))
    assert (await scene.store.read(lambda tx: usage(tx, "o"))).queued_jobs == 2
    (answer,) = await scene.store.write(lambda tx: create(tx, [scene.new_job()], Ceilings(queued_jobs=2)))
    assert answer.acceptance == Acceptance.QUEUE_FULL
    (answer,) = await scene.store.write(lambda tx: create(tx, [scene.new_job()], Ceilings(queued_jobs_total=2)))
    assert answer.acceptance == Acceptance.SERVER_FULL
    await scene.keep()
    assert (await scene.store.read(lambda tx: usage(tx, "o"))).queued_jobs == 2


async def test_the_servers_own_limit_is_of_all_organizations(scene: BatchScene) -> None:
    await scene.store.write(lambda tx: tx.run("add_organization", organization_id="other", name="other"))
    await add_agent(scene.store, "other", "theirs")
    await scene.create(scene.new_job(organization_id="other", agent_id="theirs"))
    upload = upload_of(scene, scene.store, Ceilings(queued_jobs_total=2))
    await upload.begin()
    await upload.add(rows("a"))
    with pytest.raises(LimitError, match="than the 2 it takes"):
        await upload.add(rows("b", first=2))
