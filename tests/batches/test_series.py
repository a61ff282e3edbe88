"""A batch over time: every end once, in its step, and no more steps than a chart can show."""

import msgspec

from pressrun.batches.series import MOST_POINTS, Series, SeriesReader, read_series
from pressrun.jobs.outcome import Call, Completed, Ending
from pressrun.jobs.settle import settle
from pressrun.store.clock import SECOND
from tests.batches.scene import BatchScene
from tests.fake_clock import FakeClock

DONE = Completed(msgspec.json.encode({"suggestion": "x"}))
CALL = Call("m", "completed", 0.1, prompt_tokens=7, completion_tokens=3, cost=5)


async def read(scene: BatchScene, batch_id: str) -> Series:
    batch = await scene.batch(batch_id)
    return await scene.store.read(lambda tx: read_series(tx, batch))


async def test_every_end_stands_in_its_step(scene: BatchScene, clock: FakeClock) -> None:
    batch_id = await scene.start("a", "b", "c", "c", "d")
    first, second, third, fourth = await scene.claim(4)
    clock.advance(1.5)
    await scene.store.write(lambda tx: settle(tx, [(first, Ending(DONE, [CALL]))]))
    clock.advance(1)
    await scene.store.write(lambda tx: settle(tx, [(second, Ending(DONE, [CALL])), (third, Ending(DONE, [CALL]))]))
    await scene.fail(fourth)
    await scene.keep()
    series = await read(scene, batch_id)
    assert (series.step_s, series.end - series.begin) == (1, 2.5 * SECOND)
    assert [(one.completed, one.failed, one.tokens, one.cost) for one in series.points] == [
        (0, 0, 0, 0),
        (1, 0, 10, 5),
        (3, 1, 20, 10),  # one of them took over another's result
    ]
    assert dict(series.points[2].errors) == {"model_refused": 1}
    assert series.points[0].percentile(0.5) is None
    for point, seconds in ((series.points[1], 1.5), (series.points[2], 2.5)):
        for share in (0.5, 0.95):
            told = point.percentile(share)
            assert told is not None
            assert abs(told / 1000 - seconds) < 0.1 * seconds


async def test_a_long_life_has_no_more_steps(scene: BatchScene, clock: FakeClock) -> None:
    batch_id = await scene.start("a", "b")
    for seconds in (1, 239, 1000, 90_000, 5_000_000):
        clock.advance(seconds)
        series = await read(scene, batch_id)
        assert len(series.points) <= MOST_POINTS
        assert series.begin % (series.step_s * SECOND) == 0
        assert series.begin + len(series.points) * series.step_s * SECOND > series.end
    for held in await scene.claim(2):
        await scene.complete(held)
    assert sum(point.completed for point in (await read(scene, batch_id)).points) == 2


async def test_what_was_read_stands_for_a_while(scene: BatchScene) -> None:
    batch_id = await scene.start("a", "b")
    reader = SeriesReader(scene.store)
    before = await reader.read("o", batch_id)
    for held in await scene.claim(2):
        await scene.complete(held)
    assert await reader.read("o", batch_id) is before
    await scene.keep()
    ended = await SeriesReader(scene.store).read("o", batch_id)
    assert sum(point.completed for point in ended.points) == 2
