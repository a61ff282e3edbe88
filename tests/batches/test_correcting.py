"""Failed rows with other values, back into their batch: in their old place, and no completed row is touched."""

from collections.abc import AsyncIterator

import pytest

from pressrun.agents.yaml_format import read as read_yaml
from pressrun.batches import control, correcting
from pressrun.batches.batch import Batch, State
from pressrun.batches.corrected import CorrectedRow, RowCheck
from pressrun.batches.correcting import Terms
from pressrun.batches.files.bad_rows import BadRow
from pressrun.batches.files.corrections import read_corrections
from pressrun.batches.files.formats import Told
from pressrun.batches.files.results import ResultColumns
from pressrun.batches.matching import match
from pressrun.errors import FailureCode, LimitError, PressrunError
from pressrun.jobs.admission import Ceilings
from pressrun.jobs.outcome import Call, Ending, Failed
from pressrun.jobs.settle import settle
from tests.batches.scene import AGENT, BatchScene, rows

DEFINITION = read_yaml(AGENT)


async def once(raw: bytes) -> AsyncIterator[bytes]:
    yield raw


async def looked_at(scene: BatchScene, batch_id: str, text: str) -> tuple[list[CorrectedRow], list[BadRow]]:
    batch = await scene.batch(batch_id)
    check = RowCheck(DEFINITION, batch, {})
    columns = ResultColumns(batch.columns, ["text"])
    found = await read_corrections(once(text.encode()), Told(), columns, check.id_column)
    return check.check(*await match(scene.store, batch, found))


async def correct(scene: BatchScene, batch_id: str, text: str, **terms: object) -> Batch:
    good, faults = await looked_at(scene, batch_id, text)
    assert not faults
    wanted = Terms(1, DEFINITION, **terms)  # type: ignore[arg-type]
    return await scene.store.write(lambda tx: correcting.correct(tx, "o", batch_id, good, wanted))


async def told(scene: BatchScene, batch_id: str) -> list[bytes | None]:
    return [one.result for one in await scene.results(batch_id)]


async def test_a_failed_row_runs_again_with_other_values(scene: BatchScene) -> None:
    batch_id = await scene.start("shoe", "mta", "ball")
    await scene.run(fails=["mta"])
    before = await scene.results(batch_id)
    batch = await correct(scene, batch_id, "row,Product\n2,mat\n")
    assert (batch.state, batch.counts.queued) == (State.RUNNING, 1)
    assert await scene.run() == ["mat"]
    after = await scene.results(batch_id)
    assert [one.result for one in after] == [b'{"suggestion":"about %s"}' % name for name in (b"shoe", b"mat", b"ball")]
    assert [(one.job_id, one.generation) for one in after] == [(one.job_id, 1 + (one.row == 2)) for one in before]
    assert [after[0], after[2]] == [before[0], before[2]]
    assert (await scene.batch(batch_id)).state == State.COMPLETED


async def test_a_row_that_was_skipped_becomes_a_job(scene: BatchScene) -> None:
    batch_id = await scene.start("shoe", None, "ball")
    await scene.run()
    assert (await scene.batch(batch_id)).state == State.COMPLETED_WITH_ERRORS
    await correct(scene, batch_id, "row,Product\n2,mat\n")
    assert await scene.run() == ["mat"]
    batch = await scene.batch(batch_id)
    assert (batch.state, batch.invalid, batch.loaded, batch.counts.completed) == (State.COMPLETED, 0, 3, 3)
    assert (await told(scene, batch_id))[1] == b'{"suggestion":"about mat"}'


async def test_rows_of_a_cancelled_batch_and_no_others(scene: BatchScene) -> None:
    batch_id = await scene.start("shoe", "mta")
    await scene.store.write(lambda tx: control.cancel(tx, "o", batch_id, cut=False))
    await scene.keep()
    await correct(scene, batch_id, "row,Product\n2,mat\n")
    assert await scene.run() == ["mat"]
    batch = await scene.batch(batch_id)
    assert (batch.state, batch.counts.cancelled, batch.counts.completed) == (State.COMPLETED_WITH_ERRORS, 1, 1)


async def test_rows_that_had_the_same_inputs_keep_theirs(scene: BatchScene) -> None:
    """Retried later, they are asked themselves and do not take over what the corrected one came to."""
    batch_id = await scene.start("shoe", "shoe", "shoe")
    await scene.run(fails=["shoe"])
    await correct(scene, batch_id, "row,Product\n1,mat\n")
    assert await scene.run() == ["mat"]
    await scene.store.write(lambda tx: control.retry(tx, "o", batch_id))
    assert await scene.run() == ["shoe", "shoe"]
    assert await told(scene, batch_id) == [b'{"suggestion":"about mat"}', *[b'{"suggestion":"about shoe"}'] * 2]


async def test_a_row_that_shared_anothers_failure_runs_alone(scene: BatchScene) -> None:
    batch_id = await scene.start("shoe", "shoe")
    await scene.run(fails=["shoe"])
    await correct(scene, batch_id, "row,Product\n2,mat\n")
    assert await scene.run() == ["mat"]
    assert [one.state for one in await scene.results(batch_id)] == ["failed", "completed"]


async def test_those_that_share_a_failure_end_with_it_before_it_is_corrected(scene: BatchScene) -> None:
    """They would otherwise wait for what the corrected row comes to."""
    batch_id = await scene.start("shoe", "shoe")
    for held in await scene.claim(slots=10):
        await scene.fail(held)
    await correct(scene, batch_id, "row,Product\n1,mat\n")
    assert await scene.run() == ["mat"]
    assert [one.state for one in await scene.results(batch_id)] == ["completed", "failed"]


async def test_the_same_inputs_are_still_asked_once(scene: BatchScene) -> None:
    """As those of a completed row, or of another corrected one."""
    batch_id = await scene.start("shoe", "a", "b", "c")
    await scene.run(fails=["a", "b", "c"])
    await correct(scene, batch_id, "row,Product\n2,shoe\n3,mat\n4,mat\n")
    assert await scene.run() == ["mat"]
    results = await scene.results(batch_id)
    assert [one.same_as for one in results] == [None, results[0].job_id, None, results[2].job_id]
    batch = await scene.batch(batch_id)
    assert (batch.state, batch.counts.completed, batch.counts.reused, batch.counts.following) == (
        State.COMPLETED, 4, 2, 0,
    )  # fmt: skip


async def test_each_is_asked_where_that_is_wanted(scene: BatchScene) -> None:
    batch_id = await scene.start("shoe", "a", options={"dedupe": False})
    await scene.run(fails=["a"])
    await correct(scene, batch_id, "row,Product\n2,shoe\n")
    assert await scene.run() == ["shoe"]


async def test_what_it_took_before_is_kept(scene: BatchScene) -> None:
    batch_id = await scene.start("mta")
    call = Call("m", "completed", 0.1, prompt_tokens=10, completion_tokens=5, cost=7)
    failed = Ending(Failed(FailureCode.SCHEMA_ERROR, "no"), [call])
    for held in await scene.claim():
        await scene.store.write(lambda tx, held=held: settle(tx, [(held, failed)]))  # type: ignore[misc]
    await correct(scene, batch_id, "row,Product\n1,mat\n")
    await scene.run()
    counts = (await scene.batch(batch_id)).counts
    assert (counts.cost, counts.prompt_tokens, counts.completed) == (7, 10, 1)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,hat", "it is completed"),
        ("3,hat", "it is queued"),
        ("9,hat", "the batch has no such row"),
        ("2,", 'the required input "Product" is empty'),
        ("two,hat", '"two" is not the number of a row'),
        (",hat", 'nothing tells which row it is: fill in "row"'),
        ("2,a\n2,b", "it stands in the file twice, on line 2 too"),
    ],
)
async def test_every_row_that_cannot_be_corrected_is_told(scene: BatchScene, row: str, reason: str) -> None:
    batch_id = await scene.start("shoe", "mta", "ball")
    for held in await scene.claim(slots=2):
        await (scene.fail(held) if b"mta" in held.inputs else scene.complete(held))
    _, faults = await looked_at(scene, batch_id, f"row,Product\n{row}\n")
    assert [fault.reason.startswith(reason) for fault in faults] == [True], faults


async def test_not_while_it_is_loaded_cancelled_or_retried(scene: BatchScene) -> None:
    batch_id = await scene.upload(rows("shoe", None))
    with pytest.raises(PressrunError, match="still becoming jobs"):
        await correct(scene, batch_id, "row,Product\n2,mat\n")
    await scene.keep()
    await scene.store.write(lambda tx: control.cancel(tx, "o", batch_id, cut=False))
    with pytest.raises(PressrunError, match="being cancelled"):
        await correct(scene, batch_id, "row,Product\n2,mat\n")
    await scene.keep()
    await scene.store.write(lambda tx: control.retry(tx, "o", batch_id))
    with pytest.raises(PressrunError, match="under way"):
        await correct(scene, batch_id, "row,Product\n2,mat\n")


async def test_a_row_that_was_started_meanwhile_changes_nothing(scene: BatchScene) -> None:
    batch_id = await scene.start("a", "b")
    await scene.run(fails=["a", "b"])
    good, _ = await looked_at(scene, batch_id, "row,Product\n1,shoe\n2,mat\n")
    await correct(scene, batch_id, "row,Product\n2,hat\n")
    with pytest.raises(PressrunError, match="started meanwhile"):
        await scene.store.write(lambda tx: correcting.correct(tx, "o", batch_id, good, Terms(1, DEFINITION)))
    assert await scene.run() == ["hat"]
    assert [one.state for one in await scene.results(batch_id)] == ["failed", "completed"]


async def test_they_wait_among_the_others_that_may(scene: BatchScene) -> None:
    batch_id = await scene.start("a", "b")
    await scene.run(fails=["a", "b"])
    with pytest.raises(LimitError):
        await correct(scene, batch_id, "row,Product\n1,shoe\n2,mat\n", ceilings=Ceilings(queued_jobs=1))
    assert (await scene.batch(batch_id)).counts.failed == 2
